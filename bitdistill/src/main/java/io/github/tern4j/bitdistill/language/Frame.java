package io.github.tern4j.bitdistill.language;

/** A clause without its word: what it says about whom. */
record Frame(WordClass wordClass, String subject, String object) {

  /** The clause with {@code word} in its place, without a full stop. */
  String with(String word) {
    return switch (wordClass) {
      case ADJECTIVE -> "the " + subject + " is " + word;
      case VERB -> subject + " " + object + " " + word;
      case KIND -> subject + " holds " + word;
    };
  }
}
