package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitPatternTest {

  @Test
  void qwensPatternSplitsWordsDigitsAndWhiteSpace() {
    assertThat(split(SplitPattern.QWEN, "They'LL pay 12 $!\r\n\n  now")).containsExactly(
        "They", "'LL", " pay", " ", "1", "2", " $!\r\n\n", " ", " now");
  }

  @Test
  void textBetweenMatchesIsAWordToo() {
    assertThat(split("\\d+", "a12b")).containsExactly("a", "12", "b");
  }

  @Test
  void emptyMatchesAreNoWords() {
    assertThat(split("\\s*", "a b")).containsExactly("a", " ", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {SplitPattern.QWEN, SplitPattern.GPT2,
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t)?|\\p{N}{1,3}",
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*", "[$.^()]+"})
  void patternsInUseAreAccepted(String regex) {
    assertThat(new SplitPattern(regex).regex()).isEqualTo(regex);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\w+", "\\h", "\\x41", "\\bthe", "^a", "a$", "a.b", "[[:alpha:]]+", "[a&&b]", "\\p{Han}+", "\\pL",
      "(?m)a", "(?<name>a)", "\\p{N}{1,3}+", "a\\"})
  void whatJavaReadsDifferentlyIsRefused(String regex) {
    assertThatThrownBy(() -> new SplitPattern(regex))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("split pattern: construct at index ");
  }

  @Test
  void aBrokenPatternIsRefused() {
    assertThatThrownBy(() -> new SplitPattern("(a"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("split pattern is not understood: ");
  }

  private static List<String> split(String regex, String text) {
    var words = new ArrayList<String>();
    new SplitPattern(regex).split(text, words::add);
    return words;
  }
}
