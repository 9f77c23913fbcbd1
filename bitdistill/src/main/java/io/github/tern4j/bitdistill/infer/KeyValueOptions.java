package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.util.OptionalInt;

/**
 * What a session remembers of its text.
 *
 * <p>With a window of W tokens, each token attends to itself and the W - 1 before it; older keys and values are overwritten, so
 * that memory stays constant and a text may be longer than the model's context. Positions go on counting: a key keeps the
 * rotation of the position at which it was read, and since scores depend on the distance of two positions alone, the model sees
 * distances below W however long the text is. The first tokens fall out like all others.
 *
 * @param format how keys and values are stored
 * @param window tokens that attention sees; without it, all
 */
public record KeyValueOptions(KeyValueFormat format, OptionalInt window) {

  /** All tokens, as computed. */
  public static final KeyValueOptions EXACT = new KeyValueOptions(KeyValueFormat.F32, OptionalInt.empty());

  /**
   * Refuses windows without a token.
   *
   * @throws BadInputException for them
   */
  public KeyValueOptions {
    if (window.orElse(1) < 1) {
      throw new BadInputException("window of " + window.getAsInt() + " tokens; expected at least 1");
    }
  }
}
