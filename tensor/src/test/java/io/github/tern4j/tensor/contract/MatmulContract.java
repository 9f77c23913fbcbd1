package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link MatmulKernel} promises. */
public abstract class MatmulContract extends KernelContract<MatmulKernel> {

  /** The suite. */
  protected MatmulContract() {
    super(MatmulKernel.class);
  }

  @ParameterizedTest(name = "{0} x {1} x {2}")
  @CsvSource({"1,1,1", "1,16,1", "2,3,5", "15,16,17", "16,16,16", "17,15,33", "31,33,7", "5,17,257", "33,64,256", "6,31,600",
      "1,40,300",
      "97,1,64", "0,3,4", "3,0,4", "3,4,0", "0,0,0"})
  void everyTransposeIsWithinTheBoundOfTheExactProduct(int m, int n, int k) {
    for (Layout layout : Layout.values()) {
      for (boolean transposeA : new boolean[] {false, true}) {
        for (boolean transposeB : new boolean[] {false, true}) {
          for (boolean accumulate : new boolean[] {false, true}) {
            Operand a = transposeA ? tensors.normal(layout, k, m) : tensors.normal(layout, m, k);
            Operand b = transposeB ? tensors.normal(layout, n, k) : tensors.normal(layout, k, n);
            checkProduct(a, transposeA, b, transposeB, tensors.normal(layout, m, n), accumulate);
          }
        }
      }
    }
  }

  @Test
  void leadingDimensionsOfOneOrMissingAreSharedByTheBatch() {
    int[][] leadingDims = {{2, 3}, {1, 3}, {2, 1}, {3}, {1}, {}, {1, 1, 1}};
    for (int[] leadingA : leadingDims) {
      for (int[] leadingB : leadingDims) {
        Operand a = tensors.normal(Layout.STRIDED, with(leadingA, 5, 7));
        Operand b = tensors.normal(Layout.OFFSET, with(leadingB, 9, 7));
        checkProduct(a, false, b, true, tensors.normal(Layout.STRIDED, 2, 3, 5, 9), true);
      }
    }
  }

  @Test
  void headsOfAProjectionAreMultipliedInPlace() {
    // [batch, tokens, heads, headDim] seen as [batch, heads, tokens, headDim]: rows of one head are not neighbours.
    Operand q = tensors.normal(2, 5, 3, 8).through(x -> x.transpose(1, 2));
    Operand k = tensors.normal(2, 6, 3, 8).through(x -> x.transpose(1, 2));
    checkProduct(q, false, k, true, tensors.normal(2, 3, 5, 6), false);
  }

