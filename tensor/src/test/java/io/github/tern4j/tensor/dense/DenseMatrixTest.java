package io.github.tern4j.tensor.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestMatrices;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The formats of dense weights: what they store, refuse and lose. */
class DenseMatrixTest {

  @Test
  void int8RoundsToTheNearestCodeTiesToEven() {
    float[] values = {127, 0.5f, 1.5f, -2.5f, -127, 0, 0, 0};
    Int8Matrix matrix = Int8Matrix.quantize(TestMatrices.floats(DType.F32, values, 2, 4, 0));
    assertThat(codes(matrix, 0)).containsExactly(127, 0, 2, -2);
    assertThat(matrix.rowScale(0)).isEqualTo(1);
    assertThat(codes(matrix, 1)).containsExactly(-127, 0, 0, 0);
    Int8Matrix zeros = Int8Matrix.quantize(TestMatrices.floats(DType.F32, new float[3], 1, 3, 0));
    assertThat(zeros.rowScale(0)).isZero();
    assertThat(codes(zeros, 0)).containsExactly(0, 0, 0);
  }

  @Test
  void rowsAreWidenedWithTheirScale() {
    Int8Matrix matrix = Int8Matrix.quantize(TestMatrices.floats(DType.F32, new float[] {254, 4, 127, 3}, 2, 2, 0));
    float[] row = new float[3];
    matrix.widen(0, row, 1);
    assertThat(row).containsExactly(0, 254, 4);
    assertThat(matrix.select(new int[] {1}).code(0, 1)).isEqualTo(3);
    assertThat(matrix.byteSize()).isEqualTo(4 + 8);
  }

  @Test
  void int4KeepsMultiplesOfAScaleExactly() {
    float[] values = new float[2 * 70];
    for (int i = 0; i < 32; i++) {
      values[i] = 0.5f * (i % 16 - 7);
      values[32 + i] = -3 * (i % 16 - 7);
    }
    values[70 + 69] = -2;
    Int4Matrix matrix = Int4Matrix.quantize(TestMatrices.floats(DType.F32, values, 2, 70, 1));
    float[] widened = new float[2 * 70];
    matrix.widen(0, widened, 0);
    matrix.widen(1, widened, 70);
    assertThat(widened).containsExactly(values);
    assertThat(matrix.groupScale(0, 0)).isEqualTo(-0.5f);
    assertThat(matrix.groupScale(0, 1)).isEqualTo(3);
    assertThat(matrix.groupScale(0, 2)).isZero();
    assertThat(matrix.code(0, 15)).isEqualTo(-8);
    assertThat(matrix.code(0, 0)).isEqualTo(7);
    assertThat(matrix.code(1, 69)).isEqualTo(-8);
  }

