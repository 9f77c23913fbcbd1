package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Tensor;

/**
 * Gated linear unit with SiLU (Shazeer 2020): {@code out = silu(gate) up}, {@code silu(z) = z sigmoid(z)}, sigmoid by
 * {@link FloatMath}. Contiguous. Exact on every CPU backend.
 */
public interface SwiGluKernel extends Kernel {

  /** {@code out = silu(gate) * up}; {@code out} may be one of the inputs. */
  void swiGlu(Tensor gate, Tensor up, Tensor out);

  /** {@code gradGate (+)= gradOut up s (1 + gate (1 - s))} with {@code s = sigmoid(gate)}, {@code gradUp (+)= gradOut gate s}. */
  void swiGluBackward(Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, boolean accumulateGate,
      Tensor gradUp, boolean accumulateUp);

  /** Refuses operands of {@link #swiGlu} that do not fit. */
  static void checkSwiGlu(Tensor gate, Tensor up, Tensor out) {
    Operands.of("swiGlu", "gate, up, out", gate, up, out).contiguous().like(gate, up, out).sameOrApart(out, gate, up);
  }

  /** Refuses operands of {@link #swiGluBackward} that do not fit. */
  static void checkSwiGluBackward(Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, Tensor gradUp) {
    Operands.of("swiGluBackward", "gate, up, gradOut, gradGate, gradUp", gate, up, gradOut, gradGate, gradUp)
        .contiguous().like(gate, up, gradOut, gradGate, gradUp).apart(gradGate, gate, up, gradOut, gradUp)
        .apart(gradUp, gate, up, gradOut);
  }
}
