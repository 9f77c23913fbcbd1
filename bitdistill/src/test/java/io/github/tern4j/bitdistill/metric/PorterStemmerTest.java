package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PorterStemmerTest {

  /** The examples of Porter's paper, each after all steps. */
  @ParameterizedTest
  @CsvSource({
    "caresses, caress", "ponies, poni", "caress, caress", "cats, cat", "feed, feed", "agreed, agre", "plastered, plaster",
    "bled, bled", "motoring, motor", "sing, sing", "conflated, conflat", "troubled, troubl", "sized, size", "hopping, hop",
    "tanned, tan", "falling, fall", "hissing, hiss", "fizzed, fizz", "failing, fail", "filing, file", "happy, happi",
    "relational, relat", "conditional, condit", "rational, ration", "valenci, valenc", "hesitanci, hesit", "digitizer, digit",
    "conformabli, conform", "radicalli, radic", "differentli, differ", "vileli, vile", "analogousli, analog",
    "vietnamization, vietnam", "predication, predic", "operator, oper", "feudalism, feudal", "decisiveness, decis",
    "hopefulness, hope", "callousness, callous", "formaliti, formal", "sensitiviti, sensit", "sensibiliti, sensibl",
    "triplicate, triplic", "formative, form", "formalize, formal", "electriciti, electr", "electrical, electr", "goodness, good",
    "revival, reviv", "allowance, allow", "inference, infer", "airliner, airlin", "gyroscopic, gyroscop", "adjustable, adjust",
    "defensible, defens", "irritant, irrit", "replacement, replac", "adjustment, adjust", "dependent, depend",
    "adoption, adopt", "communism, commun", "activate, activ", "effective, effect", "bowdlerize, bowdler", "probate, probat",
    "rate, rate", "cease, ceas", "controll, control", "roll, roll", "generalizations, gener", "oscillators, oscil"
  })
  void stemsAreThoseOfThePaper(String word, String stem) {
    assertThat(PorterStemmer.stem(word)).isEqualTo(stem);
  }

  @ParameterizedTest
  @CsvSource({
    "dying, die", "skies, sky", "dies, die", "died, die", "flies, fli", "enjoy, enjoy", "enjoyment, enjoy", "spy, spi", "by, by",
    "using, use", "geology, geolog", "hopefully, hope", "rationally, ration", "succeed, succeed", "innings, inning"
  })
  void deviationsAreThoseOfNltk(String word, String stem) {
    assertThat(PorterStemmer.stem(word)).isEqualTo(stem);
  }

  @Test
  void aLongRunOfYHasAStem() {
    // y after y is a vowel, after that a consonant again: the yy of yyy is a double consonant and becomes one
    assertThat(PorterStemmer.stem("yyying")).isEqualTo("yy");
    assertThat(PorterStemmer.stem("y".repeat(2_000))).hasSize(2_000);
  }
}
