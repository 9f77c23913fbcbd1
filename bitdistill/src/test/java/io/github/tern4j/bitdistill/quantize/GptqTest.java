package io.github.tern4j.bitdistill.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GptqTest {

  private static final Grid GRID = new Grid.Int4Asymmetric(8);
  private static final Workers ONE = new Workers(1);

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 16, 33})
  void uncorrelatedInputsOfOneSizeGivePlainRounding(int columns) {
    Tensor weight = Samples.weight(columns, 5, columns).toTensor();
    Tensor identity = Tensor.zeros(columns, columns);
    for (int i = 0; i < columns; i++) {
      identity.array()[i * columns + i] = 1;
    }
    QuantizedWeight gptq = Gptq.quantize(weight, identity, GRID, ONE).weight();
    QuantizedWeight rounded = RoundToNearest.quantize(weight, identity, GRID, ONE);
    assertThat(gptq.codes()).isEqualTo(rounded.codes());
    assertThat(gptq.dequantized().toFloats()).isEqualTo(rounded.dequantized().toFloats());
    assertThat(gptq.outputMse()).isEqualTo(rounded.outputMse());
  }

  /** The oracle inverts the Hessian of the free columns anew for each column, as Frantar et al. 2022, eq. 2 reads. */
  @Test
  void everyColumnMakesTheBestMoveForTheErrorBeforeIt() {
    int rows = 3;
    int columns = 7;
    Matrix weight = Samples.weight(3, rows, columns);
    Tensor inputs = Samples.inputs(3, 40, columns);
    FittedGrid grid = FittedGrid.fit(new Grid.TernaryPerTensor(), weight);
    double[][] hessian = dampedHessian(inputs);
    Matrix expected = weight.copy();
    for (int i = 0; i < columns; i++) {
      double[][] inverse = inverseOfFree(hessian, i);
      for (int row = 0; row < rows; row++) {
        double error = expected.get(row, i) - grid.value(row, i, grid.code(row, i, expected.get(row, i)));
        for (int j = i + 1; j < columns; j++) {
          expected.values()[row * columns + j] -= error * inverse[0][j - i] / inverse[0][0];
        }
      }
    }
    float[] compensated = Gptq.quantize(weight.toTensor(), inputs, new Grid.TernaryPerTensor(), ONE).compensated().toFloats();
    for (int i = 0; i < compensated.length; i++) {
      // Rounding to float dominates; the double parts differ by the condition of a 7 x 7 Hessian (below 1e6) times 1e-16.
      assertThat((double) compensated[i]).isCloseTo(expected.values()[i], within(Math.ulp(compensated[i]) + 1e-9));
    }
  }

  @Test
  void theFirstColumnIsRoundedPlainly() {
    Tensor weight = Samples.weight(4, 20, 30).toTensor();
    Tensor inputs = Samples.inputs(4, 64, 30);
    byte[] gptq = Gptq.quantize(weight, inputs, GRID, ONE).weight().codes();
    byte[] rounded = RoundToNearest.quantize(weight, inputs, GRID, ONE).codes();
    for (int row = 0; row < 20; row++) {
      assertThat(gptq[row * 30]).isEqualTo(rounded[row * 30]);
    }
    assertThat(gptq).isNotEqualTo(rounded);
  }

  @Test
  void inputsThatAreAlwaysZeroGetWeightZero() {
    Tensor weight = Samples.weight(5, 4, 9).toTensor();
    Tensor inputs = Samples.inputs(5, 30, 9);
    for (int row = 0; row < 30; row++) {
      inputs.array()[row * 9 + 2] = 0;
    }
    Tensor dequantized = Gptq.quantize(weight, inputs, new Grid.Int4Symmetric(Grid.WHOLE_ROW), ONE).weight().dequantized();
    for (int row = 0; row < 4; row++) {
      assertThat(dequantized.get(row, 2)).isZero();
      assertThat(dequantized.get(row, 0)).isNotZero();
    }
  }

  @Test
  void allInputsZeroIsNoReasonToFail() {
    Tensor weight = Samples.weight(6, 2, 5).toTensor();
    QuantizedWeight quantized = Gptq.quantize(weight, Tensor.zeros(3, 5), GRID, ONE).weight();
    assertThat(quantized.outputMse()).isZero();
  }

  @Test
  void threadsDoNotChangeTheBits() {
    Tensor weight = Samples.weight(7, 50, 70).toTensor();
    Tensor inputs = Samples.inputs(7, 90, 70);
    Gptq.Result one = Gptq.quantize(weight, inputs, GRID, ONE);
    try (Workers three = new Workers(3)) {
      Gptq.Result other = Gptq.quantize(weight, inputs, GRID, three);
      assertThat(other.compensated().toFloats()).isEqualTo(one.compensated().toFloats());
      assertThat(other.weight().outputMse()).isEqualTo(one.weight().outputMse());
    }
  }

  /**
   * |U^T U H - I| is at most c n cond(H) 2^-53 for a backward stable factorization; c = 10, and cond(H) is below trace(H) / 1
   * here.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 50})
  void theFactorIsOneOfTheInverse(int n) {
    Matrix hessian = Matrix.of("test", "inputs", Samples.inputs(n, 2 * n, n)).gram(1.0 / n, ONE);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      hessian.values()[i * n + i] += 1;
      trace += hessian.get(i, i);
    }
    Matrix u = InverseFactor.of(hessian.copy(), ONE);
    double bound = 10 * n * trace * 0x1p-53;
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        double product = 0;
        for (int j = 0; j < n; j++) {
          double inverse = 0;
          for (int k = 0; k <= Math.min(row, j); k++) {
            inverse += u.get(k, row) * u.get(k, j);
          }
          product += inverse * hessian.get(j, column);
        }
        assertThat(product).isCloseTo(row == column ? 1 : 0, within(bound));
        assertThat(row > column ? u.get(row, column) : 0).isZero();
      }
    }
  }

  @Test
  void indefiniteMatrixIsRefused() {
    Matrix indefinite = new Matrix(2, 2, new double[] {1, 2, 2, 1});
    assertThatThrownBy(() -> InverseFactor.of(indefinite, ONE))
        .isInstanceOf(ArithmeticException.class).hasMessage("gptq: Hessian is not positive definite: pivot -3.0 in row 0 of 2");
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> Gptq.quantize(Tensor.zeros(4, 8), Tensor.zeros(3, 7), GRID, ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gptq: shapes do not fit: weight [4, 8], inputs [3, 7]; expected [out, in] and [samples, in]");
  }

  @Test
  void numbersThatAreNotFiniteAreNamed() {
    Tensor weight = Tensor.of(new float[] {1, Float.NaN}, 1, 2);
    assertThatThrownBy(() -> Gptq.quantize(weight, Tensor.zeros(3, 2), GRID, ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("gptq: weight [1, 2] has NaN at element 1; expected finite numbers");
  }

  private static double[][] dampedHessian(Tensor inputs) {
    int samples = inputs.dim(0);
    int n = inputs.dim(1);
    double[][] hessian = new double[n][n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int row = 0; row < samples; row++) {
          hessian[i][j] += 2.0 / samples * inputs.get(row, i) * inputs.get(row, j);
        }
      }
      trace += hessian[i][i];
    }
    for (int i = 0; i < n; i++) {
      hessian[i][i] += 0.01 * trace / n;
    }
    return hessian;
  }

  /** Inverse of rows and columns {@code from ..} by Gauss-Jordan elimination. */
  private static double[][] inverseOfFree(double[][] matrix, int from) {
    int n = matrix.length - from;
    double[][] a = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(matrix[from + i], from, a[i], 0, n);
      a[i][n + i] = 1;
    }
    for (int k = 0; k < n; k++) {
      double pivot = a[k][k];
      for (int j = 0; j < 2 * n; j++) {
        a[k][j] /= pivot;
      }
      for (int i = 0; i < n; i++) {
        double factor = i == k ? 0 : a[i][k];
        for (int j = 0; j < 2 * n; j++) {
          a[i][j] -= factor * a[k][j];
        }
      }
    }
    double[][] inverse = new double[n][n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(a[i], n, inverse[i], 0, n);
    }
    return inverse;
  }
}
