package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.tensor.Workers;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reads an array once, from memory when it is much larger than the caches. What is read in order by each thread is a piece of
 * some MiB at a time.
 */
final class ReadWorkload implements Workload, AutoCloseable {

  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;

  /** Vectors of a turn of the loop. */
  private static final int UNROLLED = 4;

  /** Integers of a piece: 4 MiB, and a multiple of what a turn of the loop reads. */
  private static final int PIECE = 1 << 20;

  private final Workers workers;
  private final int[] values;
  private final int[] results;

  /**
   * A reader on threads of its own.
   *
   * @param values what is read, whole pieces of 4 MiB
   */
  ReadWorkload(int threads, int[] values) {
    this.workers = new Workers(threads);
    this.values = values;
    this.results = new int[values.length / PIECE];
  }

  /** An array for {@link #ReadWorkload} of at least this many bytes, every page of it written once. */
  static int[] values(long bytes) {
    int[] values = new int[Math.toIntExact(Math.ceilDiv(bytes, (long) PIECE * Integer.BYTES) * PIECE)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return values;
  }

  @Override
  public KernelSpeed.Kind kernel() {
    return KernelSpeed.Kind.READ;
  }

  @Override
  public String shape() {
    return Long.toString((long) work());
  }

  @Override
  public int threads() {
    return workers.threads();
  }

  @Override
  public double work() {
    return (double) Integer.BYTES * values.length;
  }

  @Override
  public void run() {
    workers.run(results.length, piece -> results[piece] = read(values, piece * PIECE));
  }

  /** The exclusive or of all values, for tests; it also shows the JIT that what is read is used. */
  int result() {
    int result = 0;
    for (int part : results) {
      result ^= part;
    }
    return result;
  }

  private static int read(int[] values, int from) {
    int lanes = SPECIES.length();
    IntVector r0 = IntVector.zero(SPECIES);
    IntVector r1 = r0;
    IntVector r2 = r0;
    IntVector r3 = r0;
    for (int i = from; i < from + PIECE; i += UNROLLED * lanes) {
      r0 = r0.lanewise(VectorOperators.XOR, IntVector.fromArray(SPECIES, values, i));
      r1 = r1.lanewise(VectorOperators.XOR, IntVector.fromArray(SPECIES, values, i + lanes));
      r2 = r2.lanewise(VectorOperators.XOR, IntVector.fromArray(SPECIES, values, i + 2 * lanes));
      r3 = r3.lanewise(VectorOperators.XOR, IntVector.fromArray(SPECIES, values, i + 3 * lanes));
    }
    int result = 0;
    for (int value : r0.lanewise(VectorOperators.XOR, r1)
        .lanewise(VectorOperators.XOR, r2)
        .lanewise(VectorOperators.XOR, r3).toArray()) {
      result ^= value;
    }
    return result;
  }

  @Override
  public void close() {
    workers.close();
  }
}
