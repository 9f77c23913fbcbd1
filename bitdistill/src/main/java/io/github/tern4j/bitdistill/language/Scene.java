package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.language.WordGroup.Place;

/** A premise before it is written down: two clauses of one word class about different subjects, or with exchanged roles. */
record Scene(Stated first, Stated second) {

  /** A clause of a premise, and the side that its word comes from. */
  record Stated(Frame frame, Place place, String word) {

    String text() {
      return frame.with(word);
    }
  }

  Scene reversed() {
    return new Scene(second, first);
  }

  String text() {
    return first.text() + " and " + second.text() + " .";
  }
}
