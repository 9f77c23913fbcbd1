package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link TopRowsKernel} promises. */
public abstract class TopRowsContract extends KernelContract<TopRowsKernel> {

  /** The suite. */
  protected TopRowsContract() {
    super(TopRowsKernel.class);
  }

  @ParameterizedTest(name = "{0} of {1} rows of {2}")
  @CsvSource({"1,1,1", "1,2,31", "2,2,32", "3,17,33", "5,16,64", "1,33,511", "7,31,512", "4,15,513", "40,700,100", "1,3000,70",
      "20,3000,1030", "700,700,40"})
  void rowsAndProductsAreThoseOfTheWholeProduct(int k, int rows, int n) {
    float[] values = tensors.normal(rows, n).values();
    PlanedInt8Matrix weight = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(values, rows, n, 0);
    for (int trial = 0; trial < 4; trial++) {
      float[] x = tensors.normal(1, n).values();
      // Every other x is near a row, as hidden states are near the embedding of a likely token.
      for (int i = 0; i < n && trial % 2 == 1; i++) {
        x[i] += values[trial * (rows / 4) * n + i];
      }
      check(weight, x, k);
    }
  }

  @Test
  void equalRowsComeInAscendingOrder() {
    float[] values = new float[60 * 33];
    for (int i = 0; i < values.length; i++) {
      values[i] = i / 33 % 3 == 1 ? 1 : -1;
    }
    PlanedInt8Matrix weight = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(values, 60, 33, 0);
    float[] x = new float[33];
    Arrays.fill(x, 0.5f);
    assertThat(check(weight, x, 4)).containsExactly(1, 4, 7, 10);
    Arrays.fill(x, -0.5f);
    assertThat(check(weight, x, 3)).containsExactly(0, 2, 3);
    Arrays.fill(x, 0);
    assertThat(check(weight, x, 3)).containsExactly(0, 1, 2);
  }

  @Test
  void misfitsAreRefused() {
    PlanedInt8Matrix weight = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(new float[] {1, 2, 3, 4}, 2, 2, 0);
    assertThatIllegalArgumentException().isThrownBy(() -> topRows(weight, new float[3], 1))
        .withMessage("top rows: shape of x does not fit; x F32 [1, 3]; expected x [1, 2] = [1, in]");
    assertThatIllegalArgumentException().isThrownBy(() -> topRows(weight, new float[2], 3))
        .withMessage("top rows: 3 ids and 3 products of 2 rows; x F32 [1, 2]; expected as many products as ids, "
            + "1 to the number of rows");
    assertThatIllegalArgumentException().isThrownBy(() -> topRows(weight, new float[2], 0))
        .withMessageStartingWith("top rows: 0 ids and 0 products of 2 rows; ");
    assertThatIllegalArgumentException().isThrownBy(() -> topRows(weight, new float[] {1, Float.NaN}, 1))
        .withMessage("top rows: x is infinite or NaN; x F32 [1, 2]; expected finite activations");
  }

  private void topRows(PlanedInt8Matrix weight, float[] x, int k) {
    kernel().topRows(weight, upload(x, 1, x.length), new int[k], new float[k]);
  }

  private int[] check(PlanedInt8Matrix weight, float[] x, int k) {
    Tensor all = Tensor.zeros(1, weight.rows());
    ReferenceKernels.table().get(DenseProductKernel.class).product(weight, Tensor.of(x, 1, x.length), all);
    float[] values = all.array();
    int[] expected = IntStream.range(0, values.length).boxed()
        .sorted((a, b) -> values[a] == values[b] ? Integer.compare(a, b) : Float.compare(values[b], values[a]))
        .limit(k).mapToInt(Integer::intValue).toArray();
    int[] ids = new int[k];
    float[] products = new float[k];
    kernel().topRows(weight, upload(x, 1, x.length), ids, products);
    assertThat(ids).containsExactly(expected);
    for (int i = 0; i < k; i++) {
      assertThat(products[i]).isEqualTo(values[expected[i]]);
    }
    return ids;
  }
}
