package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class TokenizerFileTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Tokenizer TOKENIZER = new BpeTrainer(400, BpeTrainer.QWEN_SPECIAL_TOKENS, 1, false)
      .train(SampleText.DOCUMENTS.stream());

  @TempDir
  private Path folder;

  @Test
  void aWrittenTokenizerIsReadBack() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    TokenizerFile.write(TOKENIZER, file);
    Tokenizer read = TokenizerFile.read(file);
    assertThat(read.fingerprint()).isEqualTo(TOKENIZER.fingerprint());
    assertThat(read.addedTokens()).isEqualTo(TOKENIZER.addedTokens());
    assertThat(read.encode("The fox.<|im_end|>")).isEqualTo(TOKENIZER.encode("The fox.<|im_end|>"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void mergesAreReadAsStringsAndAsPairs() {
    Path pairs = changed(root -> {
      ArrayNode merges = (ArrayNode) root.at("/model/merges");
      for (int i = 0; i < merges.size(); i++) {
        String[] pair = merges.get(i).asString().split(" ");
        merges.set(i, JSON.createArrayNode().add(pair[0]).add(pair[1]));
      }
    });
    assertThat(TokenizerFile.read(pairs).fingerprint()).isEqualTo(TOKENIZER.fingerprint());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      {"lstrip": true}  | a  <x>  b<x>c <x>
      {"rstrip": true}  | a  <x>  b<x>c <x> <x>
      {"lstrip": true, "rstrip": true}  | a <x> <x>\u3000 b<x>c
      {"single_word": true} | a<x> <x> <x>b é<x> <x>1 <x>, 天<x> (<x>)
      {"normalized": true} | a<X>b<x>
      {"special": true} | a<x>b
      """)
  void flagsOfAddedTokensMeanWhatTheyMeanToHuggingFace(String flags, String text) {
    Path file = changed(root -> added(root, "<x>", flags));
    assertEncodesLikeOracle(file, text);
  }

  @Test
  void normalizedAddedTokensAreFoundInNormalizedText() {
    Path file = changed(root -> {
      root.putObject("normalizer").put("type", "Lowercase");
      added(root, "<Café>", "{\"normalized\": true}");
      added(root, "<RAW>", "{}");
    });
    assertEncodesLikeOracle(file, "<CAFÉ> <café> <raw> <RAW> <cafe\u0301>");
  }

  @Test
  void theLongestAddedTokenWins() {
    Path file = changed(root -> {
      added(root, "<x", "{}");
      added(root, "<xy>", "{}");
    });
    assertEncodesLikeOracle(file, "a<xy><x><xyz<<xy>");
  }

  @Test
  void byteLevelWithItsOwnPatternSplitsLikeGpt2() {
    Path file = changed(root -> {
      root.putNull("normalizer");
      root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true)
          .put("use_regex", true);
    });
    assertEncodesLikeOracle(file, "It's 1234 dogs; they'LL \n\n  run 12a  ");
  }

  @Test
  void severalSplitsAreAppliedOneAfterTheOther() {
    Path file = changed(root -> {
      ArrayNode steps = (ArrayNode) root.at("/pre_tokenizer/pretokenizers");
      steps.insert(0, JSON.readTree("""
          {"type": "Split", "pattern": {"Regex": "\\\\p{N}{1,3}"}, "behavior": "Isolated", "invert": false}"""));
    });
    assertEncodesLikeOracle(file, "abc1234567def 12 the 3");
  }

  @Test
  void wholeWordsOfTheVocabularyNeedNoMergesWhenTheFileSaysSo() {
    Path file = changed(root -> {
      ((ObjectNode) root.path("model")).put("ignore_merges", true);
      ((ObjectNode) root.at("/model/vocab")).put("xyz", 397);
      root.putArray("added_tokens");
    });
    assertThat(TokenizerFile.read(file).encode("xyz")).containsExactly(397);
    assertEncodesLikeOracle(file, "xyz xyzz the xyz");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      /model | {"type": "WordPiece"} | model.type is WordPiece; expected BPE
      /model | {"dropout": 0.1} | model.dropout is 0.1; expected null
      /model | {"byte_fallback": true} | model.byte_fallback is on; expected byte-level BPE, which needs none
      /model | {"end_of_word_suffix": "</w>"} | model.end_of_word_suffix is set; expected null, as byte-level BPE has none
      /model | {"vocab": []} | model.vocab is not an object; expected token: id
      /model | {"merges": {}} | model.merges is not an array; expected a list of pairs
      /model | {"merges": ["t h e"]} | model.merges[0] is "t h e"; expected "a b" or ["a", "b"]
      /model | {"merges": ["q q"]} | model.merges[0] needs the token qq, which is not in model.vocab
      /model | {"ignore_merges": "no"} | ignore_merges is "no"; expected true or false
      /model/vocab | {"!": 5} | tokens ! and & share the id 5; expected an id for each
      /model/vocab | {"!": -1} | model.vocab: token ! has the id -1; expected a whole number from 0 to 4194304
      /model/vocab | {"!": 2000000000} | model.vocab: token ! has the id 2000000000; expected a whole number from 0 to 4194304
      /model/vocab | {"!": "x"} | model.vocab: token ! has the id "x"; expected a whole number from 0 to 4194304
      '' | {"normalizer": {"type": "NFKC"}} | normalizer NFKC is not supported; expected NFC or Lowercase
      '' | {"pre_tokenizer": {"type": "Metaspace"}} | pre_tokenizer Metaspace is not supported; expected Split and ByteLevel
      '' | {"pre_tokenizer": null} | pre_tokenizer has no ByteLevel; expected a byte-level tokenizer
      '' | {"pre_tokenizer": {"type": "ByteLevel"}} | pre_tokenizer ByteLevel adds a space before the text; expected add_prefix_space false
      '' | {"decoder": {"type": "WordPiece"}} | decoder WordPiece is not supported; expected ByteLevel
      '' | {"decoder": null} | decoder is missing; expected ByteLevel
      '' | {"post_processor": {"type": "BertProcessing"}} | post_processor BertProcessing is not supported; expected ByteLevel
      '' | {"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]}} | post_processor adds <s> to each text; expected one that adds nothing
      '' | {"truncation": {"max_length": 8}} | truncation is set; expected null, cut the text or ids yourself
      '' | {"padding": {}} | padding is set; expected null, batches are padded elsewhere
      '' | {"added_tokens": [{"id": 3}]} | added_tokens[0] has no content; expected the text to match
      '' | {"added_tokens": [{"content": "<x>"}]} | added token <x> has the id (none); expected a whole number from 0 to 4194304
      '' | {"added_tokens": [{"id": 3, "content": "!"}]} | added token ! has id 3; expected 0, the id that this token already has
      '' | {"added_tokens": [{"id": 3, "content": "<x>"}]} | tokens $ and <x> share the id 3; expected an id for each
      """)
  void whatIsNotSupportedIsNamedInOneLine(String at, String change, String message) {
    Path file = changed(root -> ((ObjectNode) root.at(at)).setAll((ObjectNode) JSON.readTree(change)));
    assertThatThrownBy(() -> TokenizerFile.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage(file + ": " + message);
  }

  @Test
  void aPostProcessorThatAddsNothingIsAccepted() {
    Path file = changed(root -> root.set("post_processor", JSON.readTree("""
        {"type": "Sequence", "processors": [{"type": "ByteLevel"},
         {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}]}]}""")));
    assertThat(TokenizerFile.read(file).fingerprint()).isEqualTo(TOKENIZER.fingerprint());
  }

  @Test
  void aVocabularyWithoutAllBytesIsRefused() {
    Path file = changed(root -> {
      ((ObjectNode) root.at("/model/vocab")).remove("Ā");
      ((ObjectNode) root.path("model")).putArray("merges");
    });
    assertThatThrownBy(() -> TokenizerFile.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage(file + ": vocabulary has no token for byte 0x00 ('Ā'); expected all 256 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[1, 2]", "{\"model\": {\"vocab\": {\"a\": 1, \"a\": 2}}}", "{\"model\": \"\u00ff"})
  void brokenJsonIsOneLineWithTheFileName(String json) throws IOException {
    Path file = Files.write(folder.resolve("broken.json"), json.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> TokenizerFile.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("nowhere.json");
    assertThatThrownBy(() -> TokenizerFile.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage(file + ": no such file; expected a Hugging Face tokenizer.json");
  }

  @Test
  void aFileThatCannotBeWrittenLeavesNothingBehind() throws IOException {
    Path blocked = Files.createDirectories(folder.resolve("tokenizer.json").resolve("child"));
    assertThatThrownBy(() -> TokenizerFile.write(TOKENIZER, blocked.getParent()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(blocked.getParent() + ": cannot be written");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(blocked.getParent());
    }
  }

  private void assertEncodesLikeOracle(Path file, String text) {
    Tokenizer tokenizer = TokenizerFile.read(file);
    Path ours = folder.resolve("ours.json");
    TokenizerFile.write(tokenizer, ours);
    try (Oracle oracle = new Oracle(file); Oracle oracleOfOurs = new Oracle(ours)) {
      assertThat(tokenizer.encode(text)).isEqualTo(oracle.encode(text)).isEqualTo(oracleOfOurs.encode(text));
    }
  }

  private static void added(ObjectNode root, String content, String flags) {
    ArrayNode tokens = (ArrayNode) root.path("added_tokens");
    ObjectNode token = tokens.addObject().put("id", 400 + tokens.size() - 4).put("content", content);
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
      token.put(flag, false);
    }
    token.setAll((ObjectNode) JSON.readTree(flags));
  }

  private Path changed(Consumer<ObjectNode> change) {
    Path file = folder.resolve("changed.json");
    TokenizerFile.write(TOKENIZER, file);
    JsonNode root = JSON.readTree(file.toFile());
    change.accept((ObjectNode) root);
    JSON.writeValue(file.toFile(), root);
    return file;
  }
}
