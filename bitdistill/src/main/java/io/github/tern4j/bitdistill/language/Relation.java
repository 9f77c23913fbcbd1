package io.github.tern4j.bitdistill.language;

import java.util.List;
import java.util.Locale;

/** How a hypothesis follows from its premise; the lower-case name is the label. */
enum Relation {
  /** The general word of the hypothesis is a synonym, or the kind, of the word in the premise. */
  ENTAILMENT,
  /** It is from the opposite side of the same group. */
  CONTRADICTION,
  /** It is from an unrelated group: the premise leaves it open. */
  NEUTRAL;

  static final List<Relation> ALL = List.of(values());

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
