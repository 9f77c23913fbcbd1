package io.github.tern4j.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link VectorMatmul} against the scalar specification, where its blocks and tiles have edges. */
class VectorMatmulTest {

  private final MatmulKernel reference = ReferenceKernels.table().get(MatmulKernel.class);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1", "1, 33, 257", "3, 31, 5", "4, 32, 256", "5, 40, 300", "8, 513, 70", "11, 64, 31", "13, 95, 255", "95, 65, 3",
    "96, 32, 512", "97, 33, 257", "100, 520, 40", "109, 70, 600", "200, 1, 9", "16, 16, 4200", "130, 600, 100",
    "130, 1700, 270"
  })
  void everyOrientationHasTheBitsOfTheReference(int m, int n, int k) {
    try (Workers workers = new Workers(2)) {
      MatmulKernel kernel = new VectorMatmul(workers);
      for (int orientation = 0; orientation < 8; orientation++) {
        boolean transposeA = (orientation & 1) != 0;
        boolean transposeB = (orientation & 2) != 0;
        boolean accumulate = (orientation & 4) != 0;
        Tensor a = strided(transposeA ? k : m, transposeA ? m : k, 1);
        Tensor b = strided(transposeB ? n : k, transposeB ? k : n, 2);
        Tensor expected = strided(m, n, 3);
        Tensor actual = strided(m, n, 3);
        reference.matmul(a, transposeA, b, transposeB, expected, accumulate);
        kernel.matmul(a, transposeA, b, transposeB, actual, accumulate);
        assertThat(actual.array()).as("orientation " + orientation).isEqualTo(expected.array());
      }
    }
  }

  @Test
  void batchesMayShareFactorsAndInterleaveHeads() {
    Tensor a = values(4, 3, 37, 5, 18);
    Tensor heads = a.transpose(1, 2);
    Tensor b = values(5, 3, 5, 33, 18);
    Tensor shared = values(6, 5, 33, 18);
    try (Workers workers = new Workers(2)) {
      MatmulKernel kernel = new VectorMatmul(workers);
      for (Tensor factor : new Tensor[] {b, shared, values(7, 1, 1, 33, 18), values(8, 33, 18), values(9, 3, 1, 33, 18)}) {
        Tensor expected = Tensor.zeros(3, 37, 5, 33);
        Tensor actual = Tensor.zeros(3, 37, 5, 33);
        reference.matmul(heads, false, factor, true, expected.transpose(1, 2), false);
        kernel.matmul(heads, false, factor, true, actual.transpose(1, 2), false);
        assertThat(actual.array()).as(factor.toString()).isEqualTo(expected.array());
      }
    }
  }

  @Test
  void aBatchOverOneWeightIsOneLargeMatrix() {
    Tensor a = values(1, 7, 20, 30);
    Tensor weight = values(2, 50, 30);
    Tensor expected = Tensor.zeros(7, 20, 50);
    Tensor actual = Tensor.zeros(7, 20, 50);
    reference.matmul(a, false, weight, true, expected, false);
    try (Workers workers = new Workers(1)) {
      new VectorMatmul(workers).matmul(a, false, weight, true, actual, false);
    }
    assertThat(MatmulOperands.of(a, false, weight, true, actual).m()).isEqualTo(140);
    assertThat(actual.array()).isEqualTo(expected.array());
  }

  @Test
  void sumsWithoutTermsAreZero() {
    Tensor out = values(1, 3, 4);
    float[] old = out.toFloats();
    try (Workers workers = new Workers(1)) {
      MatmulKernel kernel = new VectorMatmul(workers);
      kernel.matmul(Tensor.zeros(3, 0), false, Tensor.zeros(0, 4), false, out, true);
      assertThat(out.array()).isEqualTo(old);
      kernel.matmul(Tensor.zeros(3, 0), false, Tensor.zeros(0, 4), false, out, false);
      assertThat(out.array()).containsOnly(0);
    }
  }

  /** A matrix inside a larger one, at an odd offset. */
  private static Tensor strided(int rows, int columns, long stream) {
    return values(stream, rows + 1, columns + 3).slice(0, 1, rows + 1).slice(1, 2, columns + 2);
  }

  private static Tensor values(long stream, int... dims) {
    Rng rng = Rng.of(11).at(stream);
    float[] values = new float[Shape.of(dims).intSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.normal(i);
    }
    return Tensor.of(values, dims);
  }
}
