package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reads memory once, beyond the caches when it is much larger than the caches. What is read in order by each thread is a piece of
 * some MiB at a time.
 */
final class ReadWorkload implements Workload, AutoCloseable {

  private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;

  /** Vectors of a turn of the loop. */
  private static final int UNROLLED = 4;

  /** A piece: 4 MiB, a multiple of what a turn of the loop reads. */
  private static final long PIECE_BYTES = 1 << 22;

  private final Workers workers;
  private final MemorySegment values;
  private final int[] results;

  /**
   * A reader on threads of its own.
   *
   * @param values what is read, whole pieces of 4 MiB
   */
  ReadWorkload(int threads, MemorySegment values) {
    this.workers = new Workers(threads);
    this.values = values;
    this.results = new int[(int) (values.byteSize() / PIECE_BYTES)];
  }

  /** What {@link #ReadWorkload} reads: at least this many bytes of the memory in which weights lie, every page written once. */
  static MemorySegment values(long bytes) {
    MemorySegment values = WeightMemory.allocate(Math.ceilDiv(bytes, PIECE_BYTES) * PIECE_BYTES);
    for (long i = 0; i < values.byteSize() / Integer.BYTES; i++) {
      values.setAtIndex(ValueLayout.JAVA_INT, i, (int) i);
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
    return values.byteSize();
  }

  @Override
  public void run() {
    workers.run(results.length, piece -> results[piece] = read(values, piece * PIECE_BYTES));
  }

  /** The exclusive or of all values, for tests; it also shows the JIT that what is read is used. */
  int result() {
    int result = 0;
    for (int part : results) {
      result ^= part;
    }
    return result;
  }

  private static int read(MemorySegment values, long from) {
    int bytes = SPECIES.vectorByteSize();
    IntVector r0 = IntVector.zero(SPECIES);
    IntVector r1 = r0;
    IntVector r2 = r0;
    IntVector r3 = r0;
    for (long i = from; i < from + PIECE_BYTES; i += UNROLLED * bytes) {
      r0 = r0.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(SPECIES, values, i, ByteOrder.LITTLE_ENDIAN));
      r1 = r1.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(SPECIES, values, i + bytes, ByteOrder.LITTLE_ENDIAN));
      r2 = r2.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(SPECIES, values, i + 2 * bytes, ByteOrder.LITTLE_ENDIAN));
      r3 = r3.lanewise(VectorOperators.XOR, IntVector.fromMemorySegment(SPECIES, values, i + 3 * bytes, ByteOrder.LITTLE_ENDIAN));
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
