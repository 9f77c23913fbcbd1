package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.util.Arrays;

/**
 * The operands of one call while they are checked at its entry. A message reads {@code op: what is wrong; all operands by name
 * with dtype and shape; what was expected}; no text is put together before a check fails.
 *
 * <p>Operands are an object themselves. Kernels that decoding calls for each product first ask the static methods here whether
 * everything fits, and list the operands only to say what does not.
 */
final class Operands {

  private final String op;
  private final String names;
  private final Tensor[] tensors;

  private Operands(String op, String names, Tensor[] tensors) {
    this.op = op;
    this.names = names;
    this.tensors = tensors;
  }

  /** The operands of {@code op}; {@code names} are separated by a comma and a space, in the order of {@code tensors}. */
  static Operands of(String op, String names, Tensor... tensors) {
    return new Operands(op, names, tensors);
  }

  /** Whether a tensor is contiguous F32. */
  static boolean isContiguousF32(Tensor tensor) {
    return tensor.dtype() == DType.F32 && tensor.isContiguous();
  }

  /** Whether a tensor has the shape {@code [rows, columns]}. */
  static boolean isMatrix(Tensor tensor, int rows, int columns) {
    return tensor.shape().rank() == 2 && tensor.dim(0) == rows && tensor.dim(1) == columns;
  }

  /** Whether both are contiguous F32 and share no element. */
  static boolean areApart(Tensor out, Tensor in) {
    return isContiguousF32(out) && isContiguousF32(in) && !overlap(out, in);
  }

  /** All operands are F32 and contiguous; those of {@code stored} may be BF16. */
  Operands contiguous(Tensor... stored) {
    f32(stored);
    for (Tensor tensor : tensors) {
      if (!tensor.isContiguous()) {
        throw failure(name(tensor) + " is a strided view", "contiguous tensors");
      }
    }
    return this;
  }

  /** All operands are F32, those of {@code stored} perhaps BF16, with neighbouring elements along the last dimension. */
  Operands strided(Tensor... stored) {
    f32(stored);
    for (Tensor tensor : tensors) {
      if (!tensor.lastIsContiguous()) {
        throw failure("the last dimension of " + name(tensor) + " has gaps", "stride 1 along the last dimension");
      }
    }
    return this;
  }

  /** All operands are F32; those of {@code stored} may be BF16, which is widened where it is read. */
  Operands f32(Tensor... stored) {
    for (Tensor tensor : tensors) {
      boolean mayBeBf16 = Arrays.asList(stored).contains(tensor);
      if (tensor.dtype() != DType.F32 && !(mayBeBf16 && tensor.dtype() == DType.BF16)) {
        throw failure(name(tensor) + " is " + tensor.dtype(), mayBeBf16 ? "F32 or BF16" : "F32");
      }
    }
    return this;
  }

  /** No two indices of {@code out} mean the same element. */
  Operands writable(Tensor out) {
    for (int axis = 0; axis < out.shape().rank(); axis++) {
      if (out.size() > 0 && out.dim(axis) > 1 && out.stride(axis) == 0) {
        throw failure(outputName(out) + " is an expanded view", "an output with one element for each index");
      }
    }
    return this;
  }

  /**
   * {@code out} shares no element with {@code inputs}. Of strided views in one storage nothing is said, since those may be the
   * interleaved parts of one buffer.
   */
  Operands apart(Tensor out, Tensor... inputs) {
    for (Tensor in : inputs) {
      if (overlap(out, in)) {
        throw failure(outputName(out) + " overlaps " + name(in), "separate memory");
      }
    }
    return this;
  }

  private static boolean overlap(Tensor a, Tensor b) {
    return a.storage().equals(b.storage()) && a.isContiguous() && b.isContiguous()
        && a.elementOffset() < b.elementOffset() + b.size() && b.elementOffset() < a.elementOffset() + a.size();
  }

  /** {@code out} is the same view as each of {@code inputs} that it may replace, or {@linkplain #apart apart} from it. */
  Operands sameOrApart(Tensor out, Tensor... inputs) {
    for (Tensor in : inputs) {
      if (!sameView(out, in)) {
        apart(out, in);
      }
    }
    return this;
  }

  private static boolean sameView(Tensor a, Tensor b) {
    boolean same = a.storage().equals(b.storage()) && a.elementOffset() == b.elementOffset() && a.shape().equals(b.shape());
    for (int axis = 0; same && axis < a.shape().rank(); axis++) {
      same = a.stride(axis) == b.stride(axis);
    }
    return same;
  }

  /** {@code others} have the shape of {@code model}. */
  Operands like(Tensor model, Tensor... others) {
    for (Tensor other : others) {
      if (!other.shape().equals(model.shape())) {
        throw failure("shapes differ: " + name(other) + " " + other.shape(), "the shape of " + name(model));
      }
    }
    return this;
  }

  /** {@code tensor} has this shape; {@code meaning} names the dimensions. */
  Operands shaped(Tensor tensor, Shape expected, String meaning) {
    if (!tensor.shape().equals(expected)) {
      throw failure("shape of " + name(tensor) + " does not fit", name(tensor) + " " + expected + " = " + meaning);
    }
    return this;
  }

  /** {@code tensor} has this many elements, whatever its shape; {@code meaning} says of what. */
  Operands sized(Tensor tensor, long elements, String meaning) {
    if (tensor.size() != elements) {
      throw failure("size of " + name(tensor) + " does not fit", elements + " elements, " + meaning);
    }
    return this;
  }

  /** {@code tensor} has this many dimensions; {@code meaning} names them. */
  Operands ranked(Tensor tensor, int rank, String meaning) {
    return require(tensor.shape().rank() == rank, "wrong number of dimensions", meaning);
  }

  /** All operands have at least {@code rank} dimensions. */
  Operands rankedAtLeast(int rank) {
    for (Tensor tensor : tensors) {
      if (tensor.shape().rank() < rank) {
        throw failure(name(tensor) + " has too few dimensions", "at least " + rank);
      }
    }
    return this;
  }

  /** A condition with what is wrong without it and what was expected. */
  Operands require(boolean condition, String wrong, String expected) {
    if (!condition) {
      throw failure(wrong, expected);
    }
    return this;
  }

  /** The error for these operands. */
  IllegalArgumentException failure(String wrong, String expected) {
    StringBuilder message = new StringBuilder(op).append(": ").append(wrong).append("; ");
    String[] each = names.split(", ");
    for (int i = 0; i < tensors.length; i++) {
      message.append(i == 0 ? "" : ", ").append(each[i]).append(' ').append(tensors[i]);
    }
    return new IllegalArgumentException(message.append("; expected ").append(expected).toString());
  }

  private String name(Tensor wanted) {
    return names.split(", ")[Arrays.asList(tensors).indexOf(wanted)];
  }

  /** The same for an output, which stands behind the inputs and may be one of them. */
  private String outputName(Tensor wanted) {
    return names.split(", ")[Arrays.asList(tensors).lastIndexOf(wanted)];
  }
}
