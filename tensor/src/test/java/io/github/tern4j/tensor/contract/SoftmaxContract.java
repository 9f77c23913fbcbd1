package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What {@link SoftmaxKernel} promises. */
public abstract class SoftmaxContract extends KernelContract<SoftmaxKernel> {

  /** The suite. */
  protected SoftmaxContract() {
    super(SoftmaxKernel.class);
  }

  @EveryWidth
  void probabilitiesAndTheirLogarithmsAreWithinTheBound(int n) {
    for (double spread : new double[] {1e-3, 1, 30}) {
      Operand x = tensors.scaled(spread, 3, n);
      Operand y = tensors.normal(Layout.OFFSET, 3, n);
      Operand logY = tensors.normal(Layout.OFFSET, 3, n);
      Outcome outcome = run((kernel, at) -> {
        kernel.softmax(at.of(x), at.of(y));
        kernel.logSoftmax(at.of(x), at.of(logY));
      });
      ExactSoftmax exact = new ExactSoftmax(x.values(), n, 1);
      outcome.within(y, exact.probabilities, exact.probabilityBounds());
      outcome.within(logY, exact.logProbabilities, exact.logBounds);
    }
  }

  @EveryWidth
  void gradientsAreWithinTheBoundOfTheExactDerivatives(int n) {
    for (boolean accumulate : new boolean[] {false, true}) {
      Operand x = tensors.scaled(3, 3, n);
      Operand y = tensors.normal(3, n);
      Operand logY = tensors.normal(Layout.OFFSET, 3, n);
      Operand gradOut = tensors.normal(Layout.OFFSET, 3, n);
      Operand gradX = tensors.normal(Layout.OFFSET, 3, n);
      Operand gradOfLog = tensors.normal(3, n);
      Outcome outcome = run((kernel, at) -> {
        kernel.softmax(at.of(x), at.of(y));
        kernel.softmaxBackward(at.of(y), at.of(gradOut), at.of(gradX), accumulate);
        kernel.logSoftmax(at.of(x), at.of(logY));
        kernel.logSoftmaxBackward(at.of(logY), at.of(gradOut), at.of(gradOfLog), accumulate);
      });
      float[] start = gradX.values();
      float[] startOfLog = gradOfLog.values();
      ExactSoftmax exact = new ExactSoftmax(x.values(), n, 1);
      double[] p = exact.probabilities;
      double[] pBound = exact.probabilityBounds();
      float[] g = gradOut.values();
      double[][] wanted = new double[2][3 * n];
      double[][] bound = new double[2][3 * n];
      for (int i = 0; i < 3 * n; i++) {
        double dot = 0;
        double sum = 0;
        double magnitudeOfDot = 0;
        double magnitudeOfSum = 0;
        double dotBound = 0;
        for (int j = i / n * n; j < (i / n + 1) * n; j++) {
          dot += g[j] * p[j];
          sum += g[j];
          magnitudeOfDot += Math.abs(g[j] * p[j]);
          magnitudeOfSum += Math.abs(g[j]);
          dotBound += Math.abs(g[j]) * pBound[j];
        }
        dotBound += (n + 2) * U * magnitudeOfDot;
        double old = accumulate ? start[i] : 0;
        wanted[0][i] = old + p[i] * (g[i] - dot);
        bound[0][i] = pBound[i] * Math.abs(g[i] - dot) + p[i] * (dotBound + 4 * U * (Math.abs(g[i]) + Math.abs(dot)))
            + 2 * U * (Math.abs(old) + Math.abs(wanted[0][i]));
        double oldOfLog = accumulate ? startOfLog[i] : 0;
        wanted[1][i] = oldOfLog + g[i] - p[i] * sum;
        bound[1][i] = pBound[i] * Math.abs(sum) + p[i] * (n + 2) * U * magnitudeOfSum
            + 3 * U * (Math.abs(oldOfLog) + Math.abs(g[i]) + p[i] * Math.abs(sum));
      }
      outcome.within(gradX, wanted[0], bound[0]);
      outcome.within(gradOfLog, wanted[1], bound[1]);
    }
  }

