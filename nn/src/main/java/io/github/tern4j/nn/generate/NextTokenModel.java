package io.github.tern4j.nn.generate;

/** A language model that reads a text once, token by token, and remembers what it has read. */
public interface NextTokenModel {

  /** Number of tokens that the model knows, and so the length of the logits. */
  int vocabSize();

  /** The longest text, in tokens, that the model can read. */
  int contextLimit();

  /** How many tokens have been read since the last {@link #reset}. */
  int length();

  /** Forgets what was read. */
  void reset();

  /**
   * Reads tokens behind those already read, all in one pass.
   *
   * @param ids at least one token
   * @return logits of the token that follows, {@code [vocabSize]}; the caller may overwrite them, the next call does
   * @throws io.github.tern4j.tensor.BadInputException for ids outside the vocabulary, or more tokens than fit the context
   */
  float[] prefill(int[] ids);

  /** Reads one more token; the same as {@link #prefill} of it alone. */
  float[] decode(int id);

  /**
   * Reads tokens behind those already read and gives the likeliest token that follows: the one with the largest logit, the lowest
   * id at ties. A model that finds it without all logits may do so.
   *
   * @param ids at least one token
   * @throws io.github.tern4j.tensor.BadInputException as {@link #prefill}
   * @throws IllegalArgumentException when a logit is NaN, or none is above -infinity
   */
  default int likeliest(int[] ids) {
    return Sampler.mostLikely(prefill(ids));
  }
}
