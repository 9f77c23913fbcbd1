package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link RmsNormKernel} promises. */
public abstract class RmsNormContract extends KernelContract<RmsNormKernel> {

  private static final float EPS = 1e-6f;

  /** The suite. */
  protected RmsNormContract() {
    super(RmsNormKernel.class);
  }

  @EveryWidth
  void normsAreWithinTheBoundOfTheExactOnes(int n) {
    for (double size : new double[] {1e-4, 1, 1e4}) {
      Operand x = tensors.scaled(size, 2, 3, n);
      Operand weight = tensors.normal(Layout.OFFSET, n);
      Operand out = tensors.normal(Layout.OFFSET, 2, 3, n);
      Operand rstd = tensors.normal(Layout.OFFSET, 6);
      Outcome outcome = run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), EPS, at.of(out), at.of(rstd)));
      float[] values = x.values();
      float[] weights = weight.values();
      double[] r = exactRstd(x.values(), n);
      double[] rBound = new double[6];
      for (int row = 0; row < 6; row++) {
        rBound[row] = r[row] * rstdError(n);
      }
      outcome.within(rstd, r, rBound);
      double[] exact = new double[6 * n];
      double[] bound = new double[6 * n];
      for (int i = 0; i < exact.length; i++) {
        exact[i] = values[i] * r[i / n] * weights[i % n];
        bound[i] = Math.abs(exact[i]) * (rstdError(n) + 3 * U);
      }
      outcome.within(out, exact, bound);
    }
  }

  @EveryWidth
  void gradientsAreWithinTheBoundOfTheExactDerivatives(int n) {
    for (int accumulated = 0; accumulated < 4; accumulated++) {
      checkGradients(5, n, (accumulated & 1) != 0, (accumulated & 2) != 0);
    }
  }

  @ParameterizedTest(name = "{0} rows")
  @ValueSource(ints = {0, 1, Summation.ROWS_PER_CHUNK - 1, Summation.ROWS_PER_CHUNK, Summation.ROWS_PER_CHUNK + 1,
      3 * Summation.ROWS_PER_CHUNK + 7})
  void gradientsOfTheWeightSumOverAllRows(int rows) {
    checkGradients(rows, 19, false, false);
    checkGradients(rows, 19, true, true);
  }

  @Test
  void outputMayBeTheInput() {
    Operand x = tensors.normal(4, 37);
    Operand weight = tensors.normal(37);
    Operand out = tensors.normal(4, 37);
    Operand rstd = tensors.normal(4);
    float[] apart = run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), EPS, at.of(out), at.of(rstd))).of(out);
    run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), EPS, at.of(x), at.of(rstd))).equalTo(x, apart);
  }

  @Test
  void zeroRowsStayZero() {
    Operand x = Operand.of(new float[17], 1, 17);
    Operand weight = tensors.normal(17);
    Operand rstd = tensors.normal(1);
    Outcome outcome = run((kernel, at) -> {
      kernel.rmsNorm(at.of(x), at.of(weight), 0.25f, at.of(x), at.of(rstd));
    });
    outcome.equalTo(rstd, 2);
    for (float value : outcome.of(x)) {
      assertThat(value).isZero();
    }
  }

  @Test
  void rowsWithNaNStayAlone() {
    float[] values = new float[51];
    Arrays.fill(values, 2);
    values[20] = Float.NaN;
    float[] ones = new float[17];
    Arrays.fill(ones, 1);
    Operand x = Operand.of(values, 3, 17);
    Operand weight = Operand.of(ones, 17);
    Operand rstd = tensors.normal(3);
    run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), 0, at.of(x), at.of(rstd))).equalTo(rstd, 0.5f, Float.NaN, 0.5f);
  }

  @Test
  void sumsHaveSixteenPartsFoldedInHalves() {
    // As in the contract of softmax: 2^24 + 47 ones become 2^24 + 46.
    float[] values = new float[48];
    Arrays.fill(values, 1);
    values[0] = 0x1p12f;
    float[] ones = new float[48];
    Arrays.fill(ones, 1);
    Operand x = Operand.of(values, 1, 48);
    Operand weight = Operand.of(ones, 48);
    Operand out = tensors.normal(1, 48);
    Operand rstd = tensors.normal(1);
    Outcome outcome = run((kernel, at) -> kernel.rmsNorm(at.of(x), at.of(weight), 0, at.of(out), at.of(rstd)));
    if (bitwise()) {
      outcome.equalTo(rstd, (float) (1 / Math.sqrt((0x1p24 + 46) / 48)));
    }
  }

  @Test
  void gradientsOfTheWeightAreSummedInChunksOfRows() {
    // The ones behind 2^24 in its chunk are lost, those of the second chunk meet it as one sum.
    int rows = 2 * Summation.ROWS_PER_CHUNK;
    float[] grads = new float[rows];
    Arrays.fill(grads, 1);
    grads[0] = 0x1p24f;
    float[] ones = new float[rows];
    Arrays.fill(ones, 1);
    Operand x = Operand.of(ones, rows, 1);
    Operand one = Operand.of(new float[] {1}, 1);
    Operand rstd = Operand.of(ones, rows);
    Operand gradOut = Operand.of(grads, rows, 1);
    Operand gradX = tensors.normal(rows, 1);
    Operand gradWeight = tensors.normal(1);
    Outcome outcome = run((kernel, at) ->
        kernel.rmsNormBackward(at.of(x), at.of(one), at.of(rstd), at.of(gradOut), at.of(gradX), false,
        at.of(gradWeight), false));
    if (bitwise()) {
      outcome.equalTo(gradWeight, 0x1p24f + Summation.ROWS_PER_CHUNK);
    }
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    Tensor weight = upload(new float[3], 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().rmsNorm(x, upload(new float[2], 2), 0, x, upload(new float[2], 2)))
        .withMessage("rmsNorm: shape of weight does not fit; x F32 [2, 3], weight F32 [2], out F32 [2, 3], rstd F32 [2]; "
            + "expected weight [3] = [n]");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().rmsNorm(x, weight, 0, x, upload(new float[3], 3)))
        .withMessageEndingWith("; expected 2 elements, one for each row of x");
    Tensor rstd = upload(new float[2], 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().rmsNormBackward(x, weight, rstd, upload(new float[6], 2, 3), x, false,
            upload(new float[3], 3), false))
        .withMessageStartingWith("rmsNormBackward: gradX overlaps x; ");
  }

  private void checkGradients(int rows, int n, boolean accumulateX, boolean accumulateWeight) {
    Operand x = tensors.normal(Layout.OFFSET, rows, n);
    Operand weight = tensors.normal(n);
    Operand out = tensors.normal(rows, n);
    Operand rstd = tensors.normal(rows);
    Operand gradOut = tensors.normal(Layout.OFFSET, rows, n);
    Operand gradX = tensors.normal(Layout.OFFSET, rows, n);
    Operand gradWeight = tensors.normal(Layout.OFFSET, n);
    Outcome outcome = run((kernel, at) -> {
      kernel.rmsNorm(at.of(x), at.of(weight), EPS, at.of(out), at.of(rstd));
      kernel.rmsNormBackward(at.of(x), at.of(weight), at.of(rstd), at.of(gradOut), at.of(gradX), accumulateX,
          at.of(gradWeight), accumulateWeight);
    });
    float[] values = x.values();
    float[] grads = gradOut.values();
    float[] weights = weight.values();
    float[] startX = gradX.values();
    float[] startWeight = gradWeight.values();
    double[] r = exactRstd(values, n);
    double[] exactX = new double[rows * n];
    double[] boundX = new double[rows * n];
    double[] exactWeight = new double[n];
    double[] magnitude = new double[n];
    for (int i = 0; i < exactX.length; i++) {
      int row = i / n;
      // d out_j / d x_i = weight_j rstd (delta_ij - x_i x_j rstd^2 / n), summed over j with the incoming gradient.
      double sum = 0;
      double magnitudeOfSum = 0;
      for (int j = 0; j < n; j++) {
        double along = grads[row * n + j] * (double) weights[j] * values[row * n + j];
        sum += along;
        magnitudeOfSum += Math.abs(along);
      }
      double direct = grads[i] * (double) weights[i % n] * r[row];
      double throughNorm = values[i] * r[row] * r[row] * r[row] / n;
      double old = accumulateX ? startX[i] : 0;
      exactX[i] = old + direct - throughNorm * sum;
      // The sum errs by (n + 2) u of its magnitude; rstd enters once on the left, three times on the right; some roundings each.
      boundX[i] = Math.abs(direct) * (rstdError(n) + 5 * U)
          + Math.abs(throughNorm) * magnitudeOfSum * (3 * rstdError(n) + (n + 8) * U)
          + 2 * U * (Math.abs(old) + Math.abs(exactX[i]));
      exactWeight[i % n] += (double) grads[i] * values[i] * r[row];
      magnitude[i % n] += Math.abs((double) grads[i] * values[i] * r[row]);
    }
    double[] boundWeight = new double[n];
    for (int i = 0; i < n; i++) {
      double old = accumulateWeight ? startWeight[i] : 0;
      exactWeight[i] += old;
      boundWeight[i] = magnitude[i] * (rstdError(n) + (rows + 3) * U) + 2 * U * (Math.abs(old) + Math.abs(exactWeight[i]));
    }
    outcome.within(gradX, exactX, boundX);
    outcome.within(gradWeight, exactWeight, boundWeight);
  }

  private static double[] exactRstd(float[] x, int n) {
    double[] rstd = new double[x.length / n];
    for (int row = 0; row < rstd.length; row++) {
      double squares = 0;
      for (int i = 0; i < n; i++) {
        squares += (double) x[row * n + i] * x[row * n + i];
      }
      rstd[row] = 1 / Math.sqrt(squares / n + EPS);
    }
    return rstd;
  }

  /** Relative error of rstd: half that of the sum of n squares, and up to 6 u of a root and a quotient in float. */
  private static double rstdError(int n) {
    return (n / 2.0 + 6) * U;
  }
}
