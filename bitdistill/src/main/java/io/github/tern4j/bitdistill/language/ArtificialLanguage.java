package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.language.WordGroup.Side;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.SplittableRandom;

/**
 * A generated language: its corpus, its labelled pairs and its closed vocabulary. Texts are words separated by single spaces.
 *
 * <p>Each hypothesis occurs equally often with each label in each of train, dev and test, so a classifier that sees the
 * hypothesis alone gets exactly 1/3. No pair of dev or test occurs in train, in the other of the two, or as a premise with
 * that hypothesis in the corpus.
 *
 * @param documents the pre-training corpus, which teaches all word relations; from easy to hard, to be read in this order
 * @param train labelled pairs whose premises use no held-out word
 * @param dev labelled pairs whose premises use held-out words
 * @param test more of them
 * @param words every word that occurs, the label words of the task included, sorted
 */
public record ArtificialLanguage(List<String> documents, List<Pair> train, List<Pair> dev, List<Pair> test, List<String> words) {

  /**
   * Invents a language. The parts draw from separate streams of the seed: another number of documents or training pairs leaves
   * the words and the test pairs as they are.
   *
   * @throws IllegalArgumentException if the world is too small for so many distinct pairs
   */
  public static ArtificialLanguage generate(long seed, LanguageOptions options) {
    // SplittableRandom's sequence is the same on every platform; one split for each part, in this order.
    var root = new SplittableRandom(seed);
    var worldRandom = root.split();
    var testRandom = root.split();
    var devRandom = root.split();
    var trainRandom = root.split();
    var corpusRandom = root.split();
    var world = World.invent(worldRandom, options);
    var reserved = new HashSet<Pair>();
    var test = pairs(world, Side::heldOut, options.testPairs(), options.swappedShare(), reserved, testRandom);
    reserved.addAll(test);
    var dev = pairs(world, Side::heldOut, options.devPairs(), options.swappedShare(), reserved, devRandom);
    reserved.addAll(dev);
    var train = pairs(world, Side::labelled, options.trainPairs(), options.swappedShare(), reserved, trainRandom);
    var writer = new CorpusWriter(world, options, reserved, corpusRandom);
    var documents = new ArrayList<String>(options.documents());
    for (int i = 0; i < options.documents(); i++) {
      documents.add(writer.document(i / (double) options.documents()));
    }
    return new ArtificialLanguage(List.copyOf(documents), train, dev, test, world.words());
  }

  /** Triples that share a hypothesis, one pair for each label, the word classes in turn; shuffled at the end. */
  private static List<Pair> pairs(
      World world, Function<Side, List<String>> premiseWords, int count, double swappedShare, Set<Pair> reserved,
      SplittableRandom random) {
    var maker = new PairMaker(world, premiseWords, swappedShare, random);
    var pairs = new LinkedHashSet<Pair>();
    long attempts = 0;
    while (pairs.size() < count) {
      if (++attempts > 100L * count) {
        throw new IllegalArgumentException("artificial language: found only " + pairs.size() + " distinct pairs of " + count
            + "; expected more groups, things or names");
      }
      var claim = maker.claim(WordClass.ALL.get(pairs.size() / Relation.ALL.size() % WordClass.ALL.size()));
      var triple = new ArrayList<Pair>();
      for (var relation : Relation.ALL) {
        triple.add(new Pair(maker.premise(claim, relation).text(), claim.text(), relation.label()));
      }
      if (triple.stream().noneMatch(pair -> reserved.contains(pair) || pairs.contains(pair))) {
        pairs.addAll(triple);
      }
    }
    var shuffled = new ArrayList<>(pairs);
    Collections.shuffle(shuffled, Random.from(random));
    return List.copyOf(shuffled);
  }
}
