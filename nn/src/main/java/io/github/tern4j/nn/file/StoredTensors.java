package io.github.tern4j.nn.file;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * Named tensors in mapped files. Nothing is read before it is asked for, several threads may read, and mapped tensors are valid
 * until {@link #close}; a file must not be shortened meanwhile ({@link AtomicFile} never does).
 *
 * <p>A name that is not there, or a type that a method cannot read, is a {@link BadInputException} that names file and tensor.
 */
public interface StoredTensors extends TensorSource, AutoCloseable {

  /** Element type of a tensor. */
  SafetensorsType type(String name);

  /** The mapped elements, without a copy; not for the types that have no {@link SafetensorsType#dtype}. */
  Tensor tensor(String name);

  /** The values of an F32, BF16 or F16 tensor, widened to F32, in a new array. */
  @Override
  Tensor floats(String name);

  /** The values of an I64, I32, I8 or U8 tensor in row-major order. */
  long[] longs(String name);

  /** The same as {@link #longs}; values beyond an {@code int} are bad input. */
  int[] ints(String name);

  /** The mapped bytes of a tensor of any type. */
  MemorySegment bytes(String name);

  /** The {@code __metadata__} texts. */
  Map<String, String> metadata();

  /** Unmaps the files. */
  @Override
  void close();
}
