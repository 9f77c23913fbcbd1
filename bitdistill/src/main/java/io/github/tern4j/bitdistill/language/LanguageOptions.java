package io.github.tern4j.bitdistill.language;

import java.util.List;

/**
 * How large and how hard the artificial language is. More words make the relations harder to learn from the same corpus, more
 * documents easier; fewer training pairs leave more to pre-training.
 *
 * @param groupsPerClass groups of adjectives, of verbs and of kinds, each with two opposite sides; at least 2
 * @param labelledPerSide special words of each side that occur in the premises of labelled training pairs
 * @param heldOutPerSide special words of each side that labelled training pairs leave out; only the corpus teaches what they
 *     mean
 * @param things nouns that adjectives are said of, at least 2
 * @param names proper names, at least 2
 * @param swappedShare share of premises whose two clauses hold opposite words: there, exchanging the roles exchanges
 *     entailment and contradiction. In the others it exchanges neutral with one of these. Either way both sentences must be
 *     compared clause by clause
 * @param documents documents of the corpus
 * @param curriculum what the documents are, from the first to the last
 * @param conclusionShare share of the documents with a premise that conclude ("so the blim is vondy .") instead of asking and
 *     answering ("ask the blim is vondy true .")
 * @param trainPairs labelled training pairs, a multiple of 3
 * @param devPairs labelled dev pairs, a multiple of 3
 * @param testPairs labelled test pairs, a multiple of 3
 */
public record LanguageOptions(
    int groupsPerClass,
    int labelledPerSide,
    int heldOutPerSide,
    int things,
    int names,
    double swappedShare,
    int documents,
    List<Stage> curriculum,
    double conclusionShare,
    int trainPairs,
    int devPairs,
    int testPairs) {

  /** The sizes of the quickstart: about 220 words and 1.5 million tokens. */
  public static final LanguageOptions DEFAULT = new LanguageOptions(4, 3, 3, 16, 16, 0.5, 60_000,
      List.of(new Stage(0.3, 3, 7, 0, 0, 0), new Stage(0.5, 0.5, 1, 0, 8.5, 0), new Stage(1, 0.5, 1, 1, 2, 6)),
      0.1, 1_500, 600, 2_100);

  /**
   * A stretch of the corpus. The kinds of documents go from words to sentences, because a small model that meets all kinds
   * mixed from the start learns to answer nothing for a long time: answers were at chance after a million tokens.
   *
   * @param until where the stretch ends, as a share of all documents; the last is 1
   * @param lessons weight of documents that state relations of words: "dalky means vondy . dalky is the opposite of hulpy ."
   * @param drills weight of documents that ask about words: "dalky vondy true . dalky hulpy false ."
   * @param copies weight of documents that repeat clauses of a premise: who is who
   * @param clauses weight of questions and conclusions about a single clause
   * @param pairs weight of questions and conclusions about a whole premise
   */
  public record Stage(double until, double lessons, double drills, double copies, double clauses, double pairs) {}

  /** Checks that every pair can be drawn. */
  public LanguageOptions {
    curriculum = List.copyOf(curriculum);
    require(groupsPerClass >= 2,
        "groupsPerClass is " + groupsPerClass + "; expected at least 2, so that an unrelated word exists");
    require(labelledPerSide >= 1 && heldOutPerSide >= 1,
        "labelledPerSide is " + labelledPerSide + ", heldOutPerSide is " + heldOutPerSide + "; expected at least 1 of each");
    require(things >= 2 && names >= 2, "things is " + things + ", names is " + names + "; expected at least 2 of each");
    requireShare("swappedShare", swappedShare);
    requireShare("conclusionShare", conclusionShare);
    require(documents >= 0, "documents is " + documents + "; expected 0 or more");
    require(!curriculum.isEmpty() && curriculum.getLast().until() == 1,
        "curriculum is " + curriculum + "; expected a last stage until 1");
    requireTriples("trainPairs", trainPairs);
    requireTriples("devPairs", devPairs);
    requireTriples("testPairs", testPairs);
  }

  private static void requireShare(String name, double share) {
    require(share >= 0 && share <= 1, name + " is " + share + "; expected 0 to 1");
  }

  private static void requireTriples(String name, int pairs) {
    require(pairs >= 3 && pairs % 3 == 0, name + " is " + pairs + "; expected a positive multiple of 3, one pair for each label");
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("language options: " + problem);
    }
  }
}
