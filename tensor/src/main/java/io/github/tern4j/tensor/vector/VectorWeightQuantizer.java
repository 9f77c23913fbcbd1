package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.kernel.Summation.ELEMENTS_PER_CHUNK;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import jdk.incubator.vector.FloatVector;

/** {@link WeightQuantizerKernel}, parallel over chunks of the tensor or, with groups, over rows. */
final class VectorWeightQuantizer implements WeightQuantizerKernel {

  private final Workers workers;
  private final ChunkSums sums;

  VectorWeightQuantizer(Workers workers) {
    this.workers = workers;
    this.sums = new ChunkSums(workers);
  }

  @Override
  public void scales(Tensor weight, int groupSize, Tensor scales) {
    WeightQuantizerKernel.checkScales(weight, groupSize, scales);
    if (groupSize == 0) {
      double total = sums.magnitudes(weight.array(), weight.arrayOffset(), weight.shape().intSize());
      scales.array()[scales.arrayOffset()] = (float) (total / weight.size());
      return;
    }
    int columns = weight.dim(1);
    int groups = Math.ceilDiv(columns, groupSize);
    Ranges.rows(workers, weight.dim(0), columns, (first, last) -> {
      for (int row = first; row < last; row++) {
        for (int group = 0; group < groups; group++) {
          int at = weight.arrayOffset() + row * columns + group * groupSize;
          int size = Math.min(groupSize, columns - group * groupSize);
          float mean = (float) (ChunkSums.magnitudesAscending(weight.array(), at, at + size) / size);
          scales.array()[scales.arrayOffset() + row * groups + group] = mean;
        }
      }
    });
  }

  /** A run of weights that share a scale. */
  private interface Group {
    void quantize(int from, int to, float delta);
  }

  private void groups(Tensor weight, int groupSize, Tensor scales, Group body) {
    float[] deltas = scales.array();
    int deltaAt = scales.arrayOffset();
    if (groupSize == 0) {
      Ranges.run(workers, weight.shape().intSize(), ELEMENTS_PER_CHUNK, (from, to) -> body.quantize(from, to, deltas[deltaAt]));
      return;
    }
    int columns = weight.dim(1);
    int groups = Math.ceilDiv(columns, groupSize);
    Ranges.rows(workers, weight.dim(0), columns, (first, last) -> {
      for (int row = first; row < last; row++) {
        for (int group = 0; group < groups; group++) {
          int from = row * columns + group * groupSize;
          int to = Math.min(from + groupSize, (row + 1) * columns);
          body.quantize(from, to, deltas[deltaAt + row * groups + group]);
        }
      }
    });
  }

  @Override
  public void fakeQuantize(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, Tensor out) {
    WeightQuantizerKernel.checkFakeQuantize(weight, groupSize, scales, out);
    groups(weight, groupSize, scales, (from, to, delta) -> quantize(weight.array(), weight.arrayOffset() + from, to - from,
        rule.divisor(delta, eps), delta, out.array(), out.arrayOffset() + from));
  }

  private static void quantize(float[] weight, int at, int n, float divisor, float delta, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector code = VectorMath.rint(Lanes.load(weight, at + i).div(divisor).max(-1).min(1));
      code.mul(delta).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = (int) Math.clamp(Math.rint(weight[at + i] / divisor), -1, 1) * delta;
    }
  }

  @Override
  public void codes(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, byte[] codes) {
    WeightQuantizerKernel.checkCodes(weight, groupSize, scales, codes);
    groups(weight, groupSize, scales, (from, to, delta) -> codes(weight.array(), weight.arrayOffset() + from, to - from,
        rule.divisor(delta, eps), codes, from));
  }

  private static void codes(float[] weight, int at, int n, float divisor, byte[] codes, int codeAt) {
    for (int i = 0; i < n; i++) {
      codes[codeAt + i] = (byte) Math.clamp(Math.rint(weight[at + i] / divisor), -1, 1);
    }
  }
}
