package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.TernaryInput;

/**
 * The input {@code [rows, width]} of linear maps. Maps with ternary weights read it as int8 codes, which are computed at most
 * once for all maps that share the input, as is what their kernel derives from the codes.
 */
final class Activation {

  private final ActivationCoder coder;
  private final Tensor values;
  private final Tensor rstd;
  private final Tensor codes;
  private final Tensor gamma;
  private TernaryInput input;
  private boolean coded;

  /** An activation in the part of {@code buffers} that begins with {@code name}. */
  Activation(ActivationCoder coder, Buffers buffers, String name, int rows, int width) {
    this.coder = coder;
    this.values = buffers.floats(name, rows, width);
    this.rstd = buffers.floats(name + ".rstd", rows);
    this.codes = buffers.bytes(name + ".codes", rows, width);
    this.gamma = buffers.floats(name + ".gamma", rows);
  }

  /** The values, to be read. */
  Tensor values() {
    return values;
  }

  /** The values, to be overwritten; codes computed before no longer count. */
  Tensor overwrite() {
    coded = false;
    return values;
  }

  /** Where a norm that makes these values may put one number for each row. */
  Tensor rstd() {
    return rstd;
  }

  /**
   * The int8 codes of the values, with what the kernel derives from them for all of its weights.
   *
   * @param kernel the kernel that has prepared the weights of the model
   */
  TernaryInput input(TernaryProductKernel kernel) {
    if (input == null) {
      input = kernel.input();
    }
    if (!coded) {
      coder.code(values, codes, gamma);
      input.set(codes, gamma);
      coded = true;
    }
    return input;
  }
}