  @Test
  void outputMayBeTheInput() {
    Operand x = tensors.normal(4, 37);
    Operand y = tensors.normal(4, 37);
    float[] probabilities = run((kernel, at) -> kernel.softmax(at.of(x), at.of(y))).of(y);
    run((kernel, at) -> kernel.softmax(at.of(x), at.of(x))).equalTo(x, probabilities);
    float[] logarithms = run((kernel, at) -> kernel.logSoftmax(at.of(x), at.of(y))).of(y);
    run((kernel, at) -> kernel.logSoftmax(at.of(x), at.of(x))).equalTo(x, logarithms);
  }

  @Test
  void maskedRowsAreZeroAndRowsWithNaNOrInfinityAreNaN() {
    float inf = Float.POSITIVE_INFINITY;
    Operand x = Operand.of(new float[] {-inf, -inf, -inf, 0, Float.NaN, 0, 0, inf, -inf, -inf, 5, -inf}, 4, 3);
    Operand y = tensors.normal(4, 3);
    float nan = Float.NaN;
    run((kernel, at) -> kernel.softmax(at.of(x), at.of(y))).equalTo(y, 0, 0, 0, nan, nan, nan, nan, nan, nan, 0, 1, 0);
    run((kernel, at) -> kernel.logSoftmax(at.of(x), at.of(y)))
        .equalTo(y, -inf, -inf, -inf, nan, nan, nan, nan, nan, nan, -inf, 0, -inf);
  }

  @Test
  void equalLogitsShareEquallyAndLargeOnesDoNotOverflow() {
    Operand x = Operand.of(new float[] {3e38f, 3e38f, 3e38f, 3e38f, -3e38f, 3e38f, -3e38f, 3e38f}, 2, 4);
    Operand y = tensors.normal(2, 4);
    run((kernel, at) -> kernel.softmax(at.of(x), at.of(y))).equalTo(y, 0.25f, 0.25f, 0.25f, 0.25f, 0, 0.5f, 0, 0.5f);
  }

  @Test
  void rowsDoNotInfluenceEachOther() {
    Operand x = tensors.normal(9, 53);
    Operand y = tensors.normal(9, 53);
    float[] all = run((kernel, at) -> kernel.softmax(at.of(x), at.of(y))).of(y);
    Operand fifth = x.through(t -> t.slice(0, 5, 6));
    Operand one = tensors.normal(1, 53);
    run((kernel, at) -> kernel.softmax(at.of(fifth), at.of(one))).equalTo(one, Arrays.copyOfRange(all, 5 * 53, 6 * 53));
  }

  @Test
  void sumsHaveSixteenPartsFoldedInHalves() {
    // Ones added to 2^24 are lost one by one: the two in its part, and one more when the halves meet.
    float[] grads = new float[48];
    Arrays.fill(grads, 1);
    grads[0] = 0x1p24f;
    Operand gradOut = Operand.of(grads, 1, 48);
    Operand y = Operand.of(new float[48], 1, 48);
    Operand gradX = tensors.normal(1, 48);
    float[] got = run((kernel, at) -> kernel.logSoftmaxBackward(at.of(y), at.of(gradOut), at.of(gradX), false)).of(gradX);
    if (bitwise()) {
      assertThat(got[0]).isEqualTo(-46);
    }
  }

  @Test
  void emptyRowsAreAccepted() {
    Operand x = tensors.normal(0, 5);
    Operand y = tensors.normal(3, 0);
    run((kernel, at) -> {
      kernel.softmax(at.of(x), at.of(x));
      kernel.logSoftmax(at.of(y), at.of(y));
    }).equalTo(y);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    Tensor rows = upload(new float[9], 3, 3);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().softmax(rows.slice(0, 0, 2), rows.slice(0, 1, 3)))
        .withMessageStartingWith("softmax: out overlaps x; ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().softmax(x, upload(new float[4], 2, 2)))
        .withMessage("softmax: shapes differ: out [2, 2]; x F32 [2, 3], out F32 [2, 2]; expected the shape of x");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().softmax(upload(new float[1]), upload(new float[1])))
        .withMessageStartingWith("softmax: x has too few dimensions; ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().softmaxBackward(x, upload(new float[6], 2, 3), x, false))
        .withMessageStartingWith("softmaxBackward: gradX overlaps y; ");
  }
}
