package io.github.tern4j.bitdistill.language;

import java.util.List;
import java.util.stream.Stream;

/**
 * Two opposite sides of meaning. Words of one side mean the same, or are of one kind; a word of one side contradicts the words
 * of the other; words of different groups have nothing to do with each other.
 */
record WordGroup(WordClass wordClass, Side left, Side right) {

  /**
   * One side of a group.
   *
   * @param general the plain word that hypotheses use: "big", or the name of the kind
   * @param labelled special words, "vast", or members of the kind, that labelled training pairs use in their premises
   * @param heldOut special words that they leave out; the premises of dev and test use nothing else
   */
  record Side(String general, List<String> labelled, List<String> heldOut) {

    /** Every word of the side. */
    List<String> words() {
      return Stream.of(List.of(general), labelled, heldOut).flatMap(List::stream).toList();
    }

    /** The special words. */
    List<String> special() {
      return Stream.of(labelled, heldOut).flatMap(List::stream).toList();
    }
  }

  /** A side of the group. */
  record Place(WordGroup group, boolean isLeft) {

    Side side() {
      return isLeft ? group.left : group.right;
    }

    Place opposite() {
      return new Place(group, !isLeft);
    }
  }
}
