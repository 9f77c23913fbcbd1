package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.language.WordGroup.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The words of the language and how they relate.
 *
 * @param groups adjectives, verbs and kinds in groups of opposites
 * @param things nouns that adjectives are said of
 * @param names who acts and owns
 */
record World(List<WordGroup> groups, List<String> things, List<String> names) {

  /** Every word of the corpus and the pairs that is not invented, the words of the task's prompt and labels included. */
  static final List<String> FUNCTION_WORDS =
      List.of(".", "a", "and", "ask", "but", "false", "holds", "indeed", "is", "kind", "maybe", "means", "no", "not", "of",
          "open", "opposite", "perhaps", "so", "the", "true", "yes");

  static World invent(RandomGenerator random, LanguageOptions options) {
    var maker = new WordMaker(random, FUNCTION_WORDS);
    var groups = new ArrayList<WordGroup>();
    for (var wordClass : WordClass.ALL) {
      for (int i = 0; i < options.groupsPerClass(); i++) {
        groups.add(new WordGroup(wordClass, side(maker, wordClass, options), side(maker, wordClass, options)));
      }
    }
    return new World(List.copyOf(groups), maker.words(options.things(), ""), maker.words(options.names(), "a"));
  }

  private static Side side(WordMaker maker, WordClass wordClass, LanguageOptions options) {
    return new Side(maker.words(1, wordClass.ending()).getFirst(), maker.words(options.labelledPerSide(), wordClass.ending()),
        maker.words(options.heldOutPerSide(), wordClass.ending()));
  }

  List<WordGroup> groups(WordClass wordClass) {
    return groups.stream().filter(group -> group.wordClass() == wordClass).toList();
  }

  /** The closed vocabulary, sorted. */
  List<String> words() {
    var words = new TreeSet<>(FUNCTION_WORDS);
    words.addAll(things);
    words.addAll(names);
    for (var group : groups) {
      words.addAll(group.left().words());
      words.addAll(group.right().words());
    }
    return List.copyOf(words);
  }
}
