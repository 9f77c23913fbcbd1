package io.github.tern4j.tensor.contract;

import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;

/**
 * A test tensor that can be made again and again, on the host and on a backend: a contiguous buffer with its initial content and
 * the view of it that a kernel is given. What surrounds the view shows writes that go astray.
 *
 * @param buffer the initial content, never written
 * @param view the view of a copy of the buffer
 */
public record Operand(Tensor buffer, UnaryOperator<Tensor> view) {

  /** A contiguous operand with this content. */
  public static Operand of(float[] values, int... dims) {
    return new Operand(Tensor.of(values, dims), UnaryOperator.identity());
  }

  /** This operand seen through one more view. */
  public Operand through(UnaryOperator<Tensor> next) {
    return new Operand(buffer, base -> next.apply(view.apply(base)));
  }

  /** A new copy of the buffer on the host. */
  Tensor copy() {
    if (buffer.storage() instanceof NativeStorage stored) {
      MemorySegment copy = Arena.ofAuto().allocate(stored.segment().byteSize());
      copy.copyFrom(stored.segment());
      return Tensor.of(new NativeStorage(copy, stored.dtype()), buffer.shape());
    }
    return Tensor.of(buffer.toFloats(), buffer.shape().dims());
  }

  /** Shape of the view. */
  public Shape shape() {
    return view.apply(buffer).shape();
  }

  /** Number of elements of the view. */
  public int size() {
    return shape().intSize();
  }

  /** Initial content of the view in row-major order. */
  public float[] values() {
    return view.apply(buffer).toFloats();
  }
}
