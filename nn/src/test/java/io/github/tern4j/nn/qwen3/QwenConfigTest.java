package io.github.tern4j.nn.qwen3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QwenConfigTest {

  private static final String SIZES = """
      "vocab_size": 97, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4""";

  @TempDir
  Path directory;

  @Test
  void writtenConfigsReadBack() {
    QwenConfig plain = QwenConfig.of(151_936, 1024, 3072, 28, 16, 8, 128, true, 0.02);
    QwenConfig odd = new QwenConfig(11, 12, 13, 1, 6, 3, 10, 3e-7f, 12345.678, 99, false, true, false, 0.3, OptionalInt.of(0),
        OptionalInt.of(7), Optional.of(new BitDistillConfig(SubLn.ALL, false, 1e-6f, 3e-5f, EpsilonRule.LOWER_BOUND, 128)));
    Path file = directory.resolve("config.json");
    for (QwenConfig config : new QwenConfig[] {plain, plain.withBitDistill(BitDistillConfig.paper(SubLn.PAPER)), odd}) {
      JsonFile.write(file, config.toJson());
      assertThat(QwenConfig.fromJson(directory)).isEqualTo(config);
      assertThat(QwenConfig.fromJson(file)).isEqualTo(config);
    }
  }

  @Test
  void missingKeysHaveTheValuesOfTransformers() throws IOException {
    QwenConfig config = read("");
    assertThat(config.numKeyValueHeads()).isEqualTo(4);
    assertThat(config.headDim()).isEqualTo(16);
    assertThat(config.rmsNormEps()).isEqualTo(1e-6f);
    assertThat(config.ropeTheta()).isEqualTo(10_000);
    assertThat(config.maxPositionEmbeddings()).isEqualTo(32_768);
    assertThat(config.tieWordEmbeddings()).isFalse();
    assertThat(config.attentionBias()).isFalse();
    assertThat(config.qkNorm()).isTrue();
    assertThat(config.initializerRange()).isEqualTo(0.02);
    assertThat(config.bosTokenId()).isEmpty();
    assertThat(config.bitDistill()).isEmpty();
    assertThat(config.subLn()).isEqualTo(SubLn.NONE);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      "rope_theta": 500.5                                                              | 500.5
      "rope_theta": 1000000, "rope_scaling": null                                      | 1e6
      "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}             | 1e6
      "rope_theta": 7.0, "rope_scaling": {"type": "default"}                           | 7
      """)
  void ropeThetaStandsAtTheTopOrInRopeParameters(String keys, double theta) throws IOException {
    assertThat(read(keys).ropeTheta()).isEqualTo(theta);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      true     | PAPER
      false    | NONE
      "ALL"    | ALL
      "PAPER"  | PAPER
      "NONE"   | NONE
      null     | NONE
      """)
  void subLnIsATruthValueOrAPlacement(String value, SubLn expected) throws IOException {
    assertThat(read("\"bitdistill\": {\"subln\": " + value + "}").subLn()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      "model_type": "qwen2"                        | model_type is "qwen2"; expected "qwen3"
      "model_type": null                           | model_type is missing; expected a text
      "vocab_size": null                           | vocab_size is missing; expected a whole number below 2^31
      "vocab_size": 97.5                           | vocab_size is 97.5; expected a whole number below 2^31
      "vocab_size": 4294967297                     | vocab_size is 4294967297; expected a whole number below 2^31
      "vocab_size": 0                              | qwen3: vocab_size 0; expected a positive number
      "num_attention_heads": 0                     | qwen3: num_attention_heads 0; expected a positive number
      "num_key_value_heads": 3 \
          | qwen3: num_attention_heads 4 and num_key_value_heads 3; expected the first to be a multiple of the second
      "head_dim": 15 \
          | qwen3: head_dim 15; expected an even number, since rotary positions turn pairs
      "head_dim": 2147483646 \
          | qwen3: num_attention_heads 4 times head_dim 2147483646; expected a product below 2^31
      "rms_norm_eps": 0                            | qwen3: rms_norm_eps 0.0; expected a number between 0 and 1
      "rms_norm_eps": 1e999                        | rms_norm_eps is
      "rope_theta": -1                             | qwen3: rope_theta -1.0; expected a positive number
      "tie_word_embeddings": 1                     | tie_word_embeddings is 1; expected true or false
      "hidden_act": "gelu"                         | hidden_act is "gelu"; expected "silu"
      "use_sliding_window": true                   | use_sliding_window is true; expected false
      "rope_scaling": {"rope_type": "yarn"} \
          | rope_scaling: rope_type is "yarn"; expected "default": scaled rotary positions are not supported
      "rope_parameters": {"type": "linear"}        | rope_parameters: type is "linear"; expected "default"
      "rope_scaling": 4                            | rope_scaling is 4; expected an object
      "eos_token_id": []                           | eos_token_id is []; expected a token id
      "eos_token_id": -1                           | eos_token_id is -1; expected a token id
      "bitdistill": {"subln": "SOME"}              | bitdistill: subln is "SOME"; expected true, false, "NONE", "PAPER" or "ALL"
      "bitdistill": {"subln": 1}                   | bitdistill: subln is 1; expected true, false
      "bitdistill": {"epsilon_rule": "max"}        | bitdistill: epsilon_rule is "max"; expected "added" or "lower_bound"
      "bitdistill": {"weight_eps": 0} \
          | bitdistill: weight_eps 0.0, activation_eps 1.0E-5, group_size 0; expected an eps between 0 and 1
      """)
  void whatDoesNotFitIsOneLineWithFileAndKey(String keys, String message) {
    assertThatThrownBy(() -> read(keys)).isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(directory.resolve("config.json") + ": ").hasMessageContaining(message)
        .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("\n"));
  }

  @Test
  void ofSeveralEndTokensTheFirstCounts() throws IOException {
    assertThat(read("\"eos_token_id\": [5, 6]").eosTokenId()).hasValue(5);
  }

  @Test
  void copiesChangeOneThing() {
    QwenConfig config = QwenConfig.of(97, 64, 128, 2, 4, 2, 32, true, 0.02);
    assertThat(config.withMaxPositionEmbeddings(128).maxPositionEmbeddings()).isEqualTo(128);
    assertThat(config.withSpecialTokens(OptionalInt.of(1), OptionalInt.of(2)).eosTokenId()).hasValue(2);
    assertThat(config.withBitDistill(BitDistillConfig.paper(SubLn.ALL)).subLn()).isEqualTo(SubLn.ALL);
    assertThatThrownBy(() -> config.withMaxPositionEmbeddings(0)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("qwen3: max_position_embeddings 0; expected a positive number");
  }

  /** A small config; of a key given twice the one in {@code keys} counts. */
  private QwenConfig read(String keys) throws IOException {
    StringBuilder json = new StringBuilder();
    for (String pair : ("\"model_type\": \"qwen3\", " + SIZES).split(", ")) {
      if (!keys.contains(pair.substring(0, pair.indexOf(':') + 1))) {
        json.append(pair).append(",\n");
      }
    }
    String body = keys.isEmpty() ? json.substring(0, json.length() - 2) : json + keys;
    Files.writeString(directory.resolve("config.json"), "{" + body + "}");
    return QwenConfig.fromJson(directory);
  }
}
