package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.bitdistill.progress.Progress;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {

  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private long now;

  private Progress progress(boolean terminal) {
    return new ConsoleProgress(console(terminal), () -> now);
  }

  private Console console(boolean terminal) {
    return new Console(OutputStream.nullOutputStream(), new PrintStream(shown, true, StandardCharsets.UTF_8), terminal);
  }

  private String shown() {
    return shown.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLogGetsALineEveryTenSecondsAndOneAtTheEnd() {
    try (Progress.Stage stage = progress(false).start("stage 2", "steps", 0, 100)) {
      for (int step = 1; step <= 25; step++) {
        now = step * SECOND;
        stage.at(step, "loss 2.5");
      }
    }
    assertThat(shown().lines()).containsExactly(
        "stage 2: 10/100 steps (10%) 1.00 steps/s, 1m30s left, loss 2.5",
        "stage 2: 20/100 steps (20%) 1.00 steps/s, 1m20s left, loss 2.5",
        "stage 2: 25/100 steps (25%) in 25s, 1.00 steps/s, loss 2.5");
  }

  @Test
  void timeLeftFollowsTheRecentSpeed() {
    try (Progress.Stage stage = progress(false).start("s", "steps", 0, 1000)) {
      long position = 0;
      for (int second = 1; second <= 60; second++) {
        now = second * SECOND;
        position += second <= 20 ? 1 : 10;
        stage.at(position, "");
      }
    }
    assertThat(shown().lines().skip(5).findFirst()).hasValue("s: 420/1000 steps (42%) 10.0 steps/s, 58s left");
  }

  @Test
  void aResumedStageDoesNotCountWhatWasDoneBefore() {
    try (Progress.Stage stage = progress(false).start("s", "steps", 500, 520)) {
      now = 10 * SECOND;
      stage.at(510, "");
    }
    assertThat(shown().lines()).first().isEqualTo("s: 510/520 steps (98%) 1.00 steps/s, 10s left");
  }

  @Test
  void aTerminalGetsOneLineRewrittenInPlace() {
    try (Progress.Stage stage = progress(true).start("s", "steps", 0, 4)) {
      now = SECOND / 2;
      stage.at(1, "");
      now = SECOND / 2 + 1;
      stage.at(2, "");
      now = SECOND;
      stage.at(4, "x".repeat(200));
    }
    assertThat(shown().split("\r")).hasSize(4)
        .allSatisfy(line -> assertThat(line.replace("\u001b[K", "").strip().length()).isLessThanOrEqualTo(79));
    assertThat(shown()).endsWith(System.lineSeparator());
  }

  @Test
  void aMessageTakesThePlaceOfTheStatusLine() {
    Console console = console(true);
    console.status("half way");
    console.say("saved");
    assertThat(shown()).isEqualTo("\rhalf way\u001b[K\r\u001b[Ksaved" + System.lineSeparator());
  }

  @Test
  void durationsReadLikeAClock() {
    assertThat(ConsoleProgress.duration(59.4)).isEqualTo("59s");
    assertThat(ConsoleProgress.duration(59.6)).isEqualTo("1m00s");
    assertThat(ConsoleProgress.duration(3599)).isEqualTo("59m59s");
    assertThat(ConsoleProgress.duration(7_620)).isEqualTo("2h07m");
  }
}
