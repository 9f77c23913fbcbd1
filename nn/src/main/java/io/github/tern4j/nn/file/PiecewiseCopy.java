package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Copies stored tensors into tensors of a backend, a piece at a time: neither a copy on the heap nor the file's own pages, which
 * count as resident while they are mapped, are there beside the target as a whole.
 */
public final class PiecewiseCopy {

  /** Elements at a time: 256 KiB in F32. */
  private static final int PIECE = 1 << 16;

  private final Backend backend;
  private final float[] piece = new float[PIECE];

  /** Copies into memory of this backend. */
  public PiecewiseCopy(Backend backend) {
    this.backend = backend;
  }

  /**
   * Copies a tensor, widened to F32.
   *
   * @param target contiguous, of the size of the stored tensor
   * @throws BadInputException when it is stored in another type than F32, BF16 or F16
   */
  public void copy(StoredTensors from, String name, Tensor target) {
    SafetensorsType type = from.type(name);
    if (!type.widensToFloat()) {
      throw new BadInputException(from + ": tensor " + Quoted.name(name) + " is " + type + "; expected F32, BF16 or F16");
    }
    MemorySegment bytes = from.bytes(name);
    Tensor elements = target.reshape(-1);
    int size = elements.dim(0);
    for (int done = 0; done < size; done += PIECE) {
      int count = Math.min(PIECE, size - done);
      HalfPrecision.widen(type, bytes, done, piece, 0, count);
      backend.write(Tensor.of(piece, count), elements.slice(0, done, done + count));
      bytes.asSlice((long) done * type.bits() / Byte.SIZE, (long) count * type.bits() / Byte.SIZE).unload();
    }
  }
}
