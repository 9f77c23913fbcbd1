package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTest {

  @TempDir private Path directory;

  @Test
  void theAnswerIsTheLastLineThatIsNotBlank() throws IOException {
    Peer peer = ScriptPeer.of(directory, "echo loading; echo warning >&2; echo \"{\\\"arguments\\\": \\\"$*\\\"}\"; echo");
    assertThat(peer.run(List.of("--threads", "2", "--json")).text("arguments")).isEqualTo("--threads 2 --json");
  }

  @Test
  @Timeout(60)
  void muchOutputOnBothStreamsDoesNotBlock() throws IOException {
    Peer peer = ScriptPeer.of(directory, "seq 200000; seq 200000 >&2; echo '{\"a\": \"b\"}'");
    assertThat(peer.run(List.of()).text("a")).isEqualTo("b");
  }

  @Test
  @Timeout(60)
  void standardInputIsEmpty() throws IOException {
    assertThat(ScriptPeer.of(directory, "cat; echo '{\"a\": \"b\"}'").run(List.of()).text("a")).isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      echo no torch here >&2; exit 3 | ended with exit code 3 and 'no torch here'; expected a JSON object
      exit 4                         | ended with exit code 4; expected a JSON object
      true                           | printed nothing; expected a JSON object
      echo rubbish                   | last line of its output: not valid JSON
      echo 17                        | last line of its output: not a JSON object
      """)
  void whatGoesWrongIsSaid(String script, String message) throws IOException {
    Peer peer = ScriptPeer.of(directory, script);
    assertThatThrownBy(() -> peer.run(List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("--peer 'sh ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aProgramThatIsNotThereIsBadInput() {
    Peer peer = new Peer("/no/such/program --x");
    assertThatThrownBy(() -> peer.run(List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("--peer '/no/such/program --x': cannot be started: ")
        .hasMessageEndingWith("; expected a program and its arguments");
  }
}
