package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.util.Arrays;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formats and windows of what a session remembers, by the logits of small models. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KvCacheTest {

  /** The same sums with cosines and sines of other positions, through one layer. */
  private static final double FLOAT_ERROR = 1e-5;

  private final Backend backend = Backends.open("vector", 2);

  @AfterAll
  void close() {
    backend.close();
  }

  private static KeyValueOptions options(KeyValueFormat format) {
    return new KeyValueOptions(format, OptionalInt.empty());
  }

  private static KeyValueOptions window(int tokens) {
    return new KeyValueOptions(KeyValueFormat.F32, OptionalInt.of(tokens));
  }

  private InferenceModel model(RandomModel random) {
    return InferenceModel.of(random.config(), random, backend, WeightFormat.F32);
  }

  @ParameterizedTest
  @EnumSource
  void logitsDoNotDependOnHowATextIsCutIntoPasses(KeyValueFormat format) {
    int[] text = RandomModel.text(RandomModel.CONTEXT, 1);
    try (InferenceModel model = model(RandomModel.plain(41))) {
      float[] whole = model.session(options(format)).prefill(text);
      DecodeSession parts = model.session(options(format));
      // Token by token across the first growth, at 64 tokens, and two passes.
      parts.prefill(Arrays.copyOf(text, 50));
      for (int i = 50; i < 80; i++) {
        parts.decode(text[i]);
      }
      assertThat(parts.prefill(Arrays.copyOfRange(text, 80, text.length))).isEqualTo(whole);
    }
  }

  /**
   * Each layer stores keys and values with an error of at most half a step: 2^-8 of a number in BF16; in INT8 1/254 of the largest
   * of a head's 12 numbers, which is about 1.7 of their standard deviations. Two layers with two of them each add up to four
   * times that, if no layer amplifies it.
   */
  @ParameterizedTest
  @CsvSource({"BF16, 0.0156", "INT8, 0.0268"})
  void formatsMoveLogitsWithinTheirBound(KeyValueFormat format, double bound) {
    int[] text = RandomModel.text(RandomModel.CONTEXT, 2);
    try (InferenceModel model = model(RandomModel.plain(42))) {
      double distance = RandomModel.relativeDistance(logits(model.session(options(format)), text),
          logits(model.session(), text));
      assertThat(distance).isPositive().isLessThan(bound);
    }
  }

  private static float[][] logits(DecodeSession session, int[] text) {
    float[][] logits = new float[text.length][];
    for (int i = 0; i < text.length; i++) {
      logits[i] = session.decode(text[i]).clone();
    }
    return logits;
  }

  @Test
  void aWindowLongerThanTheTextChangesNothing() {
    int[] text = RandomModel.text(90, 3);
    try (InferenceModel model = model(RandomModel.plain(43))) {
      assertThat(model.session(window(90)).prefill(text)).isEqualTo(model.session().prefill(text));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 64, 70})
  void aWindowSeesTheLastTokensAlone(int window) {
    QwenConfig oneLayer = QwenConfig.of(RandomModel.VOCABULARY, 40, 52, 1, 4, 2, 12, true, 0.02)
        .withMaxPositionEmbeddings(RandomModel.CONTEXT);
    int[] text = RandomModel.text(2 * RandomModel.CONTEXT + 9, 4);
    try (InferenceModel model = model(RandomModel.of(oneLayer, 44))) {
      float[] sliding = model.session(window(window)).prefill(text).clone();
      float[] fresh = model.session().prefill(Arrays.copyOfRange(text, text.length - window, text.length));
      assertThat(RandomModel.relativeDistance(new float[][] {sliding}, new float[][] {fresh})).isLessThan(FLOAT_ERROR);
    }
  }

  @Test
  void aTextBehindAWindowHasTheSameLogitsReadAtOnceAndTokenByToken() {
    int[] text = RandomModel.text(150, 5);
    try (InferenceModel model = model(RandomModel.plain(45))) {
      DecodeSession single = model.session(window(66));
      float[][] each = logits(single, text);
      assertThat(model.session(window(66)).prefill(text)).isEqualTo(each[text.length - 1]);
      single.reset();
      assertThat(single.prefill(Arrays.copyOf(text, 10))).isEqualTo(each[9]);
    }
  }

  @Test
  void aTextCanBeCutBackAndContinuedOtherwise() {
    int[] text = RandomModel.text(80, 6);
    try (InferenceModel model = model(RandomModel.plain(46))) {
      DecodeSession session = model.session();
      float[] expected = session.prefill(text).clone();
      session.truncate(30);
      session.prefill(RandomModel.text(40, 7));
      session.truncate(30);
      assertThat(session.length()).isEqualTo(30);
      assertThat(session.prefill(Arrays.copyOfRange(text, 30, 80))).isEqualTo(expected);
      assertThatThrownBy(() -> session.truncate(81)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("kv cache: first 81 of 80 tokens; expected some that are still there");
      DecodeSession sliding = model.session(window(10));
      sliding.prefill(text);
      assertThatThrownBy(() -> sliding.truncate(70)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void windowsWithoutATokenAreRefused() {
    assertThatThrownBy(() -> window(0)).isInstanceOf(BadInputException.class)
        .hasMessage("window of 0 tokens; expected at least 1");
  }
}
