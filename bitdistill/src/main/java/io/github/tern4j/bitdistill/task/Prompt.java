package io.github.tern4j.bitdistill.task;

import io.github.tern4j.tensor.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The text before the answer, in pieces: literal pieces are kept whole, fields can be shortened at their end.
 *
 * <p>Pieces are encoded one by one. A piece takes the space before it along, so tokenizers that attach a space to the following
 * word (GPT-2's, Qwen's) give the tokens of the whole text.
 *
 * @param pieces in reading order
 */
public record Prompt(List<Piece> pieces) {
  /** A field keeps this many tokens until every other field is down to as many. */
  static final int LEAST_FIELD_TOKENS = 8;

  /**
   * A stretch of the prompt.
   *
   * @param text with its leading space, if any
   * @param shortened 0 for a literal; otherwise the place in the order of shortening, 1 for the field that is cut first
   */
  public record Piece(String text, int shortened) {}

  /** Copies the pieces. */
  public Prompt {
    pieces = List.copyOf(pieces);
  }

  /** The whole text. */
  public String text() {
    return pieces.stream().map(Piece::text).collect(Collectors.joining());
  }

  /**
   * The tokens of the prompt, at most {@code limit}: first the field with order 1 loses tokens at its end down to
   * {@value #LEAST_FIELD_TOKENS}, then the next; then, in the same order, down to none.
   *
   * @param tokenizer from text to token ids, without special tokens
   * @param limit the most tokens to return
   * @throws BadInputException if the literal pieces alone are longer
   */
  public int[] encode(Function<String, int[]> tokenizer, int limit) {
    var encoded = pieces.stream().map(piece -> tokenizer.apply(piece.text())).toArray(int[][]::new);
    int excess = Arrays.stream(encoded).mapToInt(ids -> ids.length).sum() - limit;
    for (int least : new int[] {LEAST_FIELD_TOKENS, 0}) {
      for (int order = 1; order <= pieces.size() && excess > 0; order++) {
        for (int i = 0; i < encoded.length; i++) {
          if (pieces.get(i).shortened() == order) {
            int kept = Math.max(Math.min(least, encoded[i].length), encoded[i].length - excess);
            excess -= encoded[i].length - kept;
            encoded[i] = Arrays.copyOf(encoded[i], kept);
            if (excess <= 0) {
              return join(encoded);
            }
          }
        }
      }
    }
    if (excess > 0) {
      throw new BadInputException("prompt: its literal pieces alone exceed the limit by " + excess + " tokens: "
          + pieces.stream().filter(piece -> piece.shortened() == 0).toList() + "; expected a limit above " + limit);
    }
    return join(encoded);
  }

  private static int[] join(int[][] parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