  @ParameterizedTest(name = "{0} x {1} x {2}")
  @CsvSource({"1,1,1", "1,16,15", "2,3,17", "17,15,33", "31,37,7", "5,17,257", "33,64,256", "6,31,600", "97,1,64", "140,40,300",
      "0,3,4", "3,0,4", "3,4,0"})
  void aBf16FactorGivesTheBitsOfItsValuesInF32(int m, int n, int k) {
    for (boolean transposeB : new boolean[] {false, true}) {
      for (boolean accumulate : new boolean[] {false, true}) {
        Operand a = tensors.normal(Layout.STRIDED, m, k);
        Operand stored = transposeB ? tensors.bf16(n, k) : tensors.bf16(k, n);
        Operand widened = Operand.of(stored.values(), stored.shape().dims());
        Operand out = tensors.normal(Layout.STRIDED, m, n);
        float[] got =
            run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(stored), transposeB, at.of(out), accumulate)).of(out);
        run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(widened), transposeB, at.of(out), accumulate)).equalTo(out, got);
      }
    }
  }

  @Test
  void partsOfABf16FactorAreMultipliedInPlace() {
    Operand a = tensors.normal(2, 3, 19, 21);
    Operand b = tensors.bf16(3, 40, 47).through(x -> x.slice(2, 5, 26).slice(1, 3, 36));
    Operand widened = Operand.of(b.values(), 3, 33, 21);
    Operand out = tensors.normal(2, 3, 19, 33);
    float[] got = run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), true, at.of(out), false)).of(out);
    run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(widened), true, at.of(out), false)).equalTo(out, got);
  }

  @Test
  void otherOperandsThanTheRightFactorAreF32() {
    Tensor stored = backend().upload(tensors.bf16(4, 4).view().apply(tensors.bf16(4, 4).buffer()));
    Tensor floats = upload(new float[16], 4, 4);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().matmul(stored, false, floats, false, floats, false))
        .withMessage("matmul: a is BF16; a BF16 [4, 4], b F32 [4, 4], out F32 [4, 4]; expected F32");
  }

  @Test
  void emptyBatchIsAccepted() {
    checkProduct(tensors.normal(0, 3, 5), false, tensors.normal(5, 4), false, tensors.normal(0, 3, 4), false);
  }

  @Test
  void emptyInnerDimensionGivesZeroOrKeepsTheOldValue() {
    Operand out = tensors.normal(2, 3);
    Operand a = tensors.normal(2, 0);
    Operand b = tensors.normal(0, 3);
    run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), false, at.of(out), false)).equalTo(out, new float[6]);
    run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), false, at.of(out), true)).equalTo(out, out.values());
  }

  @Test
  void oldContentDoesNotReachAnOverwrittenOutput() {
    float[] old = new float[17 * 33];
    Arrays.fill(old, Float.NaN);
    Operand out = Operand.of(old, 17, 33);
    checkProduct(tensors.normal(17, 300), false, tensors.normal(33, 300), true, out, false);
  }

  @Test
  void infinitiesAndNaNReachTheirRowsAndNoOthers() {
    Operand a = tensors.normal(20, 18);
    a.buffer().array()[3 * 18 + 17] = Float.NaN;
    a.buffer().array()[7 * 18] = Float.POSITIVE_INFINITY;
    Operand b = tensors.normal(18, 17);
    Arrays.fill(b.buffer().array(), 0, 17, 0);
    Operand out = tensors.normal(20, 17);
    float[] got = run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), false, at.of(out), false)).of(out);
    for (int i = 0; i < got.length; i++) {
      // Row 7 multiplies infinity by zero, which is NaN and may not be skipped.
      assertThat(Float.isNaN(got[i])).as("element %d", i).isEqualTo(i / 17 == 3 || i / 17 == 7);
    }
  }

  @Test
  void sumsAscendInBlocksOf256() {
    // 2^24 swallows every 1 added to it; the second block adds up to 256 before it meets the first.
    float[] terms = new float[512];
    Arrays.fill(terms, 1);
    terms[0] = 0x1p24f;
    float[] ones = new float[512];
    Arrays.fill(ones, 1);
    Operand a = Operand.of(terms, 1, 512);
    Operand b = Operand.of(ones, 512, 1);
    Operand out = Operand.of(new float[] {1}, 1, 1);
    Outcome plain = run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), false, at.of(out), false));
    Outcome added = run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), false, at.of(out), true));
    if (bitwise()) {
      plain.equalTo(out, 0x1p24f + 256);
      added.equalTo(out, 0x1p24f + 256);
    }
  }

  @Test
  void rowsDoNotDependOnTheirNeighbours() {
    Operand a = tensors.normal(19, 70);
    Operand b = tensors.normal(23, 70);
    Operand out = tensors.normal(19, 23);
    float[] all = run((kernel, at) -> kernel.matmul(at.of(a), false, at.of(b), true, at.of(out), false)).of(out);
    Operand one = tensors.normal(1, 23);
    for (int row = 0; row < 19; row++) {
      int from = row;
      Operand alone = a.through(x -> x.slice(0, from, from + 1));
      float[] got = run((kernel, at) -> kernel.matmul(at.of(alone), false, at.of(b), true, at.of(one), false)).of(one);
      assertSameBits(got, Arrays.copyOfRange(all, row * 23, row * 23 + 23), "row " + row);
    }
  }

  @Test
  void misfitsAreRefusedByNameAndShape() {
    assertRefused("matmul: inner dimensions differ: a [2, 64, 512] x b^T [1024, 256] (512 != 256)",
        new int[] {2, 64, 512}, false, new int[] {1024, 256}, true, new int[] {2, 64, 1024});
    assertRefused("matmul: inner dimensions differ: a^T [3, 2] x b [4, 5] (3 != 4)",
        new int[] {3, 2}, true, new int[] {4, 5}, false, new int[] {2, 5});
    assertRefused("matmul: size of the product does not fit; a F32 [2, 3], b F32 [3, 4], out F32 [2, 3]; expected out [.., 2, 4]",
        new int[] {2, 3}, false, new int[] {3, 4}, false, new int[] {2, 3});
    assertRefused("matmul: leading dimensions do not fit; a F32 [5, 2, 3], b F32 [3, 4], out F32 [6, 2, 4]; "
        + "expected those of a and b equal to out's, 1 or missing", new int[] {5, 2, 3}, false, new int[] {3, 4}, false,
        new int[] {6, 2, 4});
    assertRefused("matmul: a has too few dimensions; a F32 [3], b F32 [3, 4], out F32 [1, 4]; expected at least 2",
        new int[] {3}, false, new int[] {3, 4}, false, new int[] {1, 4});
  }

  @Test
  void viewsThatCannotBeUsedAreRefused() {
    Tensor square = upload(new float[16], 4, 4);
    Tensor other = upload(new float[16], 4, 4);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().matmul(square, false, other, false, square, false))
        .withMessage("matmul: out overlaps a; a F32 [4, 4], b F32 [4, 4], out F32 [4, 4]; expected separate memory");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().matmul(square.transpose(0, 1), false, square, false, other, false))
        .withMessage("matmul: the last dimension of a has gaps; a F32 [4, 4] strides [1, 4], b F32 [4, 4], out F32 [4, 4]; "
            + "expected stride 1 along the last dimension");
    Tensor expanded = upload(new float[4], 1, 4).expand(Shape.of(4, 4));
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().matmul(square, false, square, false, expanded, true))
        .withMessageStartingWith("matmul: out is an expanded view; ");
  }

  private void assertRefused(String message, int[] a, boolean transposeA, int[] b, boolean transposeB, int[] out) {
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().matmul(backend().upload(Tensor.zeros(a)), transposeA,
        backend().upload(Tensor.zeros(b)), transposeB, backend().upload(Tensor.zeros(out)), false)).withMessage(message);
  }

  private void checkProduct(Operand a, boolean transposeA, Operand b, boolean transposeB, Operand out, boolean accumulate) {
    Outcome outcome = run((kernel, at) -> kernel.matmul(at.of(a), transposeA, at.of(b), transposeB, at.of(out), accumulate));
    float[] left = batched(a, transposeA, out);
    float[] right = batched(b, transposeB, out);
    float[] old = out.values();
    double[] exact = new double[old.length];
    double[] bound = new double[old.length];
    int m = out.shape().dim(-2);
    int n = out.shape().dim(-1);
    int k = a.shape().dim(transposeA ? -2 : -1);
    for (int i = 0; i < old.length; i++) {
      double sum = accumulate ? old[i] : 0;
      double magnitude = Math.abs(sum);
      for (int p = 0; p < k; p++) {
        double product = (double) left[i / n * k + p] * right[(i / n / m * k + p) * n + i % n];
        sum += product;
        magnitude += Math.abs(product);
      }
      exact[i] = sum;
      // n u sum|ab| (Higham 2002, section 3.1), one more addition for the old value and one rounding to spare.
      bound[i] = (k + 2) * U * magnitude;
    }
    outcome.within(out, exact, bound);
  }

  /** The elements of a factor as [batch, rows, columns], transposed if asked and repeated over the batch of {@code out}. */
  private static float[] batched(Operand factor, boolean transpose, Operand out) {
    Tensor x = Tensor.of(factor.values(), factor.shape().dims());
    Tensor view = transpose ? x.transpose(-1, -2) : x;
    while (view.shape().rank() > out.shape().rank()) {
      view = view.select(0, 0);
    }
    return view.expand(out.shape().with(-2, view.dim(-2)).with(-1, view.dim(-1))).toFloats();
  }

  private static int[] with(int[] leading, int rows, int columns) {
    int[] dims = Arrays.copyOf(leading, leading.length + 2);
    dims[leading.length] = rows;
    dims[leading.length + 1] = columns;
    return dims;
  }
}
