package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InferenceModelTest {

  /** The same sums in another order, through two layers. */
  private static final double FLOAT_ERROR = 1e-5;

  /**
   * Where float error moves a value over a rounding border, one int8 code of some 40 changes by 1 of 127: a few thousandths of a
   * row, more behind further layers. A wrong scale or a missing norm moves logits by tens of percent.
   */
  private static final double CODE_FLIP = 5e-2;

  /** Texts of a comparison; a code flips in about one of ten. */
  private static final int TEXTS = 7;

  private final Backend backend = Backends.open("vector", 2);

  @AfterAll
  void close() {
    backend.close();
  }

  @ParameterizedTest(name = "SubLN {0}, {1}, groups of {2}, tied {3}, bias {4}, QK-norm {5}")
  @CsvSource({
    "PAPER, ADDED, 0, true, false, true", "PAPER, LOWER_BOUND, 0, false, false, true", "PAPER, ADDED, 16, true, true, true",
    "ALL, ADDED, 0, true, false, true", "ALL, LOWER_BOUND, 16, false, true, false", "ALL, ADDED, 7, true, false, false",
    "NONE, ADDED, 0, true, true, false", "NONE, LOWER_BOUND, 64, false, false, true"})
  void packedStudentsHaveTheBitsOfTheTrainingForward(SubLn subLn, EpsilonRule rule, int groupSize, boolean tied, boolean bias,
      boolean qkNorm) {
    BitDistillConfig student = RandomModel.student(subLn, rule, groupSize);
    RandomModel random = RandomModel.of(RandomModel.config(tied, bias, qkNorm, Optional.of(student)), 11);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY)) {
      for (int tokens : new int[] {1, 10, RandomModel.CONTEXT}) {
        int[] text = RandomModel.text(tokens, tokens);
        float[][] training = random.trainingLogits(text, backend);
        assertThat(decoded(model, text)).isDeepEqualTo(training);
        assertThat(model.logits(text, RandomModel.vocabulary())).isEqualTo(training[tokens - 1]);
      }
    }
  }

  @ParameterizedTest(name = "SubLN {0}, tied {1}, bias {2}, QK-norm {3}")
  @CsvSource({"NONE, true, false, true", "PAPER, false, true, false", "ALL, true, true, true"})
  void fullPrecisionModelsHaveTheLogitsOfTheTrainingForward(SubLn subLn, boolean tied, boolean bias, boolean qkNorm) {
    BitDistillConfig norms = new BitDistillConfig(subLn, false, 1e-5f, 1e-5f, EpsilonRule.ADDED, 0);
    RandomModel random = RandomModel.of(RandomModel.config(tied, bias, qkNorm, Optional.of(norms)), 12);
    assertSameLogits(random, WeightFormat.F32);
  }

  @Test
  void bf16ModelsHaveTheLogitsOfTheirRoundedWeights() {
    RandomModel random = RandomModel.plain(13);
    Map<String, Tensor> rounded = new HashMap<>();
    random.weights().forEach((name, values) -> rounded.put(name, name.contains("norm") ? values : roundedToBf16(values)));
    RandomModel model = new RandomModel(random.config(), rounded);
    assertSameLogits(model, WeightFormat.BF16);
  }

  @Test
  void theReferenceBackendAgreesWithTheVectorBackend() {
    RandomModel random = RandomModel.paperStudent(14);
    try (Backend reference = Backends.open("reference", 1);
        InferenceModel fast = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY_BF16);
        InferenceModel slow = InferenceModel.of(random.config(), random, reference, WeightFormat.TERNARY_BF16)) {
      assertClose(text -> decoded(fast, text), text -> decoded(slow, text));
    }
  }

  private void assertSameLogits(RandomModel random, WeightFormat format) {
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, format)) {
      assertClose(text -> decoded(model, text), text -> random.trainingLogits(text, backend));
    }
  }

  /** Logits behind each token of a text, read token by token. */
  private static float[][] decoded(InferenceModel model, int[] text) {
    DecodeSession session = model.session();
    float[][] logits = new float[text.length][];
    for (int i = 0; i < text.length; i++) {
      logits[i] = session.decode(text[i]).clone();
    }
    return logits;
  }

  /** Most texts have the same logits within float error, and none has others by more than a flipped code explains. */
  private static void assertClose(Function<int[], float[][]> got, Function<int[], float[][]> wanted) {
    double[] distances = new double[TEXTS];
    for (int i = 0; i < TEXTS; i++) {
      int[] text = RandomModel.text(10, i);
      distances[i] = RandomModel.relativeDistance(got.apply(text), wanted.apply(text));
    }
    Arrays.sort(distances);
    assertThat(distances[TEXTS / 2]).isLessThan(FLOAT_ERROR);
    assertThat(distances[TEXTS - 1]).isLessThan(CODE_FLIP);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void decodingEqualsFullRecomputationForFullPrecision(WeightFormat format) {
    assertDecodingEqualsRecomputation(RandomModel.plain(21), format);
  }

  @ParameterizedTest
  @EnumSource(names = {"TERNARY", "TERNARY_BF16"})
  void decodingEqualsFullRecomputationForStudents(WeightFormat format) {
    assertDecodingEqualsRecomputation(RandomModel.paperStudent(22), format);
  }

  private void assertDecodingEqualsRecomputation(RandomModel random, WeightFormat format) {
    int[] text = RandomModel.text(RandomModel.CONTEXT, 6);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, format)) {
      DecodeSession cached = model.session();
      DecodeSession fresh = model.session();
      // Across the first growth of the cache at 64 tokens, to the end of the context.
      float[] logits = cached.prefill(Arrays.copyOf(text, 60));
      for (int length = 60; length <= text.length; length++) {
        if (length % 9 == 6) {
          fresh.reset();
          assertThat(fresh.prefill(Arrays.copyOf(text, length))).isEqualTo(logits);
        }
        logits = length < text.length ? cached.decode(text[length]) : logits;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 40})
  void promptsMayBeReadInParts(int first) {
    RandomModel random = RandomModel.paperStudent(23);
    int[] text = RandomModel.text(41, 7);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY)) {
      float[] whole = model.session().prefill(text);
      DecodeSession parts = model.session();
      parts.prefill(Arrays.copyOf(text, first));
      assertThat(parts.prefill(Arrays.copyOfRange(text, first, text.length))).isEqualTo(whole);
    }
  }

  @Test
  void textsDoNotInfluenceEachOther() {
    RandomModel random = RandomModel.paperStudent(24);
    int[][] texts = new int[70][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = RandomModel.text(1 + 37 * i % 90, i);
    }
    int[] wanted = {50, 3, 3};
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY_BF16)) {
      float[][] together = model.logits(texts, wanted);
      float[][] losses = model.tokenLosses(texts);
      for (int i = 0; i < texts.length; i += 6) {
        assertThat(together[i]).isEqualTo(model.logits(texts[i], wanted));
        assertThat(losses[i]).isEqualTo(model.tokenLosses(new int[][] {texts[i]})[0]);
      }
    }
  }

  @Test
  void wantedTokensHaveTheLogitsOfTheWholeVocabulary() {
    RandomModel random = RandomModel.plain(25);
    int[] text = RandomModel.text(8, 3);
    for (WeightFormat format : new WeightFormat[] {WeightFormat.F32, WeightFormat.BF16}) {
      try (InferenceModel model = InferenceModel.of(random.config(), random, backend, format)) {
        float[] all = model.session().prefill(text).clone();
        assertThat(model.logits(text, new int[] {52, 0, 7})).containsExactly(all[52], all[0], all[7]);
      }
    }
  }

  @Test
  void tokenLossesAreTheCrossEntropiesOfTheLogits() {
    RandomModel random = RandomModel.plain(26);
    int[] text = RandomModel.text(12, 4);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.F32)) {
      float[] losses = model.tokenLosses(new int[][] {text, {5}})[0];
      assertThat(losses).hasSize(text.length - 1);
      DecodeSession session = model.session();
      for (int i = 0; i < losses.length; i++) {
        float[] logits = session.decode(text[i]);
        double total = 0;
        for (float logit : logits) {
          total += Math.exp(logit);
        }
        assertThat((double) losses[i]).isCloseTo(Math.log(total) - logits[text[i + 1]], within(1e-4));
      }
    }
  }

  @Test
  void sessionsOfOneModelAreIndependent() {
    RandomModel random = RandomModel.paperStudent(27);
    int[] one = RandomModel.text(20, 1);
    int[] two = RandomModel.text(20, 2);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY)) {
      float[] alone = model.session().prefill(one);
      DecodeSession first = model.session();
      DecodeSession second = model.session();
      for (int i = 0; i < one.length; i++) {
        first.decode(one[i]);
        second.decode(two[i]);
      }
      second.reset();
      first.reset();
      assertThat(first.prefill(one)).isEqualTo(alone);
    }
  }

  @Test
  void decodingUsesTheSameMemoryForEveryToken() {
    RandomModel random = RandomModel.paperStudent(31);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY)) {
      DecodeSession session = model.session();
      float[] logits = session.decode(1);
      Workspace workspace = model.workspace(1, 1);
      session.prefill(RandomModel.text(9, 1));
      assertThat(session.decode(2)).isSameAs(logits);
      assertThat(model.workspace(1, 1)).isSameAs(workspace);
    }
  }

  @Test
  void aFullContextAndWrongIdsAreRefused() {
    RandomModel random = RandomModel.plain(28);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.F32)) {
      DecodeSession session = model.session();
      session.prefill(RandomModel.text(RandomModel.CONTEXT, 1));
      assertThatThrownBy(() -> session.decode(1)).isInstanceOf(BadInputException.class)
          .hasMessage("inference: context is full: 1 tokens behind 96; expected at most 96 together");
      session.reset();
      assertThatThrownBy(() -> session.prefill(new int[] {1, 53})).isInstanceOf(BadInputException.class)
          .hasMessage("inference: token id 53 at position 1 of the text; expected 0 to 52");
      assertThat(session.length()).isZero();
      assertThatThrownBy(() -> model.logits(new int[0], new int[] {1})).isInstanceOf(BadInputException.class)
          .hasMessage("inference: text of 0 tokens; expected 1 to 96, the model's context");
      assertThatThrownBy(() -> model.logits(new int[97], new int[] {1})).hasMessageContaining("text of 97 tokens");
      assertThatThrownBy(() -> model.logits(new int[] {1}, new int[] {-1})).hasMessageContaining("token id -1 at position 0 of the wanted");
    }
  }

  @Test
  void formatsOfTheOtherKindOfModelAreRefused() {
    RandomModel random = RandomModel.plain(29);
    assertThatThrownBy(() -> InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY))
        .isInstanceOf(BadInputException.class)
        .hasMessage("model in memory: weights as TERNARY for a full-precision model; expected F32 or BF16");
    RandomModel student = RandomModel.paperStudent(29);
    assertThatThrownBy(() -> InferenceModel.of(student.config(), student, backend, WeightFormat.BF16))
        .hasMessage("model in memory: weights as BF16 for a ternary model; expected TERNARY or TERNARY_BF16");
  }

  @Test
  void allTensorsThatDoNotFitAreReportedTogether() {
    RandomModel random = RandomModel.plain(30);
    Map<String, Tensor> weights = new HashMap<>(random.weights());
    weights.remove("model.norm.weight");
    weights.put("model.layers.1.mlp.up_proj.weight", Tensor.zeros(3, 4));
    weights.put("extra", Tensor.zeros(2));
    assertThatThrownBy(() ->
        InferenceModel.of(random.config(), new RandomModel(random.config(), weights), backend, WeightFormat.F32))
        .isInstanceOf(BadInputException.class)
        .hasMessage("model in memory: parameters do not fit the model: model.layers.1.mlp.up_proj.weight has shape [3, 4], expected "
            + "[52, 40]; missing model.norm.weight [40]; unexpected extra [2]");
  }

  private static Tensor roundedToBf16(Tensor values) {
    return Tensor.of(Bf16Weight.round(values).toFloats(), values.shape().dims());
  }
}
