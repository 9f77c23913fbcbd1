package io.github.tern4j.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestMatrices;
import io.github.tern4j.tensor.contract.TestTensors;
import io.github.tern4j.tensor.contract.TopRowsContract;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@link VectorTopRows} keeps the contract, on two threads, and reads few rows where it can. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorTopRowsTest extends TopRowsContract {

  private final Backend backend = Backends.open("vector", 2);

  @Override
  protected Backend backend() {
    return backend;
  }

  @AfterAll
  void close() {
    backend.close();
  }

  @Test
  void aRowThatStandsOutIsTheOnlyOneReadAgain() {
    float[] values = new TestTensors(4).normal(4000, 256).values();
    PlanedInt8Matrix weight = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(values, 4000, 256, 0);
    float[] x = new float[256];
    System.arraycopy(values, 1234 * 256, x, 0, 256);
    int[] ids = new int[1];
    kernel().topRows(weight, Tensor.of(x, 1, 256), ids, new float[1]);
    assertThat(ids).containsExactly(1234);
    assertThat(rowsRead()).isEqualTo(1);
  }

  @Test
  void ofGaussianRowsFewAreReadAgain() {
    TestTensors tensors = new TestTensors(5);
    PlanedInt8Matrix weight = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(tensors.normal(4000, 256).values(), 4000, 256, 0);
    kernel().topRows(weight, Tensor.of(tensors.normal(1, 256).values(), 1, 256), new int[1], new float[1]);
    // The largest of 4,000 lies 3.5 standard deviations up, the margin is about one: a tail of 0.6 %.
    assertThat(rowsRead()).isBetween(1, 4000 / 16);
  }

  @Test
  void equalRowsAreAllRead() {
    PlanedInt8Matrix weight = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(ones(50 * 64), 50, 64, 0);
    int[] ids = new int[2];
    kernel().topRows(weight, Tensor.of(ones(64), 1, 64), ids, new float[2]);
    assertThat(ids).containsExactly(0, 1);
    assertThat(rowsRead()).isEqualTo(50);
  }

  private static float[] ones(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private int rowsRead() {
    return ((VectorTopRows) backend.kernel(TopRowsKernel.class)).rowsRead();
  }
}
