package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.cache.KeyValueBlocks;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import java.util.Arrays;
import java.util.Optional;

/**
 * Keys and values of one text, token by token. It doubles when it is full, up to the context of the model or the window; with a
 * window, the oldest tokens are overwritten from then on.
 *
 * <p>A single token attends to the stored keys and values where they lie. For a pass over several, those before it are widened
 * into working memory, layer by layer, and those of the pass too, as they are stored: so logits do not depend on how a text is
 * cut into passes.
 */
final class KvCache implements KeyValues {

  private final int width;
  private final int headDim;
  private final int limit;
  private final KeyValueOptions options;
  private final Backend backend;
  private final AttentionKernel attention;
  private final CachedAttentionKernel cachedAttention;
  private final Buffers buffers;
  private final KeyValueBlocks[] layers;
  private final Tensor oneKey;
  private final Tensor oneValue;
  private Tensor passKeys;
  private Tensor passValues;
  private int length;
  private int pending;
  private Optional<CachedAttentionKernel> oneByOne = Optional.empty();

  /** An empty cache; passes over several tokens share {@code buffers} with others. */
  KvCache(QwenConfig config, KeyValueOptions options, Backend backend, Buffers buffers) {
    this.headDim = config.headDim();
    this.width = config.numKeyValueHeads() * headDim;
    this.limit = options.window().isPresent() ? Integer.MAX_VALUE : config.maxPositionEmbeddings();
    this.options = options;
    this.backend = backend;
    this.attention = backend.kernel(AttentionKernel.class);
    this.cachedAttention = backend.kernel(CachedAttentionKernel.class);
    this.buffers = buffers;
    this.layers = new KeyValueBlocks[config.numHiddenLayers()];
    Arrays.setAll(layers, layer -> new KeyValueBlocks(options.format(), config.numKeyValueHeads(), headDim));
    this.oneKey = Tensor.zeros(1, width);
    this.oneValue = Tensor.zeros(1, width);
    this.passKeys = oneKey;
    this.passValues = oneValue;
  }

  /** Most tokens that there may be. */
  int limit() {
    return limit;
  }

  /** Tokens whose keys and values have been there. */
  int length() {
    return length;
  }

  /** Bytes of the keys and values of a token in all layers. */
  long bytesPerToken() {
    return layers.length * layers[0].bytesPerToken();
  }

  /** Forgets the tokens behind the first {@code kept} and keeps the memory. */
  void truncate(int kept) {
    if (kept < 0 || kept > length || kept > 0 && length > layers[0].capacity()) {
      throw new IllegalArgumentException("kv cache: first " + kept + " of " + length + " tokens; expected some that are still there");
    }
    length = kept;
    pending = 0;
  }

  /** Most tokens of the next pass: those that all see the whole text; behind a full window, one. */
  int atOnce() {
    return options.window().isPresent() ? Math.max(1, options.window().getAsInt() - length) : limit - length;
  }

  /** Makes room for a pass over {@code tokens} more. */
  void begin(int tokens) {
    if (tokens < 1 || tokens > limit - length || tokens > atOnce()) {
      throw new IllegalArgumentException("kv cache: " + tokens + " tokens behind " + length + "; expected at least 1 and at most "
          + limit + " together, and " + atOnce() + " in one pass");
    }
    pending = tokens;
    oneByOne = Optional.empty();
    int most = options.window().orElse(limit);
    int wanted = Math.min(most, length + tokens);
    if (wanted > layers[0].capacity()) {
      int capacity = (int) Math.min(most, Math.max(wanted, 2L * layers[0].capacity()));
      for (KeyValueBlocks layer : layers) {
        layer.reserve(capacity);
      }
    }
    passKeys = tokens == 1 ? oneKey : buffers.floats("keys", length + tokens, width);
    passValues = tokens == 1 ? oneValue : buffers.floats("values", length + tokens, width);
  }

  /** The same for a pass whose tokens attend one after the other, by another kernel that has the same bits. */
  void beginOneByOne(int tokens, CachedAttentionKernel kernel) {
    begin(tokens);
    oneByOne = Optional.of(kernel);
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
    return newRows(passKeys);
  }

  @Override
  public Tensor newValues(int layer) {
    return newRows(passValues);
  }

  private Tensor newRows(Tensor pass) {
    return pending == 1 ? pass : pass.slice(0, length, length + pending);
  }

  /** Stores the keys and values of a head from the first token of the pass on. */
  private void store(KeyValueBlocks stored, int head, int total) {
    for (int position = length; position < total; position++) {
      int at = position * width + head * headDim;
      stored.put(position, head, passKeys.array(), at, passValues.array(), at);
    }
  }

  @Override
  public void attend(int layer, Tensor queries, Tensor attended, Tensor logSumExp) {
    KeyValueBlocks stored = layers[layer];
    if (pending == 1) {
      attendOne(oneByOne.orElse(cachedAttention), stored, 0, queries, attended);
    } else if (oneByOne.isPresent()) {
      for (int token = 0; token < pending; token++) {
        attendOne(oneByOne.get(), stored, token, row(queries, token), row(attended, token));
      }
    } else {
      int total = length + pending;
      backend.forEachChunk(stored.heads(), head -> store(stored, head, total));
      stored.widen(0, options.format() == KeyValueFormat.F32 ? length : total, passKeys.array(), 0, passValues.array(), 0);
      attention.attention(queries, passKeys.reshape(1, total, -1, headDim), passValues.reshape(1, total, -1, headDim), true,
          attended, logSumExp);
    }
  }

  /** Stores a token of the pass, which then attends. */
  private void attendOne(CachedAttentionKernel kernel, KeyValueBlocks stored, int token, Tensor query, Tensor attended) {
    int position = length + token;
    int first = Math.max(0, position + 1 - options.window().orElse(limit));
    kernel.storeAndAttend(stored, first, position, pending == 1 ? oneKey : row(passKeys, position),
        pending == 1 ? oneValue : row(passValues, position), query, attended);
  }

  private static Tensor row(Tensor tokens, int token) {
    Tensor rows = tokens.shape().rank() == 2 ? tokens : tokens.reshape(tokens.dim(1), -1);
    return rows.slice(0, token, token + 1);
  }
}
