package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Tensor;
import java.util.Arrays;

/**
 * Keys and values of one text in F32, token by token: {@code [capacity, kvHeads headDim]} for each layer, so that projections
 * write into it and attention reads it in place. It doubles when it is full, up to the context of the model.
 */
final class KvCache implements KeyValues {

  private static final int FIRST_CAPACITY = 64;

  private final int keyValueHeads;
  private final int headDim;
  private final int limit;
  private final Tensor[] keys;
  private final Tensor[] values;
  private int capacity;
  private int length;
  private int pending;

  KvCache(QwenConfig config) {
    this.keyValueHeads = config.numKeyValueHeads();
    this.headDim = config.headDim();
    this.limit = config.maxPositionEmbeddings();
    this.keys = new Tensor[config.numHiddenLayers()];
    this.values = new Tensor[config.numHiddenLayers()];
    Arrays.fill(keys, Tensor.zeros(0, width()));
    Arrays.fill(values, Tensor.zeros(0, width()));
  }

  private int width() {
    return keyValueHeads * headDim;
  }

  /** Tokens whose keys and values are there. */
  int length() {
    return length;
  }

  /** Forgets all tokens and keeps the memory. */
  void clear() {
    length = 0;
    pending = 0;
  }

  /** Makes room for a pass over {@code tokens} more. */
  void begin(int tokens) {
    int wanted = length + tokens;
    if (tokens < 1 || wanted > limit) {
      throw new IllegalArgumentException(
          "kv cache: " + tokens + " tokens behind " + length + "; expected at least 1 and at most " + limit + " together");
    }
    pending = tokens;
    if (wanted > capacity) {
      capacity = Math.min(limit, Math.max(wanted, Math.max(FIRST_CAPACITY, 2 * capacity)));
      for (int layer = 0; layer < keys.length; layer++) {
        keys[layer] = grown(keys[layer]);
        values[layer] = grown(values[layer]);
      }
    }
  }

  private Tensor grown(Tensor old) {
    Tensor larger = Tensor.zeros(capacity, width());
    System.arraycopy(old.array(), 0, larger.array(), 0, length * width());
    return larger;
  }

  /** Keeps the tokens of the pass that has gone through all layers. */
  void commit() {
    length += pending;
    pending = 0;
  }

  @Override
  public int position() {
    return length;
  }

  @Override
  public Tensor newKeys(int layer) {
    return keys[layer].slice(0, length, length + pending);
  }

  @Override
  public Tensor newValues(int layer) {
    return values[layer].slice(0, length, length + pending);
  }

  @Override
  public Tensor keys(int layer) {
    return upToNow(keys[layer]);
  }

  @Override
  public Tensor values(int layer) {
    return upToNow(values[layer]);
  }

  private Tensor upToNow(Tensor stored) {
    return stored.slice(0, 0, length + pending).reshape(1, length + pending, keyValueHeads, headDim);
  }
}
