package io.github.tern4j.bitdistill.cli;

import java.time.Clock;
import java.util.OptionalDouble;

/**
 * How long ago the start script began. Java knows its own start only as a count of clock ticks since a boot time in whole seconds.
 */
final class StartClock {

  private static final double MICROS = 1e6;
  private static final double MILLIS_PER_SECOND = 1e3;

  private StartClock() {}

  /** Seconds since the start script began; empty without the script, or with a shell that has no such clock. */
  static OptionalDouble seconds() {
    return seconds(System.getProperty("tern4j.started", ""), Clock.systemUTC());
  }

  /**
   * Seconds since a time.
   *
   * @param started seconds since 1970 with six decimals, behind the decimal separator of any locale
   */
  static OptionalDouble seconds(String started, Clock clock) {
    return started.matches("\\d{1,12}\\D\\d{6}")
        ? OptionalDouble.of(clock.millis() / MILLIS_PER_SECOND - Long.parseLong(started.replaceAll("\\D", "")) / MICROS)
        : OptionalDouble.empty();
  }
}
