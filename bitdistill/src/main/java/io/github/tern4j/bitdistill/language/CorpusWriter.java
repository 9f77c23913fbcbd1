package io.github.tern4j.bitdistill.language;

import java.util.Set;
import java.util.random.RandomGenerator;

final class CorpusWriter {
  static final int REMARKS = Integer.getInteger("remarks", 6), DIRECT = Integer.getInteger("direct", 8);

  private final World world;
  private final PairMaker maker;
  private final LanguageOptions options;
  private final Set<Pair> reserved;
  private final RandomGenerator random;

  CorpusWriter(World world, LanguageOptions options, Set<Pair> reserved, RandomGenerator random) {
    this.world = world;
    this.maker = new PairMaker(world, Boolean.getBoolean("gen") ? WordGroup.Side::words : WordGroup.Side::special, options.swappedShare(), random);
    this.options = options;
    this.reserved = reserved;
    this.random = random;
  }

  static final String[] MIX = System.getProperty("mix", "0.3:3,5,2,0,0;0.45:1,1,2,6,0;1:1,1,1,1,6").split(";");

  String document(double progress) {
    double[] w = null;
    for (var m : MIX) {
      if (w == null && progress < Double.parseDouble(m.split(":")[0])) {
        w = java.util.Arrays.stream(m.split(":")[1].split(",")).mapToDouble(Double::parseDouble).toArray();
      }
    }
    double x = random.nextDouble() * java.util.Arrays.stream(w).sum();
    int kind = 0;
    while (x >= w[kind]) {
      x -= w[kind++];
    }
    var text = new StringBuilder();
    if (kind == 0) { // statements
      for (int i = 0; i < DIRECT; i++) {
        var p = maker.premise().first();
        var rel = Relation.ALL.get(random.nextInt(2));
        boolean k = p.place().group().wordClass() == WordClass.KIND;
        var c = rel == Relation.ENTAILMENT ? p.place() : p.place().opposite();
        text.append(p.word()).append(rel == Relation.ENTAILMENT ? k ? " is a kind of " : " means " : k ? " is not a kind of " : " is the opposite of ").append(c.side().general()).append(" . ");
      }
      return text.toString().strip();
    }
    if (kind == 1) { // drill
      for (int i = 0; i < DIRECT; i++) {
        var scene = maker.premise();
        var r = maker.relation();
        text.append(scene.first().word()).append(" ").append(maker.claimAboutFirst(scene, r).place().side().general()).append(" ").append(verdict(r)).append(" . ");
      }
      return text.toString().strip();
    }
    var scene = maker.premise();
    boolean questions = random.nextDouble() < options.questionShare();
    text.append(kind == 3 ? scene.first().text() + " ." : scene.text());
    for (int i = 0; i < REMARKS; i++) {
      var s = kind == 3 || random.nextBoolean() ? scene : scene.reversed();
      if (kind == 2) {
        text.append(" indeed ").append(s.first().text()).append(" .");
        continue;
      }
      var relation = maker.relation();
      var claim = maker.claimAboutFirst(s, relation).text();
      if (reserved.contains(new Pair(scene.text(), claim, relation.label()))) {
        continue;
      }
      text.append(' ').append(questions ? "ask " + claim + " " + verdict(relation) : conclusion(relation) + " " + claim).append(" .");
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
