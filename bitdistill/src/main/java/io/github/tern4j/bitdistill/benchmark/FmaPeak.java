package io.github.tern4j.bitdistill.benchmark;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The peak of fused multiply-adds of one core in F32: the best of many short bursts of a loop that touches registers alone. A
 * product of matrices can come close to it and cannot pass it.
 */
final class FmaPeak {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Independent sums: latency times FMA units is 8 to 10 on today's CPUs; with the two factors they still fit 16 registers. */
  private static final int SUMS = 12;

  /** Turns of the loop in a burst, some hundred microseconds: short beside interruptions, long beside the clock. */
  private static final int TURNS = 100_000;

  private static final int BURSTS = 100;

  /** Below one, so that sums stay bounded, and far from zero, so that none is subnormal. */
  private static final float FACTOR = 0.999f;

  private final Deadline clock;

  /** What the bursts return is kept, so that the JIT has to compute it. */
  private float used;

  FmaPeak(Deadline clock) {
    this.clock = clock;
  }

  /** Floating-point operations a second in the best of some bursts; a multiply-add counts two. */
  double best() {
    double seconds = Double.POSITIVE_INFINITY;
    for (int burst = 0; burst < BURSTS; burst++) {
      seconds = Math.min(seconds, clock.time(() -> used += burst(TURNS)));
    }
    return 2.0 * SUMS * SPECIES.length() * TURNS / seconds;
  }

  private static float burst(int turns) {
    FloatVector factor = FloatVector.broadcast(SPECIES, FACTOR);
    FloatVector one = FloatVector.broadcast(SPECIES, 1);
    // Unequal starts: equal sums could be computed once for all.
    FloatVector s0 = one;
    FloatVector s1 = s0.add(one);
    FloatVector s2 = s1.add(one);
    FloatVector s3 = s2.add(one);
    FloatVector s4 = s3.add(one);
    FloatVector s5 = s4.add(one);
    FloatVector s6 = s5.add(one);
    FloatVector s7 = s6.add(one);
    FloatVector s8 = s7.add(one);
    FloatVector s9 = s8.add(one);
    FloatVector s10 = s9.add(one);
    FloatVector s11 = s10.add(one);
    for (int turn = 0; turn < turns; turn++) {
      s0 = s0.fma(factor, one);
      s1 = s1.fma(factor, one);
      s2 = s2.fma(factor, one);
      s3 = s3.fma(factor, one);
      s4 = s4.fma(factor, one);
      s5 = s5.fma(factor, one);
      s6 = s6.fma(factor, one);
      s7 = s7.fma(factor, one);
      s8 = s8.fma(factor, one);
      s9 = s9.fma(factor, one);
      s10 = s10.fma(factor, one);
      s11 = s11.fma(factor, one);
    }
    return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).add(s10).add(s11).lane(0);
  }
}
