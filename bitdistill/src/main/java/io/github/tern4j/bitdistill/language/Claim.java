package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.language.WordGroup.Place;

/** What a hypothesis says: the general word of a side about somebody. */
record Claim(Frame frame, Place place) {

  String text() {
    return frame.with(place.side().general());
  }
}
