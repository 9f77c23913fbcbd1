package io.github.tern4j.autograd.op;

import static io.github.tern4j.autograd.TestBackend.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.TestBackend;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class VocabularyLossProperties {

  private static final float TAU = 5;
  private static final float WEIGHT = 0.3f;
  private static final float TEACHER_WEIGHT = 1.7f;
  private static final int TEACHER_HIDDEN = 3;

  /** Random operands of one size; every third target is ignored. */
  private record Operands(Tensor hidden, Tensor head, int[] targets, Tensor teacherHidden, Tensor teacherHead) {

    static Operands of(long seed, int rows, int vocabulary, int width) {
      Rng rng = Rng.of(seed);
      int[] targets = new int[rows];
      Arrays.setAll(targets, row -> row % 3 == 2 ? CrossEntropyKernel.IGNORED : rng.at("target").below(row, vocabulary));
      return new Operands(normal(rng.at("hidden"), rows, width), normal(rng.at("head"), vocabulary, width), targets,
          normal(rng.at("teacher"), rows, TEACHER_HIDDEN), normal(rng.at("teacher head"), vocabulary, TEACHER_HIDDEN));
    }

    /** In chunks of one block of the sum over rows. */
    VocabularyLoss loss(Tape tape, Variable hiddenRows, Variable weights, boolean taught) {
      Optional<VocabularyLoss.Teacher> teacher = taught ? Optional.of(teacher()) : Optional.empty();
      return VocabularyLoss.compute(tape, hiddenRows, weights, targets, WEIGHT, teacher, MatmulKernel.K_BLOCK);
    }

    VocabularyLoss.Teacher teacher() {
      return new VocabularyLoss.Teacher(teacherHidden, teacherHead, TAU, TEACHER_WEIGHT);
    }
  }

  private interface Loss {
    /** The total, for the backward pass, and the values of the terms appended to {@code values}. */
    Variable total(Tape tape, Variable hidden, Variable head, float[] values);
  }

  private static Loss fused(Operands operands, boolean taught) {
    return (tape, hidden, head, values) -> {
      VocabularyLoss loss = operands.loss(tape, hidden, head, taught);
      values[0] = tape.scalar(loss.total().value());
      values[1] = loss.crossEntropy();
      values[2] = loss.divergence();
      return loss.total();
    };
  }

  private static Loss separate(Operands operands, boolean taught) {
    return (tape, hidden, head, values) -> {
      Variable logits = Linear.linear(tape, hidden, head);
      Variable crossEntropy = CrossEntropy.crossEntropy(tape, logits, operands.targets);
      Variable total = Elementwise.scale(tape, crossEntropy, WEIGHT);
      if (taught) {
        Variable teacher =
            Linear.linear(tape, tape.constant(operands.teacherHidden), tape.constant(operands.teacherHead));
        boolean[] keep = new boolean[operands.targets.length];
        Arrays.fill(keep, true);
        Variable divergence = KlDivergence.klDivergence(tape, teacher.value(), logits, TAU, keep);
        total = Elementwise.add(tape, total, Elementwise.scale(tape, divergence, TEACHER_WEIGHT));
        values[2] = tape.scalar(divergence.value());
      }
      values[0] = tape.scalar(total.value());
      values[1] = tape.scalar(crossEntropy.value());
      return total;
    };
  }

  /** Values, the gradient of the rows, and that of the head after two passes, the second of which adds to the first. */
  private static float[][] outcome(Backend backend, Operands operands, Loss loss) {
    Parameter head = new Parameter("head", operands.head, backend, true);
    float[] values = new float[3];
    float[] gradHidden = {};
    for (int pass = 0; pass < 2; pass++) {
      try (Tape tape = Tape.recording(backend)) {
        Variable hidden = tape.input(operands.hidden);
        tape.backward(loss.total(tape, hidden, head, values));
        gradHidden = backend.download(hidden.gradient());
      }
    }
    return new float[][] {values, gradHidden, backend.download(head.gradient())};
  }

  private static void assertSameBits(Backend backend, Operands operands, boolean taught) {
    assertThat(outcome(backend, operands, fused(operands, taught)))
        .isDeepEqualTo(outcome(backend, operands, separate(operands, taught)));
  }

  @Example
  void theDefaultChunksGiveTheSame() {
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.inference(backend)) {
      Operands operands = Operands.of(7, 9, 20, 4);
      Variable hidden = tape.constant(operands.hidden);
      Variable head = tape.constant(operands.head);
      assertThat(VocabularyLoss.compute(tape, hidden, head, operands.targets, WEIGHT).crossEntropy())
          .isEqualTo(operands.loss(tape, hidden, head, false).crossEntropy());
      assertThat(VocabularyLoss.compute(tape, hidden, head, operands.targets, WEIGHT, operands.teacher()).divergence())
          .isEqualTo(operands.loss(tape, hidden, head, true).divergence());
    }
  }

  @Property(tries = 60)
  void valuesAndGradientsAreThoseOfTheSeparateOpsToTheBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 70) int vocabulary, @ForAll @IntRange(min = 1, max = 19) int width,
      @ForAll boolean taught) {
    try (Backend backend = TestBackend.poisoning()) {
      assertSameBits(backend, Operands.of(seed, rows, vocabulary, width), taught);
    }
  }

  @Property(tries = 20)
  void chunksChangeNoBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int blocks,
      @ForAll @IntRange(min = -1, max = 1) int more, @ForAll @IntRange(min = 1, max = 40) int vocabulary, @ForAll boolean taught) {
    try (Backend reference = TestBackend.poisoning(); Backend vector = Backends.open("vector", 2)) {
      Operands operands = Operands.of(seed, blocks * MatmulKernel.K_BLOCK + more, vocabulary, 5);
      assertSameBits(reference, operands, taught);
      assertSameBits(vector, operands, taught);
    }
  }

  @Example
  void withoutRowsThereIsNoLossAndNoGradientOfTheHead() {
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.recording(backend)) {
      Operands none = Operands.of(6, 0, 7, 2);
      Parameter head = new Parameter("head", none.head, backend, true);
      VocabularyLoss loss = none.loss(tape, tape.constant(none.hidden), head, true);
      tape.backward(loss.total());
      assertThat(new float[] {loss.crossEntropy(), loss.divergence()}).containsOnly(0);
      assertThat(head.hasGradient()).isFalse();
    }
  }

  @Property(tries = 30)
  void chunksAreWholeBlocksOfTheSumOverRows(@ForAll @IntRange(min = 1, max = 400_000) int vocabulary) {
    assertThat(VocabularyLoss.chunkRows(vocabulary)).isPositive()
        .satisfies(rows -> assertThat(rows % MatmulKernel.K_BLOCK).isZero());
  }

  @Example
  void theLogitsOfAllRowsAreNeverInMemory() {
    int rows = 4 * MatmulKernel.K_BLOCK;
    int vocabulary = 500;
    try (CpuBackend backend = (CpuBackend) Backends.open("vector", 1)) {
      Operands operands = Operands.of(1, rows, vocabulary, 1);
      outcome(backend, operands, fused(operands, false));
      long chunk = 4L * MatmulKernel.K_BLOCK * vocabulary;
      // The head's gradient and a few numbers for each row besides.
      assertThat(backend.pool().allocatedBytes()).isBetween(chunk, chunk + 4L * vocabulary + 4L * 8 * rows);
    }
  }

  @Example
  void anInferenceTapeComputesTheValuesAlone() {
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.inference(backend)) {
      Operands operands = Operands.of(2, 9, 20, 4);
      Parameter head = new Parameter("head", operands.head, backend, true);
      VocabularyLoss loss = operands.loss(tape, tape.constant(operands.hidden), head, true);
      assertThat(head.hasGradient()).isFalse();
      assertThat(loss.total().requiresGradient()).isFalse();
      assertThat(new float[] {tape.scalar(loss.total().value()), loss.crossEntropy(), loss.divergence()})
          .isEqualTo(outcome(backend, operands, separate(operands, true))[0]);
    }
  }

  @Example
  void aFrozenSideGetsNoGradientAndChangesNotTheOther() {
    try (Backend backend = TestBackend.poisoning()) {
      Operands operands = Operands.of(3, 9, 20, 4);
      float[][] expected = outcome(backend, operands, separate(operands, true));
      try (Tape tape = Tape.recording(backend)) {
        Variable hidden = tape.input(operands.hidden);
        Parameter frozen = new Parameter("head", operands.head, backend, false);
        tape.backward(operands.loss(tape, hidden, frozen, true).total());
        assertThat(backend.download(hidden.gradient())).isEqualTo(expected[1]);
      }
      try (Tape tape = Tape.recording(backend)) {
        Parameter head = new Parameter("head", operands.head, backend, true);
        Variable frozen = tape.constant(operands.hidden);
        tape.backward(operands.loss(tape, frozen, head, true).total());
        assertThat(head.hasGradient()).isTrue();
        assertThat(frozen.hasGradient()).isFalse();
      }
    }
  }

  @Example
  void aFactorThatComesAfterTheGradientsIsRefused() {
    Operands operands = Operands.of(4, 5, 7, 2);
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.recording(backend)) {
      VocabularyLoss loss = operands.loss(tape, tape.input(operands.hidden), tape.constant(operands.head), false);
      assertThatThrownBy(() -> tape.backward(loss.total(), 0.5f)).isInstanceOf(IllegalStateException.class)
          .hasMessage("backward: gradient 0.5 arrives at the result of vocabularyLoss, whose inputs got theirs in the forward "
              + "pass; expected 1 (factors are arguments of that op)");
    }
  }

  @Example
  void aBackwardPassThatLeavesTheLossOutIsRefused() {
    Operands operands = Operands.of(5, 5, 7, 2);
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.recording(backend)) {
      Variable hidden = tape.input(operands.hidden);
      operands.loss(tape, hidden, tape.constant(operands.head), false);
      Variable other = Reduce.mean(tape, hidden);
      assertThatThrownBy(() -> tape.backward(other)).isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("backward: gradient 0.0 arrives at the result of vocabularyLoss");
    }
  }

  @Example
  void misfitsAreRefused() {
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.inference(backend)) {
      Variable hidden = tape.constant(Tensor.zeros(2, 3));
      Variable head = tape.constant(Tensor.zeros(5, 3));
      int[] targets = new int[2];
      assertThatThrownBy(() -> VocabularyLoss.compute(tape, hidden, tape.constant(Tensor.zeros(5, 4)), targets, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("vocabularyLoss: operands do not fit; hidden [2, 3], head [5, 4], 2 targets; "
              + "expected hidden [rows, n], head [vocabulary, n] and a target for each row");
      assertThatThrownBy(() -> VocabularyLoss.compute(tape, hidden, head, new int[1], 1)).hasMessageContaining("1 targets");
      assertThatThrownBy(() -> VocabularyLoss.compute(tape, hidden, head, targets, 1,
          new VocabularyLoss.Teacher(Tensor.zeros(2, 4), Tensor.zeros(6, 4), 1, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("vocabularyLoss: the teacher differs: hidden [2, 4], head [6, 4]; expected 2 rows and a vocabulary of 5");
    }
  }
}
