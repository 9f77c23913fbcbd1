package io.github.tern4j.bitdistill.loss;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Softmax;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Identities of softmax and of the divergence in logits distillation, on reference and vectors. */
class LogitsLossProperties {

  /** Unit roundoff of float. */
  private static final double U = 0x1p-24;

  /**
   * Logits {@code [rows, classes]} on a grid of 1/1024, from -range to range: shifting them by multiples of it is exact, and so
   * is subtracting their maximum.
   */
  record Logits(String backendName, int rows, int classes, int range, float tau, boolean timesTauSquared, long seed) {

    static final float GRID = 0x1p-10f;

    Backend open() {
      return Backends.open(backendName, 2);
    }

    LogitsLoss loss() {
      return new LogitsLoss(tau, timesTauSquared, LogitsLoss.Positions.ANSWER);
    }

    float[] values(String stream) {
      float[] values = new float[rows * classes];
      for (int i = 0; i < values.length; i++) {
        values[i] = GRID * (Rng.of(seed).at(stream).below(i, 2 * range * 1024 + 1) - range * 1024);
      }
      return values;
    }

    /** Each row plus a number of its own, up to 512. */
    float[] shifted(float[] values, String stream) {
      float[] shifted = values.clone();
      for (int i = 0; i < values.length; i++) {
        shifted[i] += GRID * (Rng.of(seed).at(stream).below(i / classes, 1 << 20) - (1 << 19));
      }
      return shifted;
    }

    Tensor tensor(float[] values) {
      return Tensor.of(values, rows, classes);
    }

    boolean[] keep() {
      boolean[] keep = new boolean[rows];
      for (int row = 0; row < rows; row++) {
        keep[row] = row == 0 || Rng.of(seed).at("keep").below(row, 3) > 0;
      }
      return keep;
    }
  }

  @Provide
  Arbitrary<Logits> logits() {
    return Combinators.combine(Arbitraries.of("reference", "vector"), Arbitraries.integers().between(1, 5),
        Arbitraries.integers().between(1, 90), Arbitraries.integers().between(1, 16), Arbitraries.of(1f, 5f, 0.7f),
        Arbitraries.of(true, false), Arbitraries.longs()).as(Logits::new);
  }

  /** Numerators sum to their denominator up to its n roundings, and each quotient rounds once. */
  @Property(tries = 60)
  void rowsOfASoftmaxSumToOne(@ForAll("logits") Logits logits) {
    float[] y = softmax(logits, logits.values("x"));
    for (int row = 0; row < logits.rows; row++) {
      double sum = 0;
      for (int i = row * logits.classes; i < (row + 1) * logits.classes; i++) {
        assertThat(y[i]).isBetween(0f, 1f);
        sum += y[i];
      }
      assertThat(Math.abs(sum - 1)).isLessThanOrEqualTo((logits.classes + 2) * U);
    }
  }

  /** To the bit where the shift itself is exact. */
  @Property(tries = 60)
  void aShiftOfARowChangesNeitherSoftmaxNorLoss(@ForAll("logits") Logits logits) {
    float[] teacher = logits.values("teacher");
    float[] student = logits.values("student");
    float[] shiftedTeacher = logits.shifted(teacher, "teacher shift");
    float[] shiftedStudent = logits.shifted(student, "student shift");
    assertThat(softmax(logits, shiftedTeacher)).isEqualTo(softmax(logits, teacher));
    assertThat(lossAndGradient(logits, shiftedTeacher, shiftedStudent)).isDeepEqualTo(lossAndGradient(logits, teacher, student));
  }

  /** Hence never below zero by more than the bound of {@link #divergence}. */
  @Property(tries = 60)
  void theLossIsTheMeanDivergenceOfTheKeptRows(@ForAll("logits") Logits logits) {
    float[] teacher = logits.values("teacher");
    float[] student = logits.values("student");
    boolean[] keep = logits.keep();
    double sum = 0;
    double bound = 0;
    int kept = 0;
    for (int row = 0; row < logits.rows; row++) {
      if (keep[row]) {
        double[] exactAndBound = divergence(logits, teacher, student, row);
        sum += exactAndBound[0];
        bound += exactAndBound[1];
        kept++;
      }
    }
    double factor = (logits.timesTauSquared ? (double) logits.tau * logits.tau : 1) / kept;
    float loss = lossAndGradient(logits, teacher, student)[0][0];
    // Rounded besides: 1 / kept, the mean, tau^2 and the product with it.
    double tolerance = factor * (bound + 5 * U * (sum + bound));
    assertThat(Math.abs(loss - factor * sum)).isLessThanOrEqualTo(tolerance);
    assertThat((double) loss).isGreaterThanOrEqualTo(-tolerance);
  }

