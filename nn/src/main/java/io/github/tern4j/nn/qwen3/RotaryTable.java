package io.github.tern4j.nn.qwen3;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;

/**
 * Cosines and sines of rotary positions: angle of pair i at position p is {@code p theta^(-2 i / headDim)}, computed in double
 * and rounded once, so that far positions are as exact as near ones.
 */
public final class RotaryTable {

  private final Backend backend;
  private final double theta;
  private final int headDim;
  private Tensor cos;
  private Tensor sin;

  /** A table that grows with the positions asked for. */
  public RotaryTable(Backend backend, double theta, int headDim) {
    this.backend = backend;
    this.theta = theta;
    this.headDim = headDim;
    grow(0);
  }

  private void grow(int positions) {
    int half = headDim / 2;
    Tensor cosines = Tensor.zeros(positions, half);
    Tensor sines = Tensor.zeros(positions, half);
    for (int i = 0; i < half; i++) {
      double frequency = Math.pow(theta, -2.0 * i / headDim);
      for (int position = 0; position < positions; position++) {
        cosines.array()[position * half + i] = (float) Math.cos(position * frequency);
        sines.array()[position * half + i] = (float) Math.sin(position * frequency);
      }
    }
    cos = backend.upload(cosines);
    sin = backend.upload(sines);
  }

  /** Cosines of positions {@code from .. from + tokens - 1}, {@code [tokens, headDim / 2]}. */
  public Tensor cos(int from, int tokens) {
    ensure(from + tokens);
    return cos.slice(0, from, from + tokens);
  }

  /** Sines of positions {@code from .. from + tokens - 1}. */
  public Tensor sin(int from, int tokens) {
    ensure(from + tokens);
    return sin.slice(0, from, from + tokens);
  }

  /** The cosines of all positions up to at least {@code positions}, without making a view, {@code [positions, headDim / 2]}. */
  public Tensor cosines(int positions) {
    ensure(positions);
    return cos;
  }

  /** The sines of all positions up to at least {@code positions}. */
  public Tensor sines(int positions) {
    ensure(positions);
    return sin;
  }

  private void ensure(int positions) {
    if (positions > cos.dim(0)) {
      grow(Math.max(positions, 2 * cos.dim(0)));
    }
  }
}
