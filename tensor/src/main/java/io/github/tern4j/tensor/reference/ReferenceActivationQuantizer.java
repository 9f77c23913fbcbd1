package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link ActivationQuantizerKernel} row by row. */
final class ReferenceActivationQuantizer implements ActivationQuantizerKernel {

  @Override
  public void fakeQuantize(Tensor x, EpsilonRule rule, float eps, Tensor out, Tensor gamma) {
    ActivationQuantizerKernel.checkFakeQuantize(x, out, gamma);
    int n = x.dim(-1);
    for (int row = 0; row < x.shape().rows(); row++) {
      float largest = largestMagnitude(x, row);
      gamma.array()[gamma.arrayOffset() + row] = largest;
      float factor = LARGEST_CODE / rule.divisor(largest, eps);
      float step = largest / LARGEST_CODE;
      for (int i = row * n; i < (row + 1) * n; i++) {
        out.array()[out.arrayOffset() + i] = code(x.array()[x.arrayOffset() + i], factor) * step;
      }
    }
  }

  @Override
  public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
    ActivationQuantizerKernel.checkCodes(x, codes, gamma);
    int n = x.dim(-1);
    byte[] rowCodes = new byte[n];
    for (int row = 0; row < x.shape().rows(); row++) {
      float largest = largestMagnitude(x, row);
      gamma.array()[gamma.arrayOffset() + row] = largest;
      float factor = LARGEST_CODE / rule.divisor(largest, eps);
      for (int i = 0; i < n; i++) {
        rowCodes[i] = (byte) code(x.array()[x.arrayOffset() + row * n + i], factor);
      }
      MemorySegment.copy(rowCodes, 0, codes.segment(), ValueLayout.JAVA_BYTE, codes.elementOffset() + (long) row * n, n);
    }
  }

  private static float largestMagnitude(Tensor x, int row) {
    int n = x.dim(-1);
    float largest = 0;
    for (int i = row * n; i < (row + 1) * n; i++) {
      largest = Math.max(largest, Math.abs(x.array()[x.arrayOffset() + i]));
    }
    return largest;
  }

  private static int code(float x, float factor) {
    return (int) Math.clamp(Math.rint(x * factor), SMALLEST_CODE, LARGEST_CODE);
  }
}