  @Property(tries = 60)
  void aStudentLikeItsTeacherUpToAShiftHasNoLossAndNoGradient(@ForAll("logits") Logits logits) {
    float[] teacher = logits.values("teacher");
    float[][] lossAndGradient = lossAndGradient(logits, teacher, logits.shifted(teacher, "shift"));
    assertThat(lossAndGradient[0][0]).isZero();
    for (float gradient : lossAndGradient[1]) {
      assertThat(Math.abs(gradient)).isZero();
    }
  }

  /**
   * One logit of four in [-1, 1] moved by 1: its probability, at least 1/24 and at most 0.72, changes by more than 0.06, so that
   * the divergence is above 2 * 0.06^2 (Pinsker), a hundred times the bound of its rounding.
   */
  @Property(tries = 60)
  void aStudentUnlikeItsTeacherHasALoss(@ForAll("logits") Logits any) {
    Logits logits = new Logits(any.backendName, 1, 4, 1, 1, any.timesTauSquared, any.seed);
    float[] teacher = logits.values("teacher");
    float[] student = teacher.clone();
    student[Rng.of(any.seed).below(0, 4)] += 1;
    float[][] lossAndGradient = lossAndGradient(logits, teacher, student);
    assertThat((double) lossAndGradient[0][0]).isGreaterThan(2 * 0.06 * 0.06 - divergence(logits, teacher, student, 0)[1]);
    assertThat(lossAndGradient[1]).isNotEqualTo(new float[4]);
  }

  private static float[] softmax(Logits logits, float[] values) {
    try (Backend backend = logits.open(); Tape tape = Tape.inference(backend)) {
      return backend.download(Softmax.softmax(tape, tape.constant(logits.tensor(values)), -1).value());
    }
  }

  private static float[][] lossAndGradient(Logits logits, float[] teacher, float[] student) {
    try (Backend backend = logits.open(); Tape tape = Tape.recording(backend)) {
      Variable input = tape.input(logits.tensor(student));
      Variable loss = logits.loss().loss(tape, logits.tensor(teacher), input, logits.keep());
      float[] value = backend.download(loss.value());
      tape.backward(loss);
      return new float[][] {value, backend.download(input.gradient())};
    }
  }

  /**
   * {@code sum p_T (ln p_T - ln p_S)} of a row in double, and what float may deviate: with s the spread of {@code x / tau} and
   * L = ln n, a log-probability is at most s + L in magnitude and errs by {@code e = (n + 9 + 6 s + 10 (s + L)) u}: n additions
   * and one exp (8 u) below ln, its own 4 ulp, and arguments that lost 3 u of their size. The terms err by 2 e, and relative to a
   * difference of at most s + L by e, exp and n + 3 roundings of the sum.
   */
  private static double[] divergence(Logits logits, float[] teacher, float[] student, int row) {
    double[] ofTeacher = logProbabilities(logits, teacher, row);
    double[] ofStudent = logProbabilities(logits, student, row);
    double divergence = 0;
    for (int i = 0; i < logits.classes; i++) {
      divergence += Math.exp(ofTeacher[i]) * (ofTeacher[i] - ofStudent[i]);
    }
    int n = logits.classes;
    double spread = 2.0 * logits.range / logits.tau + 1;
    double largest = spread + Math.log(n);
    double error = (n + 9 + 6 * spread + 10 * largest) * U;
    return new double[] {divergence, 2 * error + (error + (n + 11) * U) * largest};
  }

  private static double[] logProbabilities(Logits logits, float[] values, int row) {
    int n = logits.classes;
    double sum = 0;
    for (int i = row * n; i < (row + 1) * n; i++) {
      sum += Math.exp(values[i] / (double) logits.tau);
    }
    double[] result = new double[n];
    for (int i = 0; i < n; i++) {
      result[i] = values[row * n + i] / (double) logits.tau - Math.log(sum);
    }
    return result;
  }
}
