package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.ELEMENTS_PER_CHUNK;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;

/** {@link WeightQuantizerKernel} element by element. */
final class ReferenceWeightQuantizer implements WeightQuantizerKernel {

  @Override
  public void scales(Tensor weight, int groupSize, Tensor scales) {
    WeightQuantizerKernel.checkScales(weight, groupSize, scales);
    int start = weight.arrayOffset();
    if (groupSize == 0) {
      int end = start + weight.shape().intSize();
      double total = 0;
      for (int chunk = start; chunk < end; chunk += ELEMENTS_PER_CHUNK) {
        total += sumOfMagnitudes(weight.array(), chunk, Math.min(end, chunk + ELEMENTS_PER_CHUNK));
      }
      scales.array()[scales.arrayOffset()] = (float) (total / weight.size());
      return;
    }
    int to = scales.arrayOffset();
    for (int row = 0; row < weight.dim(0); row++) {
      for (int column = 0; column < weight.dim(1); column += groupSize) {
        int columns = Math.min(groupSize, weight.dim(1) - column);
        int at = start + row * weight.dim(1) + column;
        scales.array()[to++] = (float) (sumOfMagnitudes(weight.array(), at, at + columns) / columns);
      }
    }
  }

  private static double sumOfMagnitudes(float[] values, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.abs(values[i]);
    }
    return sum;
  }

  @Override
  public void fakeQuantize(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, Tensor out) {
    WeightQuantizerKernel.checkFakeQuantize(weight, groupSize, scales, out);
    for (int i = 0; i < weight.size(); i++) {
      float delta = scale(weight, groupSize, scales, i);
      int code = code(weight.array()[weight.arrayOffset() + i], rule.divisor(delta, eps));
      out.array()[out.arrayOffset() + i] = delta * code;
    }
  }

  @Override
  public void codes(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, byte[] codes) {
    WeightQuantizerKernel.checkCodes(weight, groupSize, scales, codes);
    for (int i = 0; i < codes.length; i++) {
      float delta = scale(weight, groupSize, scales, i);
      codes[i] = (byte) code(weight.array()[weight.arrayOffset() + i], rule.divisor(delta, eps));
    }
  }

  private static float scale(Tensor weight, int groupSize, Tensor scales, int element) {
    int columns = weight.dim(1);
    int group = groupSize == 0 ? 0 : element / columns * Math.ceilDiv(columns, groupSize) + element % columns / groupSize;
    return scales.array()[scales.arrayOffset() + group];
  }

  private static int code(float weight, float divisor) {
    return (int) Math.clamp(Math.rint(weight / divisor), -1, 1);
  }
}
