package io.github.tern4j.tensor;

import java.nio.charset.StandardCharsets;

/**
 * A counter-based random number generator: value {@code i} of a stream is a function of the stream's key and {@code i} alone, so
 * parallel fills are reproducible and adding one consumer changes no other one's values. Streams are derived by path, for
 * example {@code Rng.of(seed).at("model.layers.3.mlp.up_proj.weight")}.
 *
 * <p>The mixing function is the finalizer of SplitMix64 (Steele, Lea and Flood 2014), applied twice to key and counter.
 */
public final class Rng {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private final long key;

  private Rng(long key) {
    this.key = key;
  }

  /** The root stream of a seed. */
  public static Rng of(long seed) {
    return new Rng(mix(seed + GOLDEN_GAMMA));
  }

  /** The stream of {@code path} below this one. */
  public Rng at(String path) {
    long hash = key;
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      hash = mix(hash + GOLDEN_GAMMA + b);
    }
    return new Rng(mix(hash ^ GOLDEN_GAMMA));
  }

  /** The stream of {@code index} below this one, for example an epoch or a step. */
  public Rng at(long index) {
    return new Rng(mix(mix(key ^ GOLDEN_GAMMA) + index * GOLDEN_GAMMA));
  }

  /** 64 random bits at position {@code index}. */
  public long bits(long index) {
    return mix(mix(key + index * GOLDEN_GAMMA) + GOLDEN_GAMMA);
  }

  /** A uniform value in [0, 1) at position {@code index}. */
  public double uniform(long index) {
    return (bits(index) >>> 11) * UNIT;
  }

  /** A standard normal value at position {@code index} (Box and Muller 1958, on two uniforms of that position). */
  public double normal(long index) {
    long bits = bits(index);
    double radius = 1 - (bits >>> 11) * UNIT;
    double angle = (mix(bits + GOLDEN_GAMMA) >>> 11) * UNIT;
    return StrictMath.sqrt(-2 * StrictMath.log(radius)) * StrictMath.cos(2 * Math.PI * angle);
  }

  /** A uniform integer in [0, bound) at position {@code index}; the bias is below bound / 2^63. */
  public int below(long index, int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("below: bound " + bound + "; expected at least 1");
    }
    return (int) Math.unsignedMultiplyHigh(bits(index), bound);
  }

  /** A random order of 0 .. n-1 (Fisher and Yates). */
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = below(i, i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
