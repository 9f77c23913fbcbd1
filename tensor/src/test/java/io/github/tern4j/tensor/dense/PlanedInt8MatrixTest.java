package io.github.tern4j.tensor.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.contract.TestMatrices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The planes hold int8 exactly, and the high one alone gives estimates within the stated bound. */
class PlanedInt8MatrixTest {

  /** Dithers of the statistical tests. */
  private static final int TRIALS = 4_000;

  private static final int COLUMNS = 96;

  /** Variance of 16 neighbouring integers. */
  private static final double VARIANCE = 85 / 4.0;

  @Test
  void everyCodeIsStoredExactlyForEveryDither() {
    float[] codes = new float[241 * 64];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = i % 241 - 120;
    }
    PlanedInt8Matrix matrix = PlanedInt8Matrix.quantize(TestMatrices.floats(DType.F32, codes, 64, 241, 0), Rng.of(1));
    for (int row = 0; row < 64; row++) {
      assertThat(matrix.rowScale(row)).isEqualTo(1);
      for (int column = 0; column < 241; column++) {
        assertThat(matrix.code(row, column)).isEqualTo((int) codes[row * 241 + column]);
      }
    }
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() {
    FloatMatrix infinite = TestMatrices.floats(DType.F32, new float[] {1, 2, 3, Float.NEGATIVE_INFINITY}, 2, 2, 0);
    assertThatIllegalArgumentException().isThrownBy(() -> PlanedInt8Matrix.quantize(infinite, Rng.of(1)))
        .withMessage("planed int8 matrix: row 1 has an infinite value or NaN; expected finite weights");
  }

  @Test
  void theSameStreamGivesTheSameDither() {
    FloatMatrix weight = TestMatrices.floats(DType.F32, new float[40], 1, 40, 0);
    PlanedInt8Matrix first = PlanedInt8Matrix.quantize(weight, Rng.of(1));
    PlanedInt8Matrix second = PlanedInt8Matrix.quantize(weight, Rng.of(1));
    PlanedInt8Matrix other = PlanedInt8Matrix.quantize(weight, Rng.of(2));
    int different = 0;
    for (int column = 0; column < 40; column++) {
      assertThat(second.shift(column)).isEqualTo(first.shift(column)).isBetween(1, 16);
      different += other.shift(column) == first.shift(column) ? 0 : 1;
    }
    assertThat(different).isPositive();
  }

  /** Weights and activations chosen to be as bad as they can be without knowledge of the dither. */
  private enum Case {
    GAUSSIAN, EQUAL, EXTREME, ONE_ACTIVATION, ALIGNED, ALTERNATING;

    float weight(int column) {
      return switch (this) {
        case GAUSSIAN, ONE_ACTIVATION, ALIGNED -> (float) Rng.of(3).normal(column);
        case EQUAL -> 1;
        case EXTREME -> column % 2 == 0 ? 1 : -1;
        case ALTERNATING -> column % 16 - 8;
      };
    }

    double activation(int column) {
      return switch (this) {
        case GAUSSIAN -> Rng.of(4).normal(column);
        case EQUAL, EXTREME -> 1;
        case ONE_ACTIVATION -> column == 7 ? 1 : 0;
        case ALIGNED -> Rng.of(3).normal(column);
        case ALTERNATING -> column % 2 == 0 ? 1 : -1;
      };
    }
  }

  /**
   * Over dithers, the deviation of an estimate has mean 0 and variance 85/4 |a|^2, and exceeds r |a| no more often than
   * exp(-2 r^2 / 85). Frequencies may deviate by four standard deviations of their own; the sample variance of n sub-Gaussian
   * values by four times sqrt(2 / n) of itself, their kurtosis being below 3.
   */
  @ParameterizedTest
  @EnumSource(Case.class)
  void estimatesDeviateNoMoreOftenThanTheBoundSays(Case operands) {
    float[] weights = new float[COLUMNS];
    double norm = 0;
    for (int column = 0; column < COLUMNS; column++) {
      weights[column] = operands.weight(column);
      norm += Math.pow(operands.activation(column), 2);
    }
    norm = Math.sqrt(norm);
    FloatMatrix weight = TestMatrices.floats(DType.F32, weights, 1, COLUMNS, 0);
    double sum = 0;
    double squares = 0;
    int[] beyond = new int[4];
    for (int trial = 0; trial < TRIALS; trial++) {
      PlanedInt8Matrix matrix = PlanedInt8Matrix.quantize(weight, Rng.of(99).at(trial));
      double deviation = deviation(matrix, operands) / norm;
      sum += deviation;
      squares += deviation * deviation;
      for (int i = 1; i < beyond.length; i++) {
        beyond[i] += deviation >= i * Math.sqrt(VARIANCE) ? 1 : 0;
      }
      assertThat(Math.abs(deviation)).isLessThan(PlanedInt8Matrix.RADIUS);
    }
    assertThat(Math.abs(sum / TRIALS)).isLessThan(4 * Math.sqrt(VARIANCE / TRIALS));
    assertThat(Math.abs(squares / TRIALS / VARIANCE - 1)).isLessThan(4 * Math.sqrt(2.0 / TRIALS));
    for (int i = 1; i < beyond.length; i++) {
      double bound = Math.exp(-i * i / 2.0);
      assertThat((double) beyond[i] / TRIALS).isLessThan(bound + 4 * Math.sqrt(bound / TRIALS));
    }
  }

  private static double deviation(PlanedInt8Matrix matrix, Case operands) {
    double deviation = 0;
    for (int column = 0; column < COLUMNS; column++) {
      int high = matrix.high().get(0, column) - NibblePlane.ZERO;
      double estimate = PlanedInt8Matrix.HIGH_STEP * high + matrix.estimateShift(column);
      deviation += (matrix.code(0, column) - estimate) * operands.activation(column);
    }
    return deviation;
  }
}
