package io.github.tern4j.nn.tokenizer;

/**
 * A token that is found in the text as a whole, before any splitting or merging: {@code <|endoftext|>}, {@code <think>}.
 *
 * @param id its token id
 * @param content the text that it matches
 * @param special whether decoding may leave it out, as it is markup and not text
 * @param lstrip whether it swallows the white space before it
 * @param rstrip whether it swallows the white space after it
 * @param singleWord whether it is matched only where no word character touches it
 * @param normalized whether it is searched for in the normalised text, itself normalised, instead of in the text as given
 */
public record AddedToken(
    int id, String content, boolean special, boolean lstrip, boolean rstrip, boolean singleWord, boolean normalized) {

  /** A special token with all switches off, which is how Qwen3 declares its own. */
  public static AddedToken special(int id, String content) {
    return new AddedToken(id, content, true, false, false, false, false);
  }
}
