package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.SwiGluKernel;

/** {@link SwiGluKernel} element by element. */
final class ReferenceSwiGlu implements SwiGluKernel {

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    SwiGluKernel.checkSwiGlu(gate, up, out);
    for (int i = 0; i < gate.size(); i++) {
      float z = gate.array()[gate.arrayOffset() + i];
      out.array()[out.arrayOffset() + i] = z * FloatMath.sigmoid(z) * up.array()[up.arrayOffset() + i];
    }
  }

  @Override
  public void swiGluBackward(Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, boolean accumulateGate,
      Tensor gradUp, boolean accumulateUp) {
    SwiGluKernel.checkSwiGluBackward(gate, up, gradOut, gradGate, gradUp);
    for (int i = 0; i < gate.size(); i++) {
      float z = gate.array()[gate.arrayOffset() + i];
      float u = up.array()[up.arrayOffset() + i];
      float g = gradOut.array()[gradOut.arrayOffset() + i];
      float s = FloatMath.sigmoid(z);
      float gateValue = g * u * s * (1 + z * (1 - s));
      float upValue = g * z * s;
      int gateAt = gradGate.arrayOffset() + i;
      int upAt = gradUp.arrayOffset() + i;
      gradGate.array()[gateAt] = accumulateGate ? gradGate.array()[gateAt] + gateValue : gateValue;
      gradUp.array()[upAt] = accumulateUp ? gradUp.array()[upAt] + upValue : upValue;
    }
  }
}
