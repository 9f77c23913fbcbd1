package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import org.junit.jupiter.api.Test;

/** What {@link SwiGluKernel} promises. */
public abstract class SwiGluContract extends KernelContract<SwiGluKernel> {

  /** Largest relative error of sigmoid on any backend: 5 ulp. */
  private static final double SIGMOID = 5 * 2 * U;

  /** The suite. */
  protected SwiGluContract() {
    super(SwiGluKernel.class);
  }

  @EveryWidth
  void productsAreWithinTheBoundOfTheExactOnes(int n) {
    Operand gate = scaledOffset(n);
    Operand up = tensors.normal(Layout.OFFSET, 3, n);
    Operand out = tensors.normal(Layout.OFFSET, 3, n);
    Outcome outcome = run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(out)));
    float[] gates = gate.values();
    float[] ups = up.values();
    double[] exact = new double[3 * n];
    double[] bound = new double[3 * n];
    for (int i = 0; i < exact.length; i++) {
      double z = gates[i];
      exact[i] = z * sigmoid(z) * ups[i];
      bound[i] = (SIGMOID + 2 * U) * Math.abs(exact[i]) + TINY;
    }
    outcome.within(out, exact, bound);
  }

  @EveryWidth
  void gradientsAreWithinTheBoundOfTheExactDerivatives(int n) {
    for (int accumulated = 0; accumulated < 4; accumulated++) {
      boolean accumulateGate = (accumulated & 1) != 0;
      boolean accumulateUp = (accumulated & 2) != 0;
      Operand gate = scaledOffset(n);
      Operand up = tensors.normal(3, n);
      Operand gradOut = tensors.normal(Layout.OFFSET, 3, n);
      Operand gradGate = tensors.normal(Layout.OFFSET, 3, n);
      Operand gradUp = tensors.normal(3, n);
      Outcome outcome = run((kernel, at) ->
          kernel.swiGluBackward(at.of(gate), at.of(up), at.of(gradOut), at.of(gradGate), accumulateGate,
              at.of(gradUp), accumulateUp));
      float[] gates = gate.values();
      float[] ups = up.values();
      float[] grads = gradOut.values();
      float[] startGate = gradGate.values();
      float[] startUp = gradUp.values();
      double[] exactGate = new double[3 * n];
      double[] exactUp = new double[3 * n];
      double[] boundGate = new double[3 * n];
      double[] boundUp = new double[3 * n];
      for (int i = 0; i < exactGate.length; i++) {
        double z = gates[i];
        double g = grads[i];
        double gu = g * ups[i];
        double oldGate = accumulateGate ? startGate[i] : 0;
        double oldUp = accumulateUp ? startUp[i] : 0;
        exactGate[i] = oldGate + gu * sigmoid(z) * (1 + z * sigmoid(-z));
        exactUp[i] = oldUp + g * z * sigmoid(z);
        boundGate[i] = Math.abs(gu) * sigmoid(z) * (1 + Math.abs(z)) * 2 * (SIGMOID + 4 * U) + 2 * U * Math.abs(exactGate[i])
            + TINY;
        boundUp[i] = Math.abs(g * z) * sigmoid(z) * (SIGMOID + 4 * U) + 2 * U * Math.abs(exactUp[i]) + TINY;
      }
      outcome.within(gradGate, exactGate, boundGate);
      outcome.within(gradUp, exactUp, boundUp);
    }
  }

  @Test
  void outputMayBeAnInput() {
    Operand gate = tensors.normal(2, 37);
    Operand up = tensors.normal(2, 37);
    Operand out = tensors.normal(2, 37);
    float[] apart = run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(out))).of(out);
    run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(gate))).equalTo(gate, apart);
    run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(up))).equalTo(up, apart);
  }

  @Test
  void extremeGatesSaturate() {
    float inf = Float.POSITIVE_INFINITY;
    Operand gate = Operand.of(new float[] {0, -0f, 200, -200, inf, -inf, Float.NaN}, 7);
    Operand up = Operand.of(new float[] {3, 3, 3, 3, 3, 3, 3}, 7);
    Operand out = tensors.normal(7);
    run((kernel, at) -> kernel.swiGlu(at.of(gate), at.of(up), at.of(out)))
        .equalTo(out, 0, -0f, 600, -0f, inf, Float.NaN, Float.NaN);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().swiGlu(x, upload(new float[6], 6), x))
        .withMessage("swiGlu: shapes differ: up [6]; gate F32 [2, 3], up F32 [6], out F32 [2, 3]; expected the shape of gate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().swiGluBackward(x, upload(new float[6], 2, 3), upload(new float[6], 2, 3), x, false,
            upload(new float[6], 2, 3), false))
        .withMessageStartingWith("swiGluBackward: gradGate overlaps gate; ");
  }

  private Operand scaledOffset(int n) {
    Operand gate = tensors.normal(Layout.OFFSET, 3, n);
    float[] values = gate.buffer().array();
    for (int i = 0; i < values.length; i++) {
      values[i] *= 5;
    }
    return gate;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
