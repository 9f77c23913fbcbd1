package io.github.tern4j.bitdistill.language;

import io.github.tern4j.bitdistill.language.Scene.Stated;
import io.github.tern4j.bitdistill.language.WordGroup.Place;
import io.github.tern4j.bitdistill.language.WordGroup.Side;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Draws premises and hypotheses.
 *
 * <p>Why no sentence alone betrays the label: a hypothesis is drawn before its label, and the two words of a premise come from
 * opposite sides of one group with probability {@code swappedShare} and from different groups otherwise, under each label
 * alike. Nor do the two sentences as a bag of words: in the first case exchanging the roles exchanges entailment and
 * contradiction, in the second it exchanges neutral with one of them. Knowing all relations of words but not who is who gives
 * 2/3 of the labels, guessing 1/3.
 */
final class PairMaker {
  private final World world;
  private final Function<Side, List<String>> premiseWords;
  private final double swappedShare;
  private final RandomGenerator random;

  PairMaker(World world, Function<Side, List<String>> premiseWords, double swappedShare, RandomGenerator random) {
    this.world = world;
    this.premiseWords = premiseWords;
    this.swappedShare = swappedShare;
    this.random = random;
  }

  Relation relation() {
    return pick(Relation.ALL);
  }

  Claim claim(WordClass wordClass) {
    return new Claim(frame(wordClass), place(pick(world.groups(wordClass))));
  }

  /** A premise to which the claim stands in {@code relation}; the claim is about its first or its second clause. */
  Scene premise(Claim claim, Relation relation) {
    boolean swapped = random.nextDouble() < swappedShare;
    var place = switch (relation) {
      case ENTAILMENT -> claim.place();
      case CONTRADICTION -> claim.place().opposite();
      case NEUTRAL -> unrelated(claim.place().group());
    };
    Place other;
    if (swapped) {
      other = place.opposite();
    } else if (relation == Relation.NEUTRAL) {
      other = place(claim.place().group());
    } else {
      other = unrelated(claim.place().group());
    }
    var scene = new Scene(stated(claim.frame(), place), stated(otherFrame(claim.frame()), other));
    return random.nextBoolean() ? scene : scene.reversed();
  }

  /** Any premise, by the same distribution. */
  Scene premise() {
    return premise(claim(pick(WordClass.ALL)), relation());
  }

  /** A claim about the first clause of the scene. */
  Claim claimAboutFirst(Scene scene, Relation relation) {
    var place = scene.first().place();
    var otherGroup = scene.second().place().group();
    return new Claim(scene.first().frame(), switch (relation) {
      case ENTAILMENT -> place;
      case CONTRADICTION -> place.opposite();
      // The other clause's group is the tempting one.
      case NEUTRAL -> otherGroup.equals(place.group()) ? unrelated(place.group()) : place(otherGroup);
    });
  }

  private Stated stated(Frame frame, Place place) {
    return new Stated(frame, place, pick(premiseWords.apply(place.side())));
  }

  private Place unrelated(WordGroup to) {
    return place(other(world.groups(to.wordClass()), to));
  }

  private Place place(WordGroup group) {
    return new Place(group, random.nextBoolean());
  }

  private Frame frame(WordClass wordClass) {
    return switch (wordClass) {
      case ADJECTIVE -> new Frame(wordClass, pick(world.things()), "");
      case KIND -> new Frame(wordClass, pick(world.names()), "");
      case VERB -> {
        var subject = pick(world.names());
        yield new Frame(wordClass, subject, other(world.names(), subject));
      }
    };
  }

  /** Somebody else, or for a verb the same two with exchanged roles. */
  private Frame otherFrame(Frame frame) {
    return switch (frame.wordClass()) {
      case ADJECTIVE -> new Frame(frame.wordClass(), other(world.things(), frame.subject()), "");
      case KIND -> new Frame(frame.wordClass(), other(world.names(), frame.subject()), "");
      case VERB -> new Frame(frame.wordClass(), frame.object(), frame.subject());
    };
  }

  private <T> T other(List<T> choices, T not) {
    return pick(choices.stream().filter(choice -> !choice.equals(not)).toList());
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
