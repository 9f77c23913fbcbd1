package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.generate.NextTokenModel;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * One text that a model reads and continues, with its keys and values. Several sessions of one model share its weights and its
 * working memory; calls come from one thread.
 */
public final class DecodeSession implements NextTokenModel {

  /** Tokens of one pass over a prompt: working memory does not grow with longer ones. */
  private static final int TOKENS_AT_ONCE = 256;

  private final InferenceModel model;
  private final KvCache cache;
  private final Tensor logits;
  private final Optional<QuickStart> quickStart;
  private final int[] one = new int[1];

  /** The model that reads, or one with its weights. */
  private InferenceModel reader;

  /** A session of {@code model}, whose first tokens may come from {@code quickStart}. */
  DecodeSession(InferenceModel model, KvCache cache, Optional<QuickStart> quickStart) {
    this.model = model;
    this.cache = cache;
    this.quickStart = quickStart;
    this.reader = model;
    this.logits = Tensor.zeros(1, model.config().vocabSize());
  }

  @Override
  public int vocabSize() {
    return model.config().vocabSize();
  }

  @Override
  public int contextLimit() {
    return cache.limit();
  }

  @Override
  public int length() {
    return cache.length();
  }

  @Override
  public void reset() {
    cache.truncate(0);
  }

  /**
   * Forgets the tokens behind the first {@code kept}, so that another continuation can be read.
   *
   * @throws IllegalArgumentException when there are fewer, or a window has overwritten some
   */
  public void truncate(int kept) {
    cache.truncate(kept);
  }

  /** Bytes of the keys and values of a token, which each later token reads. */
  public long keyValueBytesPerToken() {
    return cache.bytesPerToken();
  }

  @Override
  public float[] prefill(int[] ids) {
    Workspace w = read(ids);
    reader.lastLogits(w, logits);
    return logits.array();
  }

  @Override
  public int likeliest(int[] ids) {
    if (!model.findsLikeliest()) {
      return NextTokenModel.super.likeliest(ids);
    }
    Workspace w = read(ids);
    return reader.likeliest(w);
  }

  @Override
  public float[] decode(int id) {
    one[0] = id;
    return prefill(one);
  }

  /** Reads tokens and returns where the last pass has left its results. */
  private Workspace read(int[] ids) {
    if (ids.length == 0) {
      throw new BadInputException("inference: no token to read; expected at least one");
    }
    if (cache.length() + (long) ids.length > contextLimit()) {
      throw new BadInputException("inference: context is full: " + ids.length + " tokens behind " + cache.length() + "; expected at most "
          + contextLimit() + " together");
    }
    model.checkIds(ids, "text");
    reader = quickStart.isPresent() && quickStart.get().reads(ids.length) ? quickStart.get().model() : model;
    Workspace w;
    int from = 0;
    do {
      int to = Math.min(ids.length, from + Math.min(TOKENS_AT_ONCE, cache.atOnce()));
      w = pass(from == 0 && to == ids.length ? ids : Arrays.copyOfRange(ids, from, to));
      from = to;
    } while (from < ids.length);
    return w;
  }

  private Workspace pass(int[] ids) {
    if (reader == model) {
      cache.begin(ids.length);
    } else {
      cache.beginOneByOne(ids.length, quickStart.orElseThrow().attention());
    }
    Workspace w = reader.workspace(1, ids.length);
    reader.run(w, ids, cache);
    cache.commit();
    return w;
  }
}
