package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.cache.KeyValueBlocks.BLOCK;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.cache.KeyValueBlocks;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** {@link CachedAttentionKernel}, fast for keys and values in F32. */
final class ScalarCachedAttention implements CachedAttentionKernel {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final CachedAttentionKernel reference;

  ScalarCachedAttention(CachedAttentionKernel reference) {
    this.reference = reference;
  }

  @Override
  public void attention(KeyValueBlocks memory, int from, int to, Tensor q, Tensor out) {
    if (memory.format() != KeyValueFormat.F32 || memory.headDim() > MatmulKernel.K_BLOCK) {
      reference.attention(memory, from, to, q, out);
      return;
    }
    CachedAttentionKernel.checkAttention(memory, from, to, q, out);
    int headDim = memory.headDim();
    int heads = (int) q.size() / headDim;
    int group = heads / memory.heads();
    float[][] scores = new float[group][to - from];
    for (int head = 0; head < memory.heads(); head++) {
      int at = head * group * headDim;
      score(memory, head, from, to, q.array(), q.arrayOffset() + at, scores);
      for (int i = 0; i < group; i++) {
        mix(memory, head, from, to, scores[i], out.array(), out.arrayOffset() + at + i * headDim);
      }
    }
  }

  /** Scores of the scaled queries of a key-value head, dimension by dimension, since keys lie transposed. */
  private static void score(KeyValueBlocks memory, int head, int from, int to, float[] q, int qAt, float[][] scores) {
    int headDim = memory.headDim();
    float[][] queries = new float[scores.length][headDim];
    for (int i = 0; i < scores.length; i++) {
      RowLoops.scale(q, qAt + i * headDim, (float) (1 / Math.sqrt(headDim)), headDim, queries[i]);
      Arrays.fill(scores[i], 0);
    }
    float[] row = new float[BLOCK];
    int end;
    for (int position = from; position < to; position = end) {
      end = Math.min(to, (position / BLOCK + 1) * BLOCK);
      long at = memory.keysAt(position, head) + (long) position % BLOCK * Float.BYTES;
      for (int d = 0; d < headDim; d++) {
        MemorySegment.copy(memory.keys(), FLOAT, at + d * memory.rowBytes(), row, 0, end - position);
        for (int i = 0; i < scores.length; i++) {
          RowLoops.addScaled(queries[i][d], row, end - position, scores[i], position - from);
        }
      }
    }
  }

  /** The values of a head, mixed by the softmax of scores, which is left in their place. */
  private static void mix(KeyValueBlocks memory, int head, int from, int to, float[] scores, float[] out, int outAt) {
    int headDim = memory.headDim();
    float sum = RowLoops.exponentials(scores, scores.length, RowLoops.max(scores, scores.length));
    float[] value = new float[headDim];
    float[] total = new float[0];
    for (int block = from; block < to; block += MatmulKernel.K_BLOCK) {
      float[] mixed = new float[headDim];
      for (int position = block; position < Math.min(to, block + MatmulKernel.K_BLOCK); position++) {
        MemorySegment.copy(memory.values(), FLOAT, memory.valuesAt(position, head), value, 0, headDim);
        RowLoops.addScaled(scores[position - from], value, headDim, mixed, 0);
      }
      if (block == from) {
        total = mixed;
      } else {
        RowLoops.add(total, 0, mixed, 0, headDim, total, 0);
      }
    }
    RowLoops.divide(total, sum, headDim, out, outAt);
  }
}
