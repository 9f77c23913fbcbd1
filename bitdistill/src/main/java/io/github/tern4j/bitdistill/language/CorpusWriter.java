package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.language.LanguageOptions.Stage;
import io.github.tern4j.bitdistill.language.WordGroup.Side;
import java.util.Set;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;

/**
 * Writes the documents of the corpus, about all words, held out or not, in the order of the curriculum.
 *
 * <p>The label words of the task never occur: labelled pairs alone teach them. Nor does any reserved (dev or test) pair.
 */
final class CorpusWriter {
  /** Sentences about words in a document without a premise. */
  private static final int STATEMENTS = 10;

  /** Sentences about one premise. */
  private static final int REMARKS = 6;

  private final PairMaker maker;
  private final LanguageOptions options;
  private final Set<Pair> reserved;
  private final RandomGenerator random;

  CorpusWriter(World world, LanguageOptions options, Set<Pair> reserved, RandomGenerator random) {
    this.maker = new PairMaker(world, Side::special, options.swappedShare(), random);
    this.options = options;
    this.reserved = reserved;
    this.random = random;
  }

  /** The next document. */
  String document(double progress) {
    var stage = options.curriculum().stream().filter(candidate -> progress < candidate.until()).findFirst().orElseThrow();
    double[] weights = {stage.lessons(), stage.drills(), stage.copies(), stage.clauses(), stage.pairs()};
    return switch (choose(weights)) {
      case 0 -> lesson();
      case 1 -> drill();
      case 2 -> copies();
      case 3 -> remarks(true);
      default -> remarks(false);
    };
  }

  private int choose(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double left = random.nextDouble() * sum;
    int choice = 0;
    while (choice < weights.length - 1 && left >= weights[choice]) {
      left -= weights[choice++];
    }
    return choice;
  }

  /** "dalky means vondy . dalky is the opposite of hulpy . dorp is a kind of grunt ." */
  private String lesson() {
    var text = new StringJoiner(" ");
    for (int i = 0; i < STATEMENTS; i++) {
      var stated = maker.premise().first();
      boolean same = random.nextBoolean();
      boolean kind = stated.frame().wordClass() == WordClass.KIND;
      var general = (same ? stated.place() : stated.place().opposite()).side().general();
      var relation = same ? kind ? "is a kind of" : "means" : kind ? "is not a kind of" : "is the opposite of";
      text.add(stated.word() + " " + relation + " " + general + " .");
    }
    return text.toString();
  }

  /** "dalky vondy true . dalky hulpy false ." */
  private String drill() {
    var text = new StringJoiner(" ");
    for (int i = 0; i < STATEMENTS; i++) {
      var scene = maker.premise();
      var relation = maker.relation();
      var general = maker.claimAboutFirst(scene, relation).place().side().general();
      text.add(scene.first().word() + " " + general + " " + verdict(relation) + " .");
    }
    return text.toString();
  }

  /** "PREMISE indeed the blim is dalky ." */
  private String copies() {
    var scene = maker.premise();
    var text = new StringJoiner(" ").add(scene.text());
    for (int i = 0; i < REMARKS; i++) {
      text.add("indeed " + (random.nextBoolean() ? scene : scene.reversed()).first().text() + " .");
    }
    return text.toString();
  }

  /** "PREMISE ask the blim is vondy true .", or "PREMISE so the blim is vondy ."; the premise can be cut to its first clause. */
  private String remarks(boolean firstClauseOnly) {
    var scene = maker.premise();
    boolean conclusions = random.nextDouble() < options.conclusionShare();
    var text = new StringJoiner(" ").add(firstClauseOnly ? scene.first().text() + " ." : scene.text());
    for (int i = 0; i < REMARKS; i++) {
      var relation = maker.relation();
      var claim = maker.claimAboutFirst(firstClauseOnly || random.nextBoolean() ? scene : scene.reversed(), relation).text();
      if (!reserved.contains(new Pair(scene.text(), claim, relation.label()))) {
        text.add((conclusions ? conclusion(relation) + " " + claim : "ask " + claim + " " + verdict(relation)) + " .");
      }
    }
    return text.toString();
  }

  private static String verdict(Relation relation) {
    return switch (relation) {
      case ENTAILMENT -> "true";
      case CONTRADICTION -> "false";
      case NEUTRAL -> "open";
    };
  }

  private static String conclusion(Relation relation) {
    return switch (relation) {
      case ENTAILMENT -> "so";
      case CONTRADICTION -> "but not";
      case NEUTRAL -> "perhaps";
    };
  }
}
