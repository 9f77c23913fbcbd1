package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Loading and storing vectors of floats, and loops over elements that several kernels need. */
final class Lanes {

  private Lanes() {}

  /** A vector from {@code x[at]} on. */
  static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(FLOATS, x, at);
  }

  /** The same where the mask is set, 0 elsewhere. */
  static FloatVector load(float[] x, int at, VectorMask<Float> mask) {
    return FloatVector.fromArray(FLOATS, x, at, mask);
  }

  /** The lanes of the last vector of a row when {@code rest} elements are left. */
  static VectorMask<Float> first(int rest) {
    return FLOATS.indexInRange(0, rest);
  }

  /** Stores a vector, or adds it to what is there. */
  static void store(FloatVector value, float[] out, int at, boolean add) {
    if (add) {
      FloatVector.fromArray(FLOATS, out, at).add(value).intoArray(out, at);
    } else {
      value.intoArray(out, at);
    }
  }

  /** The same where the mask is set. */
  static void store(FloatVector value, float[] out, int at, VectorMask<Float> mask, boolean add) {
    if (add) {
      FloatVector.fromArray(FLOATS, out, at, mask).add(value).intoArray(out, at, mask);
    } else {
      value.intoArray(out, at, mask);
    }
  }

  /** {@code out_i += x_i}. */
  static void add(float[] x, int at, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(out, outAt + i).add(load(x, at + i)).intoArray(out, outAt + i);
    }
    if (i < n) {
      VectorMask<Float> rest = first(n - i);
      load(out, outAt + i, rest).add(load(x, at + i, rest)).intoArray(out, outAt + i, rest);
    }
  }

  /** {@code out_i (+)= x_i factor}; {@code out} may be {@code x}. */
  static void scale(float[] x, int at, float factor, int n, float[] out, int outAt, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      store(load(x, at + i).mul(factor), out, outAt + i, add);
    }
    if (i < n) {
      VectorMask<Float> rest = first(n - i);
      store(load(x, at + i, rest).mul(factor), out, outAt + i, rest, add);
    }
  }

  /** {@code out_i = fma(x_i, factor, out_i)}. */
  static void addScaled(float[] x, int at, float factor, int n, float[] out, int outAt) {
    FloatVector factors = FloatVector.broadcast(FLOATS, factor);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      load(x, at + i).fma(factors, load(out, outAt + i)).intoArray(out, outAt + i);
    }
    if (i < n) {
      VectorMask<Float> rest = first(n - i);
      load(x, at + i, rest).fma(factors, load(out, outAt + i, rest)).intoArray(out, outAt + i, rest);
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
