package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.generate.NextTokenModel;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import java.util.Arrays;

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
  private final int[] one = new int[1];

  DecodeSession(InferenceModel model, KvCache cache) {
    this.model = model;
    this.cache = cache;
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
    model.lastLogits(read(ids), logits);
    return logits.array();
  }

  @Override
  public int likeliest(int[] ids) {
    return model.findsLikeliest() ? model.likeliest(read(ids)) : NextTokenModel.super.likeliest(ids);
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
    int atOnce = Math.min(TOKENS_AT_ONCE, cache.atOnce());
    int from = 0;
    while (ids.length - from > atOnce) {
      pass(Arrays.copyOfRange(ids, from, from + atOnce));
      from += atOnce;
      atOnce = Math.min(TOKENS_AT_ONCE, cache.atOnce());
    }
    return pass(from == 0 ? ids : Arrays.copyOfRange(ids, from, ids.length));
  }

  private Workspace pass(int[] ids) {
    cache.begin(ids.length);
    Workspace w = model.workspace(1, ids.length);
    model.run(w, ids, cache);
    cache.commit();
    return w;
  }
}
