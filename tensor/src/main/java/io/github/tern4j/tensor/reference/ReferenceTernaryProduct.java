package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.ValueLayout;

/** {@link TernaryProductKernel} code by code. */
final class ReferenceTernaryProduct implements TernaryProductKernel {

  @Override
  public void product(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    TernaryProductKernel.checkProduct(weight, codes, gamma, out);
    int outputs = weight.rows();
    for (int row = 0; row < codes.dim(0); row++) {
      float step = gamma.array()[gamma.arrayOffset() + row] / ActivationQuantizerKernel.LARGEST_CODE;
      for (int output = 0; output < outputs; output++) {
        out.array()[out.arrayOffset() + row * outputs + output] = weight.groupSize() == 0
            ? sum(weight, output, 0, weight.columns(), codes, row) * (weight.scale(output, 0) * step)
            : step * sumOfGroups(weight, output, codes, row);
      }
    }
  }

  private static float sumOfGroups(PackedTernary weight, int output, Tensor codes, int row) {
    float total = 0;
    for (int group = 0; group < weight.groupsPerRow(); group++) {
      int from = group * weight.groupSize();
      int to = Math.min(weight.columns(), from + weight.groupSize());
      total = Math.fma(sum(weight, output, from, to, codes, row), weight.scale(output, group), total);
    }
    return total;
  }

  private static int sum(PackedTernary weight, int output, int from, int to, Tensor codes, int row) {
    int sum = 0;
    for (int column = from; column < to; column++) {
      long at = codes.elementOffset() + (long) row * weight.columns() + column;
      sum += codes.segment().get(ValueLayout.JAVA_BYTE, at) * weight.code(output, column);
    }
    return sum;
  }
}
