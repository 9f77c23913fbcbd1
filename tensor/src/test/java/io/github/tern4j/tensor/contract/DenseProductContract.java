package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.IntegerMatrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link DenseProductKernel} promises. Weights lie in the memory of the host on every backend that has the kernel. */
public abstract class DenseProductContract extends KernelContract<DenseProductKernel> {

  /** The suite. */
  protected DenseProductContract() {
    super(DenseProductKernel.class);
  }

  @ParameterizedTest(name = "{0} rows, {1} outputs of {2}")
  @CsvSource({"1,1,1", "1,4,32", "2,5,31", "3,3,33", "1,17,64", "1,16,65", "5,19,97", "4,17,63", "6,8,256", "7,13,300",
      "1,300,515", "1,5,1024", "5,17,1100", "8,31,64", "12,32,1", "13,33,129", "16,31,160", "24,64,97", "33,130,66",
      "517,37,67", "0,3,4", "3,0,4", "3,5,0", "9,5,0"})
  void productsAreWithinTheBoundOfTheExactOnes(int rows, int outputs, int n) {
    for (TestMatrices format : TestMatrices.values()) {
      for (Layout layout : new Layout[] {Layout.CONTIGUOUS, Layout.OFFSET}) {
        DenseMatrix weight = weight(format, layout, outputs, n);
        Operand x = tensors.normal(layout, rows, n);
        Operand out = tensors.normal(layout, rows, outputs);
        double[] exact = new double[rows * outputs];
        double[] bound = new double[rows * outputs];
        float[] values = x.values();
        for (int i = 0; i < exact.length; i++) {
          double magnitudes = 0;
          float[] row = row(weight, i % outputs);
          for (int j = 0; j < n; j++) {
            double term = (double) values[i / outputs * n + j] * row[j];
            exact[i] += term;
            magnitudes += Math.abs(term);
          }
          bound[i] = switch (weight) {
            // Each term is rounded once on its way along a lane, then by four folds.
            case FloatMatrix floats -> 1.01 * (Math.ceilDiv(n, 16 * floats.run()) * floats.run() + 4) * U * magnitudes + TINY;
            case IntegerMatrix integers -> roundingBound(integers, row, values, i / outputs * n);
          };
        }
        run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).within(out, exact, bound);
      }
    }
  }

  /**
   * An activation moves by half its scale at most. Two scales are rounded, their product, the sum of a group, one fma for each
   * block of groups, four folds, the factor of the row and the widened weight of the test; the factor and the quotient of an
   * activation are rounded too, which moves a tie.
   */
  private static double roundingBound(IntegerMatrix weight, float[] row, float[] x, int at) {
    double[] largest = new double[weight.groups()];
    for (int j = 0; j < row.length; j++) {
      largest[weight.group(j)] = Math.max(largest[weight.group(j)], Math.abs(x[at + j]));
    }
    double moved = 0;
    double magnitudes = 0;
    for (int j = 0; j < row.length; j++) {
      moved += Math.abs(row[j]) * largest[weight.group(j)] / weight.largestActivation() / 2;
      magnitudes += Math.abs(row[j]) * largest[weight.group(j)];
    }
    return moved + 1.01 * (weight.groups() / 16 + 12) * U * magnitudes + TINY;
  }

  @ParameterizedTest(name = "{0} rows, {1} outputs of {2}")
  @CsvSource({"1,1,1", "2,5,31", "3,17,64", "4,16,65", "5,19,97", "8,31,300", "1,33,515", "5,17,1100", "0,3,4", "3,0,4", "3,5,0"})
  void integersAreExactlyThoseOfTheRoundedActivations(int rows, int outputs, int n) {
    for (TestMatrices format : TestMatrices.INTEGERS) {
      IntegerMatrix weight = (IntegerMatrix) weight(format, Layout.CONTIGUOUS, outputs, n);
      Operand x = tensors.normal(Layout.OFFSET, rows, n);
      Operand out = tensors.normal(Layout.OFFSET, rows, outputs);
      float[] expected = new float[rows * outputs];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = ofRounded(weight, i % outputs, x.values(), i / outputs * n);
      }
      run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).equalTo(out, expected);
    }
  }

  private static float ofRounded(IntegerMatrix weight, int output, float[] x, int at) {
    float[] partial = new float[16];
    for (int group = 0; group < weight.groups(); group++) {
      float largest = 0;
      for (int column = 0; column < weight.columns(); column++) {
        largest = weight.group(column) == group ? Math.max(largest, Math.abs(x[at + column])) : largest;
      }
      long sum = 0;
      for (int column = 0; column < weight.columns(); column++) {
        if (weight.group(column) == group && largest > 0) {
          sum += weight.code(output, column) * (long) Math.rint(x[at + column] * (weight.largestActivation() / largest));
        }
      }
      float scale = weight.groupScale(output, group) * (largest / weight.largestActivation());
      partial[group % 16] = Math.fma((float) sum, scale, partial[group % 16]);
    }
    return weight.rowScale(output) * Summation.fold(partial, 0) + 0;
  }

  @Test
  void extremeCodesDoNotOverflow() {
    int n = 2048;
    for (TestMatrices format : TestMatrices.INTEGERS) {
      float[] values = new float[4 * n];
      float[] signs = new float[2 * n];
      for (int i = 0; i < n; i++) {
        float mixed = i % 3 == 0 ? -1 : 1;
        values[i] = -1;
        values[n + i] = 1;
        values[2 * n + i] = mixed;
        values[3 * n + i] = -mixed;
        signs[i] = 1;
        signs[n + i] = mixed;
      }
      IntegerMatrix weight = (IntegerMatrix) format.of(values, 4, n, 0);
      for (int rows : new int[] {2, 6}) {
        float[] repeated = new float[rows * n];
        for (int i = 0; i < repeated.length; i++) {
          repeated[i] = signs[i % signs.length];
        }
        Operand x = Operand.of(repeated, rows, n);
        Operand out = tensors.normal(rows, 4);
        float[] expected = new float[4 * rows];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = ofRounded(weight, i % 4, repeated, i / 4 * n);
        }
        run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).equalTo(out, expected);
      }
    }
  }

  @Test
  void activationsThatAreNotFiniteHaveNoFiniteProductsWithIntegers() {
    for (TestMatrices format : TestMatrices.INTEGERS) {
      DenseMatrix weight = weight(format, Layout.CONTIGUOUS, 3, 70);
      float[] values = tensors.normal(3, 70).values();
      values[5] = Float.NEGATIVE_INFINITY;
      values[70 + 69] = Float.NaN;
      Operand x = Operand.of(values, 3, 70);
      Operand out = tensors.normal(3, 3);
      float[] got = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
      for (int i = 0; i < got.length; i++) {
        assertThat(Float.isFinite(got[i])).as("element %d", i).isEqualTo(i >= 6);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestMatrices.class)
  void rowsDoNotDependOnTheirNumber(TestMatrices format) {
    DenseMatrix weight = weight(format, Layout.CONTIGUOUS, 37, 150);
    Operand x = tensors.normal(26, 150);
    Operand out = tensors.normal(26, 37);
    float[] all = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
    for (int rows : new int[] {1, 2, 5, 6, 7, 8, 12, 13, 25}) {
      for (int row = 0; row + rows <= 26; row += rows) {
        int from = row;
        Operand part = x.through(view -> view.slice(0, from, from + rows));
        Operand some = tensors.normal(rows, 37);
        float[] got = run((kernel, at) -> kernel.product(weight, at.of(part), at.of(some))).of(some);
        assertSameBits(got, Arrays.copyOfRange(all, row * 37, (row + rows) * 37), rows + " rows from " + row);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestMatrices.class)
  void selectedRowsHaveTheSameProducts(TestMatrices format) {
    DenseMatrix weight = weight(format, Layout.OFFSET, 11, 70);
    int[] ids = {10, 0, 3, 3};
    Operand x = tensors.normal(2, 70);
    Operand out = tensors.normal(2, 11);
    Operand few = tensors.normal(2, 4);
    float[] all = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
    float[] got = run((kernel, at) -> kernel.product(weight.select(ids), at.of(x), at.of(few))).of(few);
    for (int i = 0; i < got.length; i++) {
      assertThat(got[i]).isEqualTo(all[i / 4 * 11 + ids[i % 4]]);
    }
  }

  @Test
  void neighboursInAWordShareALane() {
    // 2^24 swallows every 1 added to it: those of the first word's lane, in ten steps.
    for (TestMatrices format : TestMatrices.FLOATS) {
      float[] ones = new float[5 * 320];
      Arrays.fill(ones, 1);
      DenseMatrix weight = format.of(ones, 5, 320, 0);
      float[] values = Arrays.copyOf(ones, 320);
      values[0] = 0x1p24f;
      Operand x = Operand.of(values, 1, 320);
      Operand out = tensors.normal(1, 5);
      Outcome outcome = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out)));
      if (bitwise()) {
        float[] expected = new float[5];
        // The others meet it in folds of 20, 40, 80 and 160.
        Arrays.fill(expected, 0x1p24f + 300);
        outcome.equalTo(out, expected);
      }
    }
  }

  @Test
  void zerosHaveNoSign() {
    for (TestMatrices format : TestMatrices.values()) {
      DenseMatrix weight = format.of(new float[] {-0x1p-14f, -0x1p-14f}, 2, 1, 0);
      for (int rows : new int[] {1, 9}) {
        float[] smallest = new float[rows];
        Arrays.fill(smallest, Float.MIN_VALUE);
        Operand x = Operand.of(smallest, rows, 1);
        Operand out = tensors.normal(rows, 2);
        run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).equalTo(out, new float[2 * rows]);
      }
    }
  }

  @Test
  void everyFiniteHalfIsWidenedExactly() {
    float[] halves = new float[2 * 0x7C00];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = Float.float16ToFloat((short) (i / 2 | i % 2 << 15));
    }
    DenseMatrix weight = TestMatrices.F16.of(halves, halves.length / 32, 32, 0);
    for (int rows : new int[] {1, 9}) {
      for (int column : new int[] {0, 1, 17, 30}) {
        float[] unit = new float[32 * rows];
        unit[column] = 1;
        Operand x = Operand.of(unit, rows, 32);
        Operand out = tensors.normal(rows, halves.length / 32);
        float[] got = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
        for (int i = 0; i < halves.length / 32; i++) {
          assertThat(got[i]).isEqualTo(halves[32 * i + column] + 0);
        }
      }
    }
  }

  @Test
  void whatLiesBehindARowDoesNotReachIt() {
    // Rows of 33 end inside a vector; the next row begins with infinity.
    for (TestMatrices format : new TestMatrices[] {TestMatrices.F32, TestMatrices.BF16}) {
      float[] values = tensors.normal(9, 33).values();
      for (int output = 1; output < 9; output += 2) {
        values[33 * output] = Float.POSITIVE_INFINITY;
      }
      DenseMatrix weight = format.of(values, 9, 33, 0);
      for (int rows : new int[] {2, 9}) {
        Operand x = tensors.normal(rows, 33);
        Operand out = tensors.normal(rows, 9);
        float[] got = run((kernel, at) -> kernel.product(weight, at.of(x), at.of(out))).of(out);
        for (int i = 0; i < got.length; i++) {
          assertThat(Float.isFinite(got[i])).as("element %d", i).isEqualTo(i % 9 % 2 == 0);
        }
      }
    }
  }

  @Test
  void misfitsAreRefusedByNameAndShape() {
    DenseMatrix weight = weight(TestMatrices.BF16, Layout.CONTIGUOUS, 3, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(weight, upload(new float[10], 2, 5), upload(new float[6], 2, 3)))
        .withMessage("dense product: inner dimensions differ: weight [3, 4]; x F32 [2, 5], out F32 [2, 3]; "
            + "expected weight [out, in], x [rows, in]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(weight, upload(new float[8], 2, 4), upload(new float[8], 2, 4)))
        .withMessageContaining("expected out [2, 3] = [rows, out]");
  }

  private static float[] row(DenseMatrix weight, int row) {
    float[] values = new float[weight.columns()];
    weight.widen(row, values, 0);
    return values;
  }

  private DenseMatrix weight(TestMatrices format, Layout layout, int rows, int columns) {
    return format.of(tensors.normal(rows, columns).values(), rows, columns, layout == Layout.OFFSET ? 7 : 0);
  }
}
