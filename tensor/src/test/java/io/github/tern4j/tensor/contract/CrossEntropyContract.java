package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What {@link CrossEntropyKernel} promises. */
public abstract class CrossEntropyContract extends KernelContract<CrossEntropyKernel> {

  private static final int ROWS = 5;

  /** The suite. */
  protected CrossEntropyContract() {
    super(CrossEntropyKernel.class);
  }

  @EveryWidth
  void lossesAreWithinTheBoundOfTheExactOnes(int classes) {
    for (double spread : new double[] {0.1, 3, 40}) {
      Operand logits = tensors.scaled(spread, ROWS, classes);
      Operand losses = tensors.normal(Layout.OFFSET, ROWS);
      Operand logSumExp = tensors.normal(Layout.OFFSET, ROWS);
      int[] targets = targets(classes);
      Outcome outcome = run((kernel, at) -> kernel.crossEntropy(at.of(logits), targets, at.of(losses), at.of(logSumExp)));
      float[] x = logits.values();
      ExactSoftmax exact = new ExactSoftmax(logits.values(), classes, 1);
      double[] loss = new double[ROWS];
      double[] bound = new double[ROWS];
      double[] normalizer = exact.logSumExp.clone();
      for (int row = 0; row < ROWS; row++) {
        if (targets[row] == CrossEntropyKernel.IGNORED) {
          normalizer[row] = 0;
        } else {
          loss[row] = exact.logSumExp[row] - x[row * classes + targets[row]];
          bound[row] = exact.logSumExpBounds[row] + U * Math.abs(loss[row]);
        }
      }
      outcome.within(losses, loss, bound);
      outcome.within(logSumExp, normalizer, exact.logSumExpBounds);
    }
  }

  @EveryWidth
  void gradientsAreWithinTheBoundOfTheExactDerivatives(int classes) {
    for (boolean accumulate : new boolean[] {false, true}) {
      Operand logits = tensors.scaled(3, ROWS, classes);
      Operand losses = tensors.normal(ROWS);
      Operand logSumExp = tensors.normal(ROWS);
      Operand gradLogits = tensors.normal(Layout.OFFSET, ROWS, classes);
      int[] targets = targets(classes);
      float factor = 0.3f;
      Outcome outcome = run((kernel, at) -> {
        kernel.crossEntropy(at.of(logits), targets, at.of(losses), at.of(logSumExp));
        kernel.crossEntropyBackward(at.of(logits), targets, at.of(logSumExp), factor, at.of(gradLogits), accumulate);
      });
      float[] start = gradLogits.values();
      ExactSoftmax exact = new ExactSoftmax(logits.values(), classes, 1);
      double[] grad = new double[ROWS * classes];
      double[] bound = new double[ROWS * classes];
      for (int i = 0; i < grad.length; i++) {
        int target = targets[i / classes];
        double old = accumulate ? start[i] : 0;
        grad[i] = old;
        if (target != CrossEntropyKernel.IGNORED) {
          double hot = i % classes == target ? 1 : 0;
          grad[i] += factor * (exact.probabilities[i] - hot);
          // The logarithm here is x - logSumExp, which has lost a little more where logSumExp is large.
          double relative = exact.logBounds[i] + exact.logSumExpBounds[i / classes] + 10 * U;
          bound[i] = factor * (exact.probabilities[i] * relative + 2 * U * (exact.probabilities[i] + hot))
              + 2 * U * (Math.abs(old) + Math.abs(grad[i])) + TINY;
        }
      }
      outcome.within(gradLogits, grad, bound);
    }
  }

  @Test
  void ignoredRowsHaveNoLossAndNoGradientWhateverTheyHold() {
    float[] values = new float[2 * 17];
    Arrays.fill(values, Float.NaN);
    Operand logits = Operand.of(values, 2, 17);
    Operand losses = tensors.normal(2);
    Operand logSumExp = tensors.normal(2);
    Operand gradLogits = tensors.normal(2, 17);
    int[] targets = {CrossEntropyKernel.IGNORED, CrossEntropyKernel.IGNORED};
    Outcome overwritten = run((kernel, at) -> {
      kernel.crossEntropy(at.of(logits), targets, at.of(losses), at.of(logSumExp));
      kernel.crossEntropyBackward(at.of(logits), targets, at.of(logSumExp), 1, at.of(gradLogits), false);
    });
    overwritten.equalTo(losses, 0, 0);
    overwritten.equalTo(gradLogits, new float[2 * 17]);
    run((kernel, at) -> kernel.crossEntropyBackward(at.of(logits), targets, at.of(logSumExp), 1, at.of(gradLogits), true))
        .equalTo(gradLogits, gradLogits.values());
  }

  @Test
  void gradientMayReplaceTheLogits() {
    Operand logits = tensors.normal(ROWS, 37);
    Operand losses = tensors.normal(ROWS);
    Operand logSumExp = tensors.normal(ROWS);
    Operand gradLogits = tensors.normal(ROWS, 37);
    int[] targets = targets(37);
    float[] apart = run((kernel, at) -> {
      kernel.crossEntropy(at.of(logits), targets, at.of(losses), at.of(logSumExp));
      kernel.crossEntropyBackward(at.of(logits), targets, at.of(logSumExp), 2, at.of(gradLogits), false);
    }).of(gradLogits);
    run((kernel, at) -> {
      kernel.crossEntropy(at.of(logits), targets, at.of(losses), at.of(logSumExp));
      kernel.crossEntropyBackward(at.of(logits), targets, at.of(logSumExp), 2, at.of(logits), false);
    }).equalTo(logits, apart);
  }

  @Test
  void certainAnswersCostNothingAndImpossibleOnesInfinity() {
    float inf = Float.POSITIVE_INFINITY;
    Operand logits = Operand.of(new float[] {5, -inf, -inf, 5, -inf, -inf, 0, Float.NaN, 0}, 3, 3);
    Operand losses = tensors.normal(3);
    Operand logSumExp = tensors.normal(3);
    run((kernel, at) -> kernel.crossEntropy(at.of(logits), new int[] {0, 1, 0}, at.of(losses), at.of(logSumExp)))
        .equalTo(losses, 0, inf, Float.NaN);
  }

  @Test
  void targetsOutsideTheClassesAreRefused() {
    Tensor logits = upload(new float[6], 2, 3);
    Tensor losses = upload(new float[2], 2);
    Tensor logSumExp = upload(new float[2], 2);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().crossEntropy(logits, new int[] {0, 3}, losses, logSumExp))
        .withMessage("crossEntropy: target 3 of row 1 is not a class; logits F32 [2, 3], losses F32 [2], logSumExp F32 [2]; "
            + "expected 0..2 or -100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().crossEntropyBackward(logits, new int[] {-1, 0}, logSumExp, 1, upload(new float[6], 2, 3),
            false))
        .withMessageStartingWith("crossEntropyBackward: target -1 of row 0 is not a class; ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().crossEntropy(logits, new int[1], losses, logSumExp))
        .withMessageEndingWith("; expected one target for each row of logits");
  }

  private int[] targets(int classes) {
    int[] targets = tensors.indices(ROWS, classes);
    targets[2] = CrossEntropyKernel.IGNORED;
    return targets;
  }
}
