package io.github.tern4j.bitdistill.benchmark;

import java.util.ArrayList;
import java.util.List;

/** A workload and its speeds, round after round. A sample is as many calls as fill its time. */
final class Timed {

  /** Length of a sample in seconds: long beside the clock and the waking of threads. */
  private static final double SAMPLE_SECONDS = 0.08;

  /** Seconds of warming up: a small kernel has run some thousand times by then. */
  private static final double WARM_UP_SECONDS = 0.3;

  private final Workload workload;
  private final Deadline clock;
  private final List<Double> speeds = new ArrayList<>();
  private int calls = 1;

  Timed(Workload workload, Deadline clock) {
    this.workload = workload;
    this.clock = clock;
  }

  /** Runs the workload for the JIT and finds how many calls make a sample. */
  void warmUp() {
    double spent = 0;
    double fastest = Double.POSITIVE_INFINITY;
    while (spent < WARM_UP_SECONDS) {
      double seconds = clock.time(workload::run);
      spent += seconds;
      fastest = Math.min(fastest, seconds);
    }
    calls = Math.clamp(Math.round(SAMPLE_SECONDS / fastest), 1, Integer.MAX_VALUE);
  }

  /** Takes a sample. */
  void sample() {
    double seconds = clock.time(() -> {
      for (int call = 0; call < calls; call++) {
        workload.run();
      }
    });
    speeds.add(workload.work() * calls / seconds);
  }

  Workload workload() {
    return workload;
  }

  /** The speed of the last sample, in the workload's unit a second. */
  double last() {
    return speeds.getLast();
  }

  /** The speeds of all samples. */
  Spread spread() {
    return Spread.of(speeds);
  }
}
