package io.github.tern4j.bitdistill.benchmark;

import java.util.function.LongSupplier;

/** The moment at which a measurement of limited length should have ended, and the clock that it measures with. */
public final class Deadline {

  private static final double NANOS = 1e9;

  private final LongSupplier nanos;
  private final long end;

  /**
   * A deadline {@code seconds} from now.
   *
   * @param nanos the clock, {@code System::nanoTime}
   */
  public Deadline(LongSupplier nanos, double seconds) {
    this.nanos = nanos;
    this.end = nanos.getAsLong() + (long) (seconds * NANOS);
  }

  /** Seconds that are left; negative behind the deadline. */
  double left() {
    return (end - nanos.getAsLong()) / NANOS;
  }

  /** Seconds that {@code work} takes. */
  double time(Runnable work) {
    long start = nanos.getAsLong();
    work.run();
    return (nanos.getAsLong() - start) / NANOS;
  }
}
