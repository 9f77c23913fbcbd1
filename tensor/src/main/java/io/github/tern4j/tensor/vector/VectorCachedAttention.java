package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.cache.KeyValueBlocks.BLOCK;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.cache.KeyValueBlocks;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.util.Arrays;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;

/**
 * {@link CachedAttentionKernel}, parallel over key-value heads. Its sums have the order of
 * {@link VectorAttention}: scores ascending over dimensions, the sum of exponentials over keys, mixed values over keys in blocks.
 */
final class VectorCachedAttention implements CachedAttentionKernel, IntConsumer {

  /**
   * Multiply-adds of one of the two products from which other threads pay. They are few, since keys and values come from memory:
   * reading the weights of the other layers has driven them out of the caches.
   */
  private static final long WORTH_THREADS = 1 << 13;

  private final Workers workers;
  private KeyValueBlocks memory;
  private int from;
  private int to;
  private int group;
  private int scoreStride;
  private boolean stores;
  private float[] newKeys = new float[0];
  private float[] newValues = new float[0];
  private int newKeysAt;
  private int newValuesAt;
  private float[] queries = new float[0];
  private float[] scores = new float[0];
  private float[] sums = new float[0];
  private float[] out = new float[0];
  private int outAt;

  VectorCachedAttention(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void attention(KeyValueBlocks memory, int from, int to, Tensor q, Tensor out) {
    CachedAttentionKernel.checkAttention(memory, from, to, q, out);
    stores = false;
    run(memory, from, to, q, out);
  }

  @Override
  public void storeAndAttend(KeyValueBlocks memory, int from, int position, Tensor k, Tensor v, Tensor q, Tensor out) {
    CachedAttentionKernel.checkAttention(memory, from, position + 1, q, out);
    CachedAttentionKernel.checkStored(memory, k, v);
    stores = true;
    newKeys = k.array();
    newKeysAt = k.arrayOffset();
    newValues = v.array();
    newValuesAt = v.arrayOffset();
    run(memory, from, position + 1, q, out);
  }

  private void run(KeyValueBlocks memory, int from, int to, Tensor q, Tensor out) {
    int headDim = memory.headDim();
    int heads = (int) q.size() / headDim;
    this.memory = memory;
    this.from = from;
    this.to = to;
    this.group = heads / memory.heads();
    this.out = out.array();
    this.outAt = out.arrayOffset();
    this.scoreStride = Math.ceilDiv(to, BLOCK) * BLOCK - from / BLOCK * BLOCK;
    reserve(heads, 2 * memory.valueRows() * BLOCK);
    float scale = (float) (1 / Math.sqrt(headDim));
    Lanes.scale(q.array(), q.arrayOffset(), scale, heads * headDim, queries, 0, false);
    if (q.size() * (to - from) < WORTH_THREADS) {
      for (int kvHead = 0; kvHead < memory.heads(); kvHead++) {
        accept(kvHead);
      }
    } else {
      workers.run(memory.heads(), this);
    }
  }

  private void reserve(int heads, int sumsOfHead) {
    if (scores.length < heads * scoreStride) {
      scores = new float[Math.max(heads * scoreStride, 2 * scores.length)];
    }
    if (queries.length < heads * memory.headDim()) {
      queries = new float[heads * memory.headDim()];
    }
    if (sums.length < heads * sumsOfHead) {
      sums = new float[heads * sumsOfHead];
    }
  }

  /** The query heads of a key-value head. */
  @Override
  public void accept(int kvHead) {
    if (stores) {
      int at = kvHead * memory.headDim();
      memory.put(to - 1, kvHead, newKeys, newKeysAt + at, newValues, newValuesAt + at);
    }
    Arrays.fill(scores, kvHead * group * scoreStride, (kvHead + 1) * group * scoreStride, 0);
    for (int block = from / BLOCK * BLOCK; block < to; block += BLOCK) {
      for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
        score(block, kvHead, head);
      }
    }
    for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
      int at = head * scoreStride + from % BLOCK;
      float max = Rows.max(scores, at, to - from);
      exponentials(scores, at, to - from, max);
      mix(kvHead, head, sum(scores, at, to - from));
    }
  }

  /** Scores of a block of keys: dimensions in blocks, each summed from zero. */
  private void score(int block, int kvHead, int head) {
    int headDim = memory.headDim();
    int at = head * scoreStride + block - from / BLOCK * BLOCK;
    for (int d = 0; d < headDim; d += MatmulKernel.K_BLOCK) {
      int count = Math.min(MatmulKernel.K_BLOCK, headDim - d);
      long rows = memory.keysAt(block, kvHead) + d * memory.rowBytes();
      if (d == 0) {
        addKeys(block, kvHead, rows, head * headDim, count, scores, at);
      } else {
        int part = head * 2 * memory.valueRows() * BLOCK;
        Arrays.fill(sums, part, part + BLOCK, 0);
        addKeys(block, kvHead, rows, head * headDim + d, count, sums, part);
        Lanes.add(sums, part, BLOCK, scores, at);
      }
    }
  }

  private void addKeys(int block, int kvHead, long at, int factorAt, int count, float[] target, int to) {
    long stride = memory.rowBytes();
    int present = Math.min(BLOCK, this.to - block);
    if (memory.format() == KeyValueFormat.F32 && present <= BLOCK - KeyValueBlocks.LANES) {
      for (int lane = 0; lane < present; lane += VectorWidth.LANES) {
        CachedRows.f32Part(memory.keys(), at + (long) lane * Float.BYTES, stride, queries, factorAt, count, target, to + lane);
      }
      return;
    }
    for (int lane = 0; lane < KeyValueBlocks.LANES; lane += VectorWidth.LANES) {
      switch (memory.format()) {
        case F32 -> CachedRows.f32(memory.keys(), at, stride, queries, factorAt, count, target, to, lane);
        case BF16 -> CachedRows.bf16(memory.keys(), at, stride, queries, factorAt, count, target, to, lane);
        case INT8 -> CachedRows.int8Keys(memory.keys(), at, stride, queries, factorAt, count, memory.keyScales(),
            memory.scaleAt(block, kvHead), target, to, lane);
      }
    }
  }

  private static void exponentials(float[] x, int at, int n, float max) {
    int i = 0;
    for (; i <= n - VectorWidth.LANES; i += VectorWidth.LANES) {
      VectorMath.exp(FloatVector.fromArray(VectorWidth.FLOATS, x, at + i).sub(max)).intoArray(x, at + i);
    }
    for (; i < n; i++) {
      x[at + i] = FloatMath.exp(x[at + i] - max);
    }
  }

  private static float sum(float[] x, int at, int n) {
    float sum = 0;
    for (int i = at; i < at + n; i++) {
      sum += x[i];
    }
    return sum;
  }

  /** {@code out = sum_key exponential value / sum}, keys in blocks of {@link MatmulKernel#K_BLOCK} from the first one on. */
  private void mix(int kvHead, int head, float sum) {
    int width = memory.valueRows() * BLOCK;
    int total = head * 2 * width;
    int part = total + width;
    for (int key = from; key < to; key += MatmulKernel.K_BLOCK) {
      int target = key == from ? total : part;
      Arrays.fill(sums, target, target + width, 0);
      addValues(kvHead, head, key, Math.min(to, key + MatmulKernel.K_BLOCK), target);
      if (target == part) {
        Lanes.add(sums, part, width, sums, total);
      }
    }
    divide(sums, total, memory.headDim(), sum, out, outAt + head * memory.headDim());
  }

  private void addValues(int kvHead, int head, int first, int last, int target) {
    int next;
    for (int key = first; key < last; key = next) {
      next = Math.min(last, (key / BLOCK + 1) * BLOCK);
      int factorAt = head * scoreStride + key - from / BLOCK * BLOCK;
      for (int row = 0; row < memory.valueRows(); row++) {
        addValues(kvHead, key, next - key, row, factorAt, target + row * BLOCK);
      }
    }
  }

  private void addValues(int kvHead, int key, int count, int row, int factorAt, int target) {
    long at = memory.valuesAt(key, kvHead) + row * memory.rowBytes();
    long stride = memory.valueRows() * memory.rowBytes();
    for (int lane = 0; lane < KeyValueBlocks.LANES; lane += VectorWidth.LANES) {
      switch (memory.format()) {
        case F32 -> CachedRows.f32(memory.values(), at, stride, scores, factorAt, count, sums, target, lane);
        case BF16 -> CachedRows.bf16(memory.values(), at, stride, scores, factorAt, count, sums, target, lane);
        case INT8 -> CachedRows.int8Values(memory.values(), at, stride, scores, factorAt, count, memory.valueScales(),
            memory.scaleAt(key, kvHead), sums, target, lane);
      }
    }
  }

  private static void divide(float[] x, int at, int n, float divisor, float[] out, int outAt) {
    FloatVector by = FloatVector.broadcast(VectorWidth.FLOATS, divisor);
    int i = 0;
    for (; i <= n - VectorWidth.LANES; i += VectorWidth.LANES) {
      FloatVector.fromArray(VectorWidth.FLOATS, x, at + i).div(by).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = x[at + i] / divisor;
    }
  }
}
