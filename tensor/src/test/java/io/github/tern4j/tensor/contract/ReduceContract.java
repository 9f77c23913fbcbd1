package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link ReduceKernel} promises. */
public abstract class ReduceContract extends KernelContract<ReduceKernel> {

  /** The suite. */
  protected ReduceContract() {
    super(ReduceKernel.class);
  }

  @EveryWidth
  void sumsAreRoundedOnce(int n) {
    int[][] targets = {{}, {1}, {n}, {3, 1}, {1, n}, {3, n}, {5, 1, 1}, {5, 1, n}, {5, 3, 1}, {1, 3, n}, {5, 3, n}};
    for (int[] target : targets) {
      for (Layout layout : Layout.values()) {
        checkSum(tensors.normal(layout, 5, 3, n), 1, tensors.normal(target), false);
        checkSum(tensors.normal(layout, 5, 3, n), 0.3f,
            tensors.normal(Layout.OFFSET, target.length == 0 ? new int[] {1} : target), true);
      }
    }
  }

  @Test
  void termsThatCancelInFloatAreKept() {
    Operand x = Operand.of(new float[] {0x1p30f, 1, -0x1p30f, 1}, 4);
    Operand out = tensors.normal(1);
    run((kernel, at) -> kernel.sumTo(at.of(x), 1, at.of(out), false)).equalTo(out, 2);
  }

  @Test
  void sumOfNothingIsZero() {
    Operand x = tensors.normal(4, 0);
    Operand out = tensors.normal(4, 1);
    run((kernel, at) -> kernel.sumTo(at.of(x), 1, at.of(out), false)).equalTo(out, 0, 0, 0, 0);
    run((kernel, at) -> kernel.sumTo(at.of(x), 1, at.of(out), true)).equalTo(out, out.values());
  }

  @Test
  void infinitiesAndNaNReachTheirSums() {
    float inf = Float.POSITIVE_INFINITY;
    Operand x = Operand.of(new float[] {1, inf, 2, inf, -inf, 3, 4, Float.NaN, 5}, 3, 3);
    Operand out = tensors.normal(3, 1);
    run((kernel, at) -> kernel.sumTo(at.of(x), 2, at.of(out), false)).equalTo(out, inf, Float.NaN, Float.NaN);
  }

  @EveryWidth
  void largestElementAndItsPositionAreFound(int n) {
    Operand x = tensors.normal(Layout.OFFSET, 6, n);
    float[] values = x.values();
    float[] largest = new float[6];
    int[] position = new int[6];
    for (int row = 0; row < 6; row++) {
      largest[row] = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        if (values[row * n + i] > largest[row]) {
          largest[row] = values[row * n + i];
          position[row] = i;
        }
      }
    }
    checkMax(x, largest, position);
  }

  @Test
  void lowestPositionWinsATie() {
    float[] values = new float[3 * 40];
    values[40 + 17] = 2;
    values[40 + 18] = 2;
    values[40 + 33] = 2;
    Arrays.fill(values, 80, 120, Float.NEGATIVE_INFINITY);
    checkMax(Operand.of(values, 3, 40), new float[] {0, 2, Float.NEGATIVE_INFINITY}, new int[] {0, 17, 0});
    checkMax(Operand.of(new float[] {-1, -0f, 0}, 1, 3), new float[] {-0f}, new int[] {1});
  }

  @Test
  void firstNaNIsTheLargest() {
    float[] values = new float[40];
    values[3] = Float.POSITIVE_INFINITY;
    values[21] = Float.NaN;
    values[39] = Float.NaN;
    checkMax(Operand.of(values, 1, 40), new float[] {Float.NaN}, new int[] {21});
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 17, 1000, Summation.ELEMENTS_PER_CHUNK - 1, Summation.ELEMENTS_PER_CHUNK,
      2 * Summation.ELEMENTS_PER_CHUNK + 5})
  void squaresAreSummedInDouble(int n) {
    Operand x = tensors.normal(Layout.OFFSET, n);
    double exact = 0;
    for (float value : x.values()) {
      exact += (double) value * value;
    }
    double got = kernel().sumOfSquares(x.view().apply(backend().upload(x.copy())));
    assertThat(got).isCloseTo(exact, within(n * 0x1p-52 * exact));
    if (bitwise()) {
      assertThat(got).isEqualTo(reference().sumOfSquares(x.view().apply(x.copy())));
    }
  }

  @Test
  void squaresAreSummedInChunks() {
    // 2^54 swallows the ones of its chunk; those of the second chunk meet it as one sum.
    float[] values = new float[2 * Summation.ELEMENTS_PER_CHUNK];
    Arrays.fill(values, 1);
    values[0] = 0x1p27f;
    double got = kernel().sumOfSquares(upload(values, values.length));
    if (bitwise()) {
      assertThat(got).isEqualTo(0x1p54 + Summation.ELEMENTS_PER_CHUNK);
    } else {
      assertThat(got).isCloseTo(0x1p54, within(values.length * 0x1p-52 * 0x1p54));
    }
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().sumTo(x, 1, upload(new float[2], 2), false))
        .withMessage("sumTo: shapes do not match; x F32 [2, 3], out F32 [2]; "
            + "expected dimensions of out equal to those of x or 1, aligned at the end");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().maxLast(upload(new float[0], 2, 0), upload(new float[2], 2), new int[2]))
        .withMessageStartingWith("maxLast: rows are empty; ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().maxLast(x, upload(new float[2], 2), new int[3]))
        .withMessageStartingWith("maxLast: length of index does not fit; ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().sumOfSquares(upload(new float[8], 2, 4).slice(1, 0, 3)))
        .withMessageStartingWith("sumOfSquares: x is a strided view; ");
  }

  private void checkSum(Operand x, float factor, Operand out, boolean accumulate) {
    Outcome outcome = run((kernel, at) -> kernel.sumTo(at.of(x), factor, at.of(out), accumulate));
    float[] values = x.values();
    float[] old = out.values();
    Tensor targets = numbered(out).expand(x.shape());
    float[] target = targets.toFloats();
    double[] exact = new double[old.length];
    double[] magnitude = new double[old.length];
    for (int i = 0; i < values.length; i++) {
      exact[(int) target[i]] += (double) values[i] * factor;
      magnitude[(int) target[i]] += Math.abs((double) values[i] * factor);
    }
    double[] bound = new double[old.length];
    for (int i = 0; i < old.length; i++) {
      // Sums in double and one rounding, then one more for the old value.
      bound[i] = U * Math.abs(exact[i]) + values.length * 0x1p-51 * magnitude[i];
      if (accumulate) {
        exact[i] += old[i];
        bound[i] += U * (Math.abs(exact[i]) + bound[i]);
      }
    }
    outcome.within(out, exact, bound);
  }

  /** A host tensor like {@code out} that holds the row-major number of each element. */
  private static Tensor numbered(Operand out) {
    float[] numbers = new float[out.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    return Tensor.of(numbers, out.shape().dims());
  }

  private void checkMax(Operand x, float[] largest, int[] position) {
    Operand out = tensors.normal(x.shape().dim(0));
    int[] index = new int[position.length];
    run((kernel, at) -> {
      Arrays.fill(index, -1);
      kernel.maxLast(at.of(x), at.of(out), index);
    }).equalTo(out, largest);
    assertThat(index).isEqualTo(position);
  }
}
