package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {

  @Test
  void whiteSpaceSeparatesWordsOutsideQuotes() {
    assertThat(CommandWords.split("--peer", "  python  a.py\t--x 1 ")).containsExactly("python", "a.py", "--x", "1");
    assertThat(CommandWords.split("--peer", "'my python' \"a b\".py --name='it \"is\"' ''"))
        .containsExactly("my python", "a b.py", "--name=it \"is\"", "");
    assertThat(CommandWords.split("--peer", "C:\\python\\python.exe")).containsExactly("C:\\python\\python.exe");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "python 'a.py", "python \"a.py"})
  void whatIsNoCommandLineIsRefused(String line) {
    assertThatThrownBy(() -> CommandWords.split("--peer", line))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("--peer '" + line + "': ")
        .hasMessageEndingWith("; expected a command line");
  }
}
