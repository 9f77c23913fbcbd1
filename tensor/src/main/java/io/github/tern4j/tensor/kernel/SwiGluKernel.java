package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Tensor;

/** Gated linear unit with SiLU (Shazeer 2020): {@code out = silu(gate) up}, {@code silu(z) = z sigmoid(z)}. Contiguous. */
public interface SwiGluKernel extends Kernel {

  /** {@code out = silu(gate) * up}; {@code out} may be one of the inputs. */
  void swiGlu(Tensor gate, Tensor up, Tensor out);

  /** {@code gradGate (+)= gradOut up s (1 + gate (1 - s))} with {@code s = sigmoid(gate)}, {@code gradUp (+)= gradOut gate s}. */
  void swiGluBackward(Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, boolean accumulateGate,
      Tensor gradUp, boolean accumulateUp);
}
