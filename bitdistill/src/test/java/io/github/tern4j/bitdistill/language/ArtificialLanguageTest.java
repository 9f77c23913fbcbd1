package io.github.tern4j.bitdistill.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.Label;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArtificialLanguageTest {
  private static final ArtificialLanguage LANGUAGE = ArtificialLanguage.generate(7, LanguageOptions.DEFAULT);
  private static final Map<String, List<Pair>> SPLITS =
      Map.of("train", LANGUAGE.train(), "dev", LANGUAGE.dev(), "test", LANGUAGE.test());

  @Test
  void sameSeedGivesTheSameLanguageAndAnotherSeedAnother() {
    assertThat(ArtificialLanguage.generate(7, LanguageOptions.DEFAULT)).isEqualTo(LANGUAGE);
    assertThat(ArtificialLanguage.generate(8, LanguageOptions.DEFAULT).test()).isNotEqualTo(LANGUAGE.test());
  }

  @Test
  void sizesAreThoseOfTheOptions() {
    var options = LanguageOptions.DEFAULT;
    assertThat(LANGUAGE.documents()).hasSize(options.documents());
    assertThat(LANGUAGE.train()).hasSize(options.trainPairs());
    assertThat(LANGUAGE.dev()).hasSize(options.devPairs());
    assertThat(LANGUAGE.test()).hasSize(options.testPairs()).hasSizeGreaterThanOrEqualTo(2_000);
  }

  @Test
  void anotherNumberOfDocumentsLeavesThePairsAsTheyAre() {
    var options = LanguageOptions.DEFAULT;
    var few = ArtificialLanguage.generate(7, new LanguageOptions(options.groupsPerClass(), options.labelledPerSide(),
        options.heldOutPerSide(), options.things(), options.names(), options.swappedShare(), 10, options.curriculum(),
        options.conclusionShare(), options.trainPairs(), options.devPairs(), options.testPairs()));
    assertThat(few.test()).isEqualTo(LANGUAGE.test());
    assertThat(few.train()).isEqualTo(LANGUAGE.train());
  }

  @Test
  void everyWordIsListed() {
    var template = ClassificationTask.ARTIFICIAL.template().text().replaceAll("\\{[a-z]+\\}", "");
    var answers = ClassificationTask.ARTIFICIAL.labels().stream().map(Label::verbalizer);
    var texts = Stream.of(LANGUAGE.documents().stream(), Stream.of(template), answers,
        SPLITS.values().stream().flatMap(List::stream).flatMap(pair -> Stream.of(pair.premise(), pair.hypothesis())))
        .flatMap(Function.identity());
    assertThat(texts.flatMap(ArtificialLanguageTest::words).collect(Collectors.toSet())).isEqualTo(Set.copyOf(LANGUAGE.words()));
  }

  @Test
  void whatTheLessonsOfTheCorpusTeachDecidesEveryPair() {
    var dictionary = Dictionary.of(LANGUAGE.documents());
    SPLITS.forEach((split, pairs) ->
        assertThat(pairs).as(split).allMatch(pair -> pair.label().equals(dictionary.label(pair))));
  }

  @Test
  void premisesOfDevAndTestUseNoSpecialWordOfALabelledTrainingPair() {
    var labelled = specialWords(LANGUAGE.train());
    assertThat(specialWords(LANGUAGE.dev())).doesNotContainAnyElementsOf(labelled);
    assertThat(specialWords(LANGUAGE.test())).doesNotContainAnyElementsOf(labelled);
    var heldOut = new HashSet<>(specialWords(LANGUAGE.test()));
    var trained = LANGUAGE.train().stream().flatMap(pair -> words(pair.premise() + " " + pair.hypothesis()));
    assertThat(trained.collect(Collectors.toSet())).doesNotContainAnyElementsOf(heldOut);
  }

  @Test
  void noPairOfTestOrDevOccursElsewhere() {
    var dev = new HashSet<>(LANGUAGE.dev());
    var test = new HashSet<>(LANGUAGE.test());
    assertThat(test).hasSameSizeAs(LANGUAGE.test());
    assertThat(dev).hasSameSizeAs(LANGUAGE.dev());
    assertThat(Collections.disjoint(test, dev)).isTrue();
    assertThat(LANGUAGE.train()).noneMatch(test::contains).noneMatch(dev::contains);
    Map<String, List<String>> hypotheses = Stream.concat(test.stream(), dev.stream())
        .collect(Collectors.groupingBy(Pair::premise, Collectors.mapping(Pair::hypothesis, Collectors.toList())));
    for (var document : LANGUAGE.documents()) {
      int end = document.indexOf(" .") + 2;
      var remarks = document.substring(end) + " ";
      assertThat(hypotheses.getOrDefault(document.substring(0, end), List.of()))
          .noneMatch(hypothesis -> remarks.contains(" " + hypothesis + " "));
    }
  }

  @Test
  void labelWordsNeverOccurInTheCorpus() {
    var answers = ClassificationTask.ARTIFICIAL.labels().stream().map(label -> label.verbalizer().strip()).toList();
    assertThat(LANGUAGE.documents().stream().flatMap(ArtificialLanguageTest::words).collect(Collectors.toSet()))
        .doesNotContainAnyElementsOf(answers);
  }

  @Test
  void pairsAreShort() {
    for (var pairs : SPLITS.values()) {
      assertThat(pairs).allMatch(pair -> words(pair.premise() + " ask " + pair.hypothesis()).count() <= 32);
    }
  }

  @Test
  void everyHypothesisOccursEquallyOftenWithEachLabel() {
    SPLITS.forEach((split, pairs) -> assertThat(pairs.stream().collect(Collectors.groupingBy(Pair::hypothesis)).values())
        .as(split)
        .allMatch(group -> {
          var counts = group.stream().collect(Collectors.groupingBy(Pair::label, Collectors.counting()));
          return counts.size() == 3 && Set.copyOf(counts.values()).size() == 1;
        }));
  }

  @Test
  void aWorldTooSmallForSoManyPairsIsRefused() {
    var options = LanguageOptions.DEFAULT;
    var small = new LanguageOptions(2, 1, 1, 2, 2, 0.5, 0, options.curriculum(), 0, 3, 3, 9_000);
    assertThatThrownBy(() -> ArtificialLanguage.generate(7, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected more groups, things or names");
  }

  @Test
  void optionsOutOfRangeAreRefusedByName() {
    var curriculum = LanguageOptions.DEFAULT.curriculum();
    assertThatThrownBy(() -> new LanguageOptions(1, 1, 1, 2, 2, 0.5, 0, curriculum, 0, 3, 3, 3))
        .hasMessageContaining("groupsPerClass is 1");
    assertThatThrownBy(() -> new LanguageOptions(2, 1, 1, 2, 2, 1.5, 0, curriculum, 0, 3, 3, 3))
        .hasMessageContaining("swappedShare is 1.5");
    assertThatThrownBy(() -> new LanguageOptions(2, 1, 1, 2, 2, 0.5, 0, List.of(), 0, 3, 3, 3))
        .hasMessageContaining("curriculum is []");
    assertThatThrownBy(() -> new LanguageOptions(2, 1, 1, 2, 2, 0.5, 0, curriculum, 0, 4, 3, 3))
        .hasMessageContaining("trainPairs is 4");
  }

  private static Set<String> specialWords(List<Pair> pairs) {
    return pairs.stream().flatMap(pair -> Dictionary.clauses(pair).stream()).map(Dictionary::word).collect(Collectors.toSet());
  }

  private static Stream<String> words(String text) {
    return Arrays.stream(text.strip().split(" "));
  }
}
