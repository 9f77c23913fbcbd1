package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;

/**
 * The gradient of a variable, allocated when the first contribution arrives; the first one overwrites, later ones add. That of a
 * parameter has memory of its own, which is never given back: a buffer of the pool may be up to twice as large (28 layers of
 * Qwen3-0.6B: 220 MiB in all).
 */
final class GradientBuffer {

  private final Backend backend;
  private final Shape shape;
  private final boolean pooled;
  private Tensor tensor;
  private boolean filled;

  private GradientBuffer(Backend backend, Shape shape, boolean pooled) {
    this.backend = backend;
    this.shape = shape;
    this.pooled = pooled;
  }

  /** The gradient of a parameter, whose memory is kept. */
  static GradientBuffer lasting(Backend backend, Shape shape) {
    return new GradientBuffer(backend, shape, false);
  }

  /** The gradient of what lives on a tape, in memory from the pool. */
  static GradientBuffer pooled(Backend backend, Shape shape) {
    return new GradientBuffer(backend, shape, true);
  }

  /** Whether a contribution has arrived. */
  boolean filled() {
    return filled;
  }

  /** The gradient so far; its content is meaningful when {@link #filled}. */
  Tensor tensor() {
    if (tensor == null) {
      tensor = pooled ? backend.allocate(shape) : backend.adopt(Tensor.zeros(shape));
    }
    return tensor;
  }

  /** Announces a contribution that covers the whole buffer; true when it has to be added to what is there. */
  boolean claimWhole() {
    boolean accumulate = filled;
    filled = true;
    return accumulate;
  }

  /** Announces a contribution to a part of the buffer, which is zeroed before the first one. */
  void claimPart() {
    if (!filled) {
      backend.kernel(CopyKernel.class).fill(0, tensor());
      filled = true;
    }
  }

  /** Forgets the contributions, keeping the memory. */
  void clear() {
    filled = false;
  }

  /** Gives the memory back. */
  void release() {
    if (tensor != null) {
      backend.release(tensor);
      tensor = null;
    }
    filled = false;
  }
}
