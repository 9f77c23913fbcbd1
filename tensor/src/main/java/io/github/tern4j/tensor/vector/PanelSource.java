package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * What the right factor of a product, or a table of rows, is read from: each kind of memory has packing code of its own, so that
 * no loop asks for it. Positions count elements.
 */
sealed interface PanelSource {

  /** The storage of an operand that has passed its contract's check: F32 on the heap, or BF16 in native memory. */
  static PanelSource of(Tensor tensor) {
    return tensor.dtype() == DType.BF16 ? new Bf16(tensor.segment()) : new Floats(tensor.array());
  }

  /** Panels of b that is stored {@code [k, n]}; see {@link PanelPacking#pack}. */
  void pack(int at, int stride, int columns, int depth, MemorySegment panels, long panelAt);

  /** Panels of b that is stored {@code [n, k]}; see {@link PanelPacking#packTransposed}. */
  void packTransposed(int at, int stride, int columns, int depth, MemorySegment panels, long panelAt);

  /** Neighbouring elements as F32. */
  void copy(int at, int length, float[] out, int to);

  /** F32 on the heap. */
  record Floats(float[] values) implements PanelSource {

    @Override
    public void pack(int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
      PanelPacking.pack(values, at, stride, columns, depth, panels, panelAt);
    }

    @Override
    public void packTransposed(int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
      PanelPacking.packTransposed(values, at, stride, columns, depth, panels, panelAt);
    }

    @Override
    public void copy(int at, int length, float[] out, int to) {
      System.arraycopy(values, at, out, to, length);
    }
  }

  /** BF16 in native memory, widened on the way. */
  record Bf16(MemorySegment memory) implements PanelSource {

    @Override
    public void pack(int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
      Bf16Packing.pack(memory, at, stride, columns, depth, panels, panelAt);
    }

    @Override
    public void packTransposed(int at, int stride, int columns, int depth, MemorySegment panels, long panelAt) {
      Bf16Packing.packTransposed(memory, at, stride, columns, depth, panels, panelAt);
    }

    @Override
    public void copy(int at, int length, float[] out, int to) {
      Bf16Packing.widen(memory, at, length, out, to);
    }
  }
}
