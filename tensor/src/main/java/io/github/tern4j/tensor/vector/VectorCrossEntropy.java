package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** {@link CrossEntropyKernel}, parallel over rows. */
final class VectorCrossEntropy implements CrossEntropyKernel {

  private final Workers workers;
  private final Scratch partialScratch = new Scratch();

  VectorCrossEntropy(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void crossEntropy(Tensor logits, int[] targets, Tensor losses, Tensor logSumExp) {
    CrossEntropyKernel.checkCrossEntropy(logits, targets, losses, logSumExp);
    int classes = logits.dim(1);
    Ranges.rows(workers, targets.length, classes, (first, last) -> {
      float[] partial = partialScratch.atLeast(Summation.LANES);
      for (int row = first; row < last; row++) {
        float normalizer = 0;
        float loss = 0;
        if (targets[row] != IGNORED) {
          int at = logits.arrayOffset() + row * classes;
          float max = Rows.max(logits.array(), at, classes);
          normalizer = max + (float) Math.log(Rows.expSum(logits.array(), at, classes, max, 1, partial));
          loss = normalizer - logits.array()[at + targets[row]];
        }
        logSumExp.array()[logSumExp.arrayOffset() + row] = normalizer;
        losses.array()[losses.arrayOffset() + row] = loss;
      }
    });
  }

  @Override
  public void crossEntropyBackward(Tensor logits, int[] targets, Tensor logSumExp, float factor, Tensor gradLogits,
      boolean accumulate) {
    CrossEntropyKernel.checkCrossEntropyBackward(logits, targets, logSumExp, gradLogits);
    int classes = logits.dim(1);
    float[] grads = gradLogits.array();
    Ranges.rows(workers, targets.length, classes, (first, last) -> {
      for (int row = first; row < last; row++) {
        int from = logits.arrayOffset() + row * classes;
        int to = gradLogits.arrayOffset() + row * classes;
        if (targets[row] != IGNORED) {
          float normalizer = logSumExp.array()[logSumExp.arrayOffset() + row];
          // The target's own gradient is computed apart, before its logit and old gradient may be overwritten.
          float probability = FloatMath.exp(logits.array()[from + targets[row]] - normalizer);
          float gradTarget = factor * (probability - 1);
          float old = grads[to + targets[row]];
          gradient(logits.array(), from, classes, normalizer, factor, grads, to, accumulate);
          grads[to + targets[row]] = accumulate ? old + gradTarget : gradTarget;
        } else if (!accumulate) {
          Arrays.fill(grads, to, to + classes, 0);
        }
      }
    });
  }

  private static void gradient(float[] x, int from, int n, float normalizer, float factor, float[] grads, int to, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector grad = VectorMath.exp(Lanes.load(x, from + i).sub(normalizer)).mul(factor);
      if (add) {
        grad.add(FloatVector.fromArray(FLOATS, grads, to + i)).intoArray(grads, to + i);
      } else {
        grad.intoArray(grads, to + i);
      }
    }
    for (; i < n; i++) {
      Lanes.store(FloatMath.exp(x[from + i] - normalizer) * factor, grads, to + i, add);
    }
  }
}
