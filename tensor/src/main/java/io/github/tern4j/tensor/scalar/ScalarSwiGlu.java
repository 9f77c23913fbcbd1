package io.github.tern4j.tensor.scalar;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.SwiGluKernel;

/** {@link SwiGluKernel}, fast forwards. */
final class ScalarSwiGlu implements SwiGluKernel {

  private final SwiGluKernel reference;

  ScalarSwiGlu(SwiGluKernel reference) {
    this.reference = reference;
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    SwiGluKernel.checkSwiGlu(gate, up, out);
    RowLoops.gate(gate.array(), gate.arrayOffset(), up.array(), up.arrayOffset(), (int) gate.size(), out.array(),
        out.arrayOffset());
  }

  @Override
  public void swiGluBackward(Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, boolean accumulateGate, Tensor gradUp,
      boolean accumulateUp) {
    reference.swiGluBackward(gate, up, gradOut, gradGate, accumulateGate, gradUp, accumulateUp);
  }
}