  @Test
  void int4TakesTheScaleOfTheSmallestSquaredError() {
    Rng rng = Rng.of(5);
    for (int group = 0; group < 200; group++) {
      float[] values = new float[32];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) rng.at(group).normal(i);
      }
      Int4Matrix matrix = Int4Matrix.quantize(TestMatrices.floats(DType.F32, values, 1, 32, 0));
      float[] widened = new float[32];
      matrix.widen(0, widened, 0);
      double error = 0;
      float extreme = 0;
      for (int i = 0; i < values.length; i++) {
        error += Math.pow(values[i] - widened[i], 2);
        extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
      }
      for (double divisor : new double[] {7.5, 8, 8.5}) {
        double other = 0;
        double scale = Math.abs(extreme) / divisor;
        for (float value : values) {
          double code = Math.clamp(Math.rint(-value / Math.signum(extreme) / scale), -8, 7);
          other += Math.pow(value + Math.signum(extreme) * code * scale, 2);
        }
        // BF16 moves a scale by 2^-9 and a value by 8 times as much of it.
        double moved = Math.sqrt(other) + Math.sqrt(32) * 8 * scale * 0x1p-9;
        assertThat(error).as("group %d, divisor %s", group, divisor).isLessThanOrEqualTo(moved * moved);
      }
    }
  }

  @Test
  void int4TakesWholePanelsAndBlocks() {
    float[] values = new float[17 * 40];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 23 - 11;
    }
    Int4Matrix matrix = Int4Matrix.quantize(TestMatrices.floats(DType.F32, values, 17, 40, 0));
    assertThat(matrix.byteSize()).isEqualTo(32 * (256 + 32));
    Int4Matrix selected = matrix.select(new int[] {16, 3});
    assertThat(selected.byteSize()).isEqualTo(16 * (256 + 32));
    assertThat(codes(selected, 0)).containsExactly(codes(matrix, 16));
    assertThat(codes(selected, 1)).containsExactly(codes(matrix, 3));
    assertThat(selected.groupScale(0, 1)).isEqualTo(matrix.groupScale(16, 1));
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestMatrices.floats(DType.F16, new float[] {1, 2, 3, Float.NaN}, 2, 2, 1))
        .withMessage("float matrix: F16 element [1, 1] is infinite or NaN; expected finite weights");
    FloatMatrix infinite = TestMatrices.floats(DType.F32, new float[] {1, 2, 3, Float.NEGATIVE_INFINITY}, 2, 2, 0);
    assertThatIllegalArgumentException().isThrownBy(() -> Int8Matrix.quantize(infinite))
        .withMessage("int8 matrix: row 1 has an infinite value or NaN; expected finite weights");
    FloatMatrix missing = TestMatrices.floats(DType.F32, new float[] {1, 2, Float.NaN, 3}, 2, 2, 0);
    assertThatIllegalArgumentException().isThrownBy(() -> Int4Matrix.quantize(missing))
        .withMessage("int4 matrix: row 1 has an infinite value or NaN; expected finite weights");
  }

  @Test
  void otherTensorsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new FloatMatrix(Tensor.zeros(2, 3)))
        .withMessage("float matrix: F32 [2, 3]; expected contiguous F32, BF16 or F16 [out, in] in native memory");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Int8Matrix(Shape.of(2, 3), Arena.ofAuto().allocate(6), new float[1]))
        .withMessageStartingWith("int8 matrix [2, 3]: 6 bytes and 1 scales; expected ");
  }

  /**
   * The relative L2 error of products with Gaussian activations is that of the weights themselves. Rounding errors are at most
   * half a unit, uniform: relative to a number of p bits at most 2^-p, so their root mean square is below 2^-p / sqrt(3) times
   * the number's, and above half of that, since significands lie between 1 and 2. Int8's unit is m / 127, m the largest
   * magnitude of a row, whose root mean square over rows of 1,024 lies well between 2.15 and 4.3 standard deviations. Int4's is
   * m / 8.5 to m / 7.5, m the largest of 32, between 1.6 and 3.2 standard deviations.
   */
  @ParameterizedTest
  @CsvSource({"F32, 0, 0", "BF16, 0.00113, 0.00226", "F16, 0.000141, 0.000282", "INT8, 0.00489, 0.00978",
      "INT4, 0.0543, 0.1232", "PLANED_INT8, 0.00517, 0.01035"})
  void productsOfGaussiansDeviateByTheRoundingOfTheWeight(TestMatrices format, double least, double most) {
    int rows = 200;
    int columns = 1024;
    Rng rng = Rng.of(7);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.at(1).normal(i);
    }
    DenseMatrix matrix = format.of(values, rows, columns, 0);
    float[] rounded = new float[columns];
    double error = 0;
    double total = 0;
    for (int row = 0; row < rows; row++) {
      matrix.widen(row, rounded, 0);
      double exact = 0;
      double got = 0;
      for (int column = 0; column < columns; column++) {
        double x = rng.at(2).normal(column);
        exact += x * values[row * columns + column];
        got += x * rounded[column];
      }
      error += (got - exact) * (got - exact);
      total += exact * exact;
    }
    assertThat(Math.sqrt(error / total)).as("relative error of %s", format).isBetween(least, most);
  }

  /**
   * Rounding moves a weight by half a step at most, so a product by half a step times the sum of magnitudes of x. Quotients are
   * floats: up to 127, they are rounded by less than 2^-17 of a step. The steps of int4 are those of groups; BF16 moves a scale by
   * up to 2^-8, and with it the largest quotient, 8.5, beyond the codes: what lies above the largest code 7 is cut, and what lies
   * below -8 by 0.5 and what BF16 moves.
   */
  @ParameterizedTest
  @EnumSource(value = TestMatrices.class, names = {"INT8", "INT4", "PLANED_INT8"})
  void productsDeviateByHalfAStepTimesTheMagnitudesOfXAtMost(TestMatrices format) {
    int columns = 300;
    int rows = 50;
    Rng rng = Rng.of(8);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.at(1).normal(i);
    }
    IntegerMatrix matrix = (IntegerMatrix) format.of(values, rows, columns, 0);
    float[] rounded = new float[columns];
    for (int row = 0; row < rows; row++) {
      matrix.widen(row, rounded, 0);
      double deviation = 0;
      double bound = 0;
      for (int column = 0; column < columns; column++) {
        double step = Math.abs(matrix.rowScale(row) * matrix.groupScale(row, matrix.group(column)));
        double value = values[row * columns + column];
        boolean cut = matrix instanceof Int4Matrix && matrix.code(row, column) == Int4Matrix.LARGEST_CODE;
        double beyond = matrix instanceof Int4Matrix ? 8.5 * 0x1p-8 : 0x1p-17;
        double largest = step * ((cut ? 8.5 - Int4Matrix.LARGEST_CODE : 0.5) + beyond);
        // As bad an x as there is: it has the signs of the errors.
        double x = Math.signum(value - rounded[column]) * Math.abs(rng.at(2).normal(column));
        deviation += x * (value - rounded[column]);
        bound += Math.abs(x) * largest;
      }
      assertThat(deviation).as("row %d", row).isPositive().isLessThanOrEqualTo(bound);
    }
  }

  private static int[] codes(IntegerMatrix matrix, int row) {
    int[] codes = new int[matrix.columns()];
    for (int column = 0; column < codes.length; column++) {
      codes[column] = matrix.code(row, column);
    }
    return codes;
  }
}
