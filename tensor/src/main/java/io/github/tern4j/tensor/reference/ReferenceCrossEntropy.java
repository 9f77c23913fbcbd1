package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.FloatMath;

/** {@link CrossEntropyKernel} row by row. */
final class ReferenceCrossEntropy implements CrossEntropyKernel {

  @Override
  public void crossEntropy(Tensor logits, int[] targets, Tensor losses, Tensor logSumExp) {
    CrossEntropyKernel.checkCrossEntropy(logits, targets, losses, logSumExp);
    int classes = logits.dim(1);
    for (int row = 0; row < targets.length; row++) {
      float normalizer = 0;
      float loss = 0;
      if (targets[row] != IGNORED) {
        int at = logits.arrayOffset() + row * classes;
        float max = RowSums.max(logits.array(), at, classes);
        normalizer = max + RowSums.ln(RowSums.expSum(logits.array(), at, classes, max, 1));
        loss = normalizer - logits.array()[at + targets[row]];
      }
      logSumExp.array()[logSumExp.arrayOffset() + row] = normalizer;
      losses.array()[losses.arrayOffset() + row] = loss;
    }
  }

  @Override
  public void crossEntropyBackward(Tensor logits, int[] targets, Tensor logSumExp, float factor, Tensor gradLogits,
      boolean accumulate) {
    CrossEntropyKernel.checkCrossEntropyBackward(logits, targets, logSumExp, gradLogits);
    int classes = logits.dim(1);
    float[] grads = gradLogits.array();
    for (int row = 0; row < targets.length; row++) {
      float normalizer = logSumExp.array()[logSumExp.arrayOffset() + row];
      for (int i = 0; i < classes; i++) {
        float grad = 0;
        if (targets[row] != IGNORED) {
          float probability = FloatMath.exp(logits.array()[logits.arrayOffset() + row * classes + i] - normalizer);
          grad = factor * (probability - (i == targets[row] ? 1 : 0));
        }
        int at = gradLogits.arrayOffset() + row * classes + i;
        grads[at] = accumulate ? grads[at] + grad : grad;
      }
    }
  }
}
