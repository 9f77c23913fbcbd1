package io.github.tern4j.nn.file;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * A stored model as the parameters of one that is not trained: matrices (projections, embedding, head) that the files have in BF16
 * stay there, half as large as in F32 and outside the heap; they are valid until the files are closed. What else there is, norm
 * weights and biases above all, is widened to F32.
 *
 * @param files where the model is
 * @param rounding whether matrices of another type are rounded to BF16 in native memory, instead of widened to F32
 */
public record Bf16Matrices(StoredTensors files, boolean rounding) implements TensorSource {

  @Override
  public Set<String> names() {
    return files.names();
  }

  @Override
  public Shape shape(String name) {
    return files.shape(name);
  }

  @Override
  public Tensor floats(String name) {
    return files.floats(name);
  }

  @Override
  public Tensor parameter(String name) {
    if (shape(name).rank() != 2) {
      return floats(name);
    }
    if (files.type(name) == SafetensorsType.BF16) {
      return files.tensor(name);
    }
    return rounding ? rounded(floats(name)) : floats(name);
  }

  private static Tensor rounded(Tensor values) {
    MemorySegment bf16 = Arena.ofAuto().allocate(DType.BF16.bytes(values.size()), Long.BYTES);
    HalfPrecision.narrow(SafetensorsType.BF16, values.array(), bf16, values.array().length);
    return Tensor.of(new NativeStorage(bf16, DType.BF16), values.shape());
  }
}
