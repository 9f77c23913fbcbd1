package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartClockTest {

  private static final Clock NOW = Clock.fixed(Instant.ofEpochMilli(1_700_000_001_500L), ZoneOffset.UTC);

  @ParameterizedTest
  @ValueSource(strings = {"1700000000.250000", "1700000000,250000"})
  void timeRunsFromTheStartScript(String started) {
    // A double of this size has steps of 2.4e-7.
    assertThat(StartClock.seconds(started, NOW).orElseThrow()).isCloseTo(1.25, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1700000000", "soon", "1700000000.25", "99999999999999.000000"})
  void otherTextsAreNoTime(String started) {
    assertThat(StartClock.seconds(started, NOW)).isEmpty();
  }

  @Test
  void withoutTheStartScriptThereIsNone() {
    assertThat(StartClock.seconds()).isEmpty();
  }
}
