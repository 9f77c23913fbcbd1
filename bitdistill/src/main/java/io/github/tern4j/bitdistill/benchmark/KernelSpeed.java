package io.github.tern4j.bitdistill.benchmark;

import java.util.Optional;

/**
 * Speed of a kernel.
 *
 * @param kernel which one
 * @param shape its sizes
 * @param threads CPU threads
 * @param perSecond what it does in a second, median over the rounds: floating-point operations, bytes or weights
 * @param peer the other program at the same product, if there was one
 */
public record KernelSpeed(Kind kernel, String shape, int threads, double perSecond, Optional<OfPeer> peer) {

  /** What can be measured. */
  public enum Kind {
    /** A product of matrices in F32; the shape is {@code m x k x n}. */
    SGEMM,
    /** Packed ternary weights times a vector; the shape is {@code out x in}. */
    TERNARY_MATVEC,
    /** The same with weights that come from memory, by the bytes that they are stored in. */
    TERNARY_STREAM,
    /** Reading memory; the shape is the number of bytes. */
    READ
  }

  /**
   * Speed of the other program.
   *
   * @param name what it calls itself
   * @param perSecond median over the rounds
   * @param ratio over the rounds, our speed divided by its
   */
  public record OfPeer(String name, double perSecond, Spread ratio) {}
}
