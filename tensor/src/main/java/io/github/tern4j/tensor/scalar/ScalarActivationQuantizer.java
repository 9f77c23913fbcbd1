package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link ActivationQuantizerKernel}, fast for codes. */
final class ScalarActivationQuantizer implements ActivationQuantizerKernel {

  private final ActivationQuantizerKernel reference;

  ScalarActivationQuantizer(ActivationQuantizerKernel reference) {
    this.reference = reference;
  }

  @Override
  public void fakeQuantize(Tensor x, EpsilonRule rule, float eps, Tensor out, Tensor gamma) {
    reference.fakeQuantize(x, rule, eps, out, gamma);
  }

  @Override
  public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    ActivationQuantizerKernel.checkCodes(x, codes, gamma);
    codeRows(x, x.shape().rows(), rule, eps, codes, gamma);
  }

  /** The codes of {@code rows} rows of equal length. */
  static void codeRows(Tensor x, int rows, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    int n = rows == 0 ? 0 : (int) x.size() / rows;
    byte[] rowCodes = new byte[n];
    for (int row = 0; row < rows; row++) {
      int at = x.arrayOffset() + row * n;
      float largest = RowLoops.largestMagnitude(x.array(), at, n);
      gamma.array()[gamma.arrayOffset() + row] = largest;
      RowLoops.round(x.array(), at, LARGEST_CODE / rule.divisor(largest, eps), n, rowCodes);
      MemorySegment.copy(rowCodes, 0, codes.segment(), ValueLayout.JAVA_BYTE, codes.elementOffset() + (long) row * n, n);
    }
  }
}
