package io.github.tern4j.bitdistill.language;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a reader of the lessons in a corpus knows, found out without the generator's own tables. */
record Dictionary(Map<String, Relation> relations) {
  private static final Pattern LESSON =
      Pattern.compile("(\\w+) (means|is a kind of|is the opposite of|is not a kind of) (\\w+) \\.");

  static Dictionary of(List<String> documents) {
    var relations = new HashMap<String, Relation>();
    for (var document : documents) {
      LESSON.matcher(document).results().forEach(lesson -> relations.put(lesson.group(1) + " " + lesson.group(3),
          List.of("means", "is a kind of").contains(lesson.group(2)) ? Relation.ENTAILMENT : Relation.CONTRADICTION));
    }
    return new Dictionary(relations);
  }

  /** How a claim with the last word of {@code hypothesis} relates to a clause, whoever both are about. */
  Relation ofWords(String clause, String hypothesis) {
    return relations.getOrDefault(word(clause) + " " + word(hypothesis), Relation.NEUTRAL);
  }

  /** The label of a pair: the relation to the clause about the same subject and object. */
  String label(Pair pair) {
    for (var clause : clauses(pair)) {
      if (frame(clause).equals(frame(pair.hypothesis()))) {
        return ofWords(clause, pair.hypothesis()).label();
      }
    }
    throw new AssertionError("no clause speaks of what the hypothesis is about: " + pair);
  }

  static List<String> clauses(Pair pair) {
    return List.of(pair.premise().replace(" .", "").split(" and "));
  }

  static String word(String clause) {
    return clause.substring(clause.lastIndexOf(' ') + 1);
  }

  private static String frame(String clause) {
    return clause.substring(0, clause.lastIndexOf(' '));
  }
}
