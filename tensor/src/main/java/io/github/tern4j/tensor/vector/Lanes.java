package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * Loading and storing vectors of floats, and loops over elements that several kernels need.
 *
 * <p>What is left of a row after its whole vectors is computed element by element, here and in all kernels: masked loads and
 * stores make the JIT's graph of a loop so much larger that it stops inlining half-way and puts vectors on the heap.
 */
final class Lanes {

  private Lanes() {}

  /** A vector from {@code x[at]} on. */
  static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(FLOATS, x, at);
  }

  /** Stores a vector, or adds it to what is there. */
  static void store(FloatVector value, float[] out, int at, boolean add) {
    if (add) {
      FloatVector.fromArray(FLOATS, out, at).add(value).intoArray(out, at);
    } else {
      value.intoArray(out, at);
    }
  }

  /** Stores one element, or adds it to what is there. */
  static void store(float value, float[] out, int at, boolean add) {
    out[at] = add ? out[at] + value : value;
  }

  /** {@code out_i += x_i}. */
  static void add(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector.fromArray(FLOATS, out, outAt + i).add(FloatVector.fromArray(FLOATS, x, at + i)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] += x[at + i];
    }
  }

  /** {@code out_i (+)= x_i factor}; {@code out} may be {@code x}. */
  static void scale(float[] x, int at, float factor, int n, float[] out, int outAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      store(load(x, at + i).mul(factor), out, outAt + i, add);
    }
    for (; i < n; i++) {
      store(x[at + i] * factor, out, outAt + i, add);
    }
  }

  /** {@code out_i = fma(x_i, factor, out_i)}. */
  static void addScaled(float[] x, int at, float factor, int n, float[] out, int outAt) {
    FloatVector factors = FloatVector.broadcast(FLOATS, factor);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(x, at + i).fma(factors, load(out, outAt + i)).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = Math.fma(x[at + i], factor, out[outAt + i]);
    }
  }

  /** Copies a row, or adds it. */
  static void put(float[] x, int at, int n, float[] out, int outAt, boolean add) {
    if (add) {
      add(x, at, n, out, outAt);
    } else {
      System.arraycopy(x, at, out, outAt, n);
    }
  }
}
