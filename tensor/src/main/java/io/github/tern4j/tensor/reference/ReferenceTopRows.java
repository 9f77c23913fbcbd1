package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import java.util.Comparator;
import java.util.stream.IntStream;

/** {@link TopRowsKernel} from all products. */
final class ReferenceTopRows implements TopRowsKernel {

  @Override
  public void topRows(PlanedInt8Matrix weight, Tensor x, int[] ids, float[] products) {
    TopRowsKernel.checkTopRows(weight, x, ids, products);
    Tensor all = Tensor.zeros(1, weight.rows());
    new ReferenceDenseProduct().product(weight, x, all);
    float[] values = all.array();
    int[] sorted = IntStream.range(0, values.length).boxed()
        .sorted(Comparator.comparing((Integer row) -> -values[row]).thenComparing(Comparator.naturalOrder()))
        .limit(ids.length).mapToInt(Integer::intValue).toArray();
    for (int i = 0; i < ids.length; i++) {
      ids[i] = sorted[i];
      products[i] = values[sorted[i]];
    }
  }
}
