package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
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

  /**
   * A head of integers rounds its input to 9 bits in groups: elements deviate by at most 1/510 of a group's largest, which is about
   * three standard deviations here.
   */
  private static final double NINE_BITS = 3.0 / 510;

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
  void packedStudentsHaveTheLogitsOfTheTrainingForward(SubLn subLn, EpsilonRule rule, int groupSize, boolean tied, boolean bias,
      boolean qkNorm) {
    BitDistillConfig student = RandomModel.student(subLn, rule, groupSize);
    RandomModel random = RandomModel.of(RandomModel.config(tied, bias, qkNorm, Optional.of(student)), 11);
    assertSameLogits(random, WeightFormat.TERNARY);
  }

  @ParameterizedTest(name = "SubLN {0}, tied {1}, bias {2}, QK-norm {3}")
  @CsvSource({"NONE, true, false, true", "PAPER, false, true, false", "ALL, true, true, true"})
  void fullPrecisionModelsHaveTheLogitsOfTheTrainingForward(SubLn subLn, boolean tied, boolean bias, boolean qkNorm) {
    BitDistillConfig norms = new BitDistillConfig(subLn, false, 1e-5f, 1e-5f, EpsilonRule.ADDED, 0);
    RandomModel random = RandomModel.of(RandomModel.config(tied, bias, qkNorm, Optional.of(norms)), 12);
    assertSameLogits(random, WeightFormat.F32);
  }

  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16"})
  void modelsInHalfPrecisionHaveTheLogitsOfTheirRoundedWeights(TableFormat format) {
    RandomModel random = RandomModel.plain(13);
    Map<String, Tensor> rounded = new HashMap<>();
    random.weights().forEach((name, values) -> rounded.put(name, name.contains("norm") ? values : rounded(values, format)));
    WeightFormat weights = format == TableFormat.BF16 ? WeightFormat.BF16 : WeightFormat.F16;
    assertClose(random, weights, new RandomModel(random.config(), rounded));
  }

  @ParameterizedTest(name = "{0}, tied {1}")
  @CsvSource({"F32, true", "BF16, false", "F16, true", "INT8, true", "INT8, false", "PLANES, true", "INT4, false"})
  void embeddingAndHeadHaveTheValuesOfTheirFormat(TableFormat format, boolean tied) {
    RandomModel random = RandomModel.of(RandomModel.config(tied, false, true, Optional.empty()), 15);
    Map<String, Tensor> tables = new HashMap<>(random.weights());
    tables.computeIfPresent(ModelLayout.EMBEDDING, (name, values) -> rounded(values, format));
    tables.computeIfPresent(ModelLayout.HEAD, (name, values) -> rounded(values, format));
    RandomModel expected = new RandomModel(random.config(), tables);
    boolean integers = EnumSet.of(TableFormat.INT8, TableFormat.PLANES, TableFormat.INT4).contains(format);
    double limit = integers ? NINE_BITS : FLOAT_ERROR;
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.F32.withTables(format))) {
      for (int i = 0; i < TEXTS; i++) {
        int[] text = RandomModel.text(10, i);
        assertThat(RandomModel.relativeDistance(decoded(model, text), expected.trainingLogits(text, backend))).isLessThan(limit);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLikeliestTokenHasTheLargestLogit(TableFormat tables) {
    RandomModel random = RandomModel.paperStudent(17);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.TERNARY.withTables(tables))) {
      DecodeSession searching = model.session();
      DecodeSession computing = model.session();
      int next = 1;
      for (int i = 0; i < 20; i++) {
        float[] logits = computing.decode(next);
        next = searching.likeliest(new int[] {next});
        for (float logit : logits) {
          assertThat(logit).isLessThanOrEqualTo(logits[next]);
        }
        assertThat(searching.length()).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void valuesThatAFormatCannotHoldAreRefused() {
    RandomModel random = RandomModel.plain(16);
    random.weights().get(ModelLayout.EMBEDDING).array()[41] = 7e4f;
    assertThatThrownBy(() ->
        InferenceModel.of(random.config(), random, backend, WeightFormat.F32.withTables(TableFormat.F16)))
        .isInstanceOf(BadInputException.class)
        .hasMessage("model in memory: model.embed_tokens.weight: float matrix: F16 element [1, 1] is infinite or NaN; expected "
            + "finite weights");
    random.weights().get(ModelLayout.EMBEDDING).array()[41] = Float.NaN;
    assertThatThrownBy(() ->
        InferenceModel.of(random.config(), random, backend, WeightFormat.F32.withTables(TableFormat.INT8)))
        .isInstanceOf(BadInputException.class).hasMessageContaining("model.embed_tokens.weight: int8 matrix: row 1 has");
    for (TableFormat integers : List.of(TableFormat.PLANES, TableFormat.INT4, TableFormat.TERNARY)) {
      assertThatThrownBy(() ->
          InferenceModel.of(random.config(), random, backend, WeightFormat.F32.withTables(integers)))
          .as("%s", integers).isInstanceOf(BadInputException.class).hasMessageContaining("row 1 has");
    }
  }

  @Test
  void randomModelsHaveFiniteLogitsAndTheirSeed() {
    QwenConfig plain = RandomModel.config(true, false, true, Optional.empty());
    QwenConfig student = plain.withBitDistill(RandomModel.student(SubLn.PAPER, EpsilonRule.ADDED, 16));
    for (WeightFormat format : List.of(WeightFormat.F32, WeightFormat.F16, WeightFormat.BF16.withTables(TableFormat.INT8),
        WeightFormat.TERNARY_BF16)) {
      QwenConfig config = format.ternary() ? student : plain;
      try (InferenceModel one = InferenceModel.random(config, format, backend, Rng.of(1));
          InferenceModel same = InferenceModel.random(config, format, backend, Rng.of(1));
          InferenceModel other = InferenceModel.random(config, format, backend, Rng.of(2))) {
        float[] logits = one.session().prefill(RandomModel.text(5, 1));
        for (float logit : logits) {
          assertThat(Math.abs(logit)).isLessThan(Float.POSITIVE_INFINITY);
        }
        assertThat(same.session().prefill(RandomModel.text(5, 1))).isEqualTo(logits);
        assertThat(other.session().prefill(RandomModel.text(5, 1))).isNotEqualTo(logits);
      }
    }
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
    assertClose(random, format, random);
  }

  /** A model in a format has the logits of the training forward pass with other weights. */
  private void assertClose(RandomModel random, WeightFormat format, RandomModel expected) {
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, format)) {
      assertClose(text -> decoded(model, text), text -> expected.trainingLogits(text, backend));
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
  @EnumSource
  void decodingEqualsFullRecomputationForFullPrecision(TableFormat tables) {
    for (WeightFormat format : List.of(WeightFormat.F32, WeightFormat.BF16, WeightFormat.F16)) {
      assertDecodingEqualsRecomputation(RandomModel.plain(21), format.withTables(tables));
    }
  }

  @ParameterizedTest
  @EnumSource
  void decodingEqualsFullRecomputationForStudents(TableFormat tables) {
    assertDecodingEqualsRecomputation(RandomModel.paperStudent(22), WeightFormat.TERNARY.withTables(tables));
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

  @ParameterizedTest
  @EnumSource
  void wantedTokensHaveTheLogitsOfTheWholeVocabulary(TableFormat tables) {
    RandomModel random = RandomModel.plain(25);
    int[] text = RandomModel.text(8, 3);
    try (InferenceModel model = InferenceModel.of(random.config(), random, backend, WeightFormat.F32.withTables(tables))) {
      float[] all = model.session().prefill(text).clone();
      assertThat(model.logits(text, new int[] {52, 0, 7})).containsExactly(all[52], all[0], all[7]);
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
        .hasMessage("model in memory: projections as TERNARY for a full-precision model; expected F32, BF16 or F16");
    RandomModel student = RandomModel.paperStudent(29);
    assertThatThrownBy(() -> InferenceModel.of(student.config(), student, backend, WeightFormat.BF16))
        .hasMessage("model in memory: projections as BF16 for a ternary model; expected TERNARY");
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

  /** The values of a weight in another format, on the heap. */
  private Tensor rounded(Tensor values, TableFormat format) {
    Tensor rounded = Tensor.zeros(values.shape());
    format.convert(NativeFloats.copy(values), backend).gather(IntStream.range(0, values.dim(0)).toArray(), rounded);
    return rounded;
  }
}
