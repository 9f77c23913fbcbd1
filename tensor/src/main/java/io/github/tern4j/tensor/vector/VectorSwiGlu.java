package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import jdk.incubator.vector.FloatVector;

/** {@link SwiGluKernel}, parallel over elements. */
final class VectorSwiGlu implements SwiGluKernel {

  private final Workers workers;

  VectorSwiGlu(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void swiGlu(Tensor gate, Tensor up, Tensor out) {
    SwiGluKernel.checkSwiGlu(gate, up, out);
    Ranges.elements(workers, gate.shape().intSize(), (from, to) -> forward(gate.array(), gate.arrayOffset() + from,
        up.array(), up.arrayOffset() + from, to - from, out.array(), out.arrayOffset() + from));
  }

  /** The forward pass over some elements. */
  static void forward(float[] gate, int gateAt, float[] up, int upAt, int n, float[] out, int outAt) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector z = Lanes.load(gate, gateAt + i);
      FloatVector u = Lanes.load(up, upAt + i);
      z.mul(VectorMath.sigmoid(z)).mul(u).intoArray(out, outAt + i);
    }
    for (; i < n; i++) {
      out[outAt + i] = gate[gateAt + i] * FloatMath.sigmoid(gate[gateAt + i]) * up[upAt + i];
    }
  }

  @Override
  public void swiGluBackward(Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, boolean accumulateGate,
      Tensor gradUp, boolean accumulateUp) {
    SwiGluKernel.checkSwiGluBackward(gate, up, gradOut, gradGate, gradUp);
    Ranges.elements(workers, gate.shape().intSize(), (from, to) -> backward(gate.array(), gate.arrayOffset() + from,
        up.array(), up.arrayOffset() + from, gradOut.array(), gradOut.arrayOffset() + from, to - from,
        gradGate.array(), gradGate.arrayOffset() + from, accumulateGate, gradUp.array(), gradUp.arrayOffset() + from, accumulateUp));
  }

  private static void backward(float[] gate, int gateAt, float[] up, int upAt, float[] gradOut, int gradOutAt, int n,
      float[] gradGate, int gradGateAt, boolean addGate, float[] gradUp, int gradUpAt, boolean addUp) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector z = Lanes.load(gate, gateAt + i);
      FloatVector u = Lanes.load(up, upAt + i);
      FloatVector g = Lanes.load(gradOut, gradOutAt + i);
      FloatVector s = VectorMath.sigmoid(z);
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector slope = z.mul(one.sub(s)).add(one);
      FloatVector ofGate = g.mul(u).mul(s).mul(slope);
      FloatVector ofUp = g.mul(z).mul(s);
      if (addGate) {
        ofGate.add(FloatVector.fromArray(FLOATS, gradGate, gradGateAt + i)).intoArray(gradGate, gradGateAt + i);
      } else {
        ofGate.intoArray(gradGate, gradGateAt + i);
      }
      if (addUp) {
        ofUp.add(FloatVector.fromArray(FLOATS, gradUp, gradUpAt + i)).intoArray(gradUp, gradUpAt + i);
      } else {
        ofUp.intoArray(gradUp, gradUpAt + i);
      }
    }
    for (; i < n; i++) {
      float z = gate[gateAt + i];
      float g = gradOut[gradOutAt + i];
      float s = FloatMath.sigmoid(z);
      Lanes.store(g * up[upAt + i] * s * (1 + z * (1 - s)), gradGate, gradGateAt + i, addGate);
      Lanes.store(g * z * s, gradUp, gradUpAt + i, addUp);
    }
  }
}
