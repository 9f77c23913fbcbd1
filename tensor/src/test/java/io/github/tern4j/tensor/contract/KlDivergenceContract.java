package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import org.junit.jupiter.api.Test;

/** What {@link KlDivergenceKernel} promises. */
public abstract class KlDivergenceContract extends KernelContract<KlDivergenceKernel> {

  private static final boolean[] KEEP = {true, true, false, true};

  /** The suite. */
  protected KlDivergenceContract() {
    super(KlDivergenceKernel.class);
  }

  @EveryWidth
  void divergencesAreWithinTheBoundOfTheExactOnes(int classes) {
    for (float tau : new float[] {1, 5, 0.3f}) {
      Operand teacher = tensors.scaled(4, 4, classes);
      Operand student = tensors.scaled(3, 4, classes);
      Operand losses = tensors.normal(Layout.OFFSET, 4);
      Outcome outcome = run((kernel, at) -> kernel.klDivergence(at.of(teacher), at.of(student), tau, KEEP, at.of(losses)));
      ExactSoftmax t = new ExactSoftmax(teacher.values(), classes, tau);
      ExactSoftmax s = new ExactSoftmax(student.values(), classes, tau);
      double[] tBound = t.probabilityBounds();
      double[] exact = new double[4];
      double[] bound = new double[4];
      for (int i = 0; i < 4 * classes; i++) {
        if (KEEP[i / classes]) {
          double difference = t.logProbabilities[i] - s.logProbabilities[i];
          double term = t.probabilities[i] * difference;
          exact[i / classes] += term;
          bound[i / classes] += tBound[i] * Math.abs(difference) + t.probabilities[i] * (t.logBounds[i] + s.logBounds[i])
              + (classes + 3) * U * Math.abs(term);
        }
      }
      outcome.within(losses, exact, bound);
    }
  }

  @EveryWidth
  void gradientsAreWithinTheBoundOfTheExactDerivatives(int classes) {
    for (boolean accumulate : new boolean[] {false, true}) {
      Operand teacher = tensors.scaled(4, 4, classes);
      Operand student = tensors.normal(Layout.OFFSET, 4, classes);
      Operand gradStudent = tensors.normal(Layout.OFFSET, 4, classes);
      float tau = 5;
      float factor = 0.7f;
      Outcome outcome = run((kernel, at) ->
          kernel.klDivergenceBackward(at.of(teacher), at.of(student), tau, KEEP, factor, at.of(gradStudent), accumulate));
      float[] start = gradStudent.values();
      ExactSoftmax t = new ExactSoftmax(teacher.values(), classes, tau);
      ExactSoftmax s = new ExactSoftmax(student.values(), classes, tau);
      double[] tBound = t.probabilityBounds();
      double[] sBound = s.probabilityBounds();
      double[] exact = new double[4 * classes];
      double[] bound = new double[4 * classes];
      for (int i = 0; i < exact.length; i++) {
        double old = accumulate ? start[i] : 0;
        exact[i] = old;
        if (KEEP[i / classes]) {
          exact[i] += (double) factor / tau * (s.probabilities[i] - t.probabilities[i]);
          bound[i] = factor / tau * (tBound[i] + sBound[i] + 4 * U * (t.probabilities[i] + s.probabilities[i]))
              + 2 * U * (Math.abs(old) + Math.abs(exact[i]));
        }
      }
      outcome.within(gradStudent, exact, bound);
    }
  }

  @Test
  void equalLogitsGiveNoLossAndNoGradient() {
    Operand logits = tensors.normal(4, 53);
    Operand losses = tensors.normal(4);
    Operand gradStudent = tensors.normal(4, 53);
    boolean[] all = {true, true, true, true};
    Outcome outcome = run((kernel, at) -> {
      kernel.klDivergence(at.of(logits), at.of(logits), 2, all, at.of(losses));
      kernel.klDivergenceBackward(at.of(logits), at.of(logits), 2, all, 1, at.of(gradStudent), false);
    });
    outcome.equalTo(losses, 0, 0, 0, 0);
    outcome.equalTo(gradStudent, new float[4 * 53]);
  }

  @Test
  void classesTheTeacherExcludesCostNothing() {
    float inf = Float.POSITIVE_INFINITY;
    Operand teacher = Operand.of(new float[] {1, -inf, 1, -inf, 0, 0}, 3, 2);
    Operand student = Operand.of(new float[] {1, 1, 1, -inf, 0, -inf}, 3, 2);
    Operand losses = tensors.normal(3);
    boolean[] all = {true, true, true};
    run((kernel, at) -> kernel.klDivergence(at.of(teacher), at.of(student), 1, all, at.of(losses)))
        .within(losses, new double[] {Math.log(2), 0, inf}, everywhere(3, 8 * U));
  }

  @Test
  void droppedRowsHaveNoLossAndNoGradientWhateverTheyHold() {
    Operand logits = Operand.of(new float[] {Float.NaN, 1, Float.NaN}, 1, 3);
    Operand losses = tensors.normal(1);
    Operand gradStudent = tensors.normal(1, 3);
    boolean[] none = {false};
    Outcome outcome = run((kernel, at) -> {
      kernel.klDivergence(at.of(logits), at.of(logits), 1, none, at.of(losses));
      kernel.klDivergenceBackward(at.of(logits), at.of(logits), 1, none, 1, at.of(gradStudent), false);
    });
    outcome.equalTo(losses, 0);
    outcome.equalTo(gradStudent, 0, 0, 0);
  }

  @Test
  void gradientMayReplaceTheStudentOrTheTeacher() {
    Operand teacher = tensors.normal(4, 37);
    Operand student = tensors.normal(4, 37);
    Operand gradStudent = tensors.normal(4, 37);
    float[] apart = run((kernel, at) ->
        kernel.klDivergenceBackward(at.of(teacher), at.of(student), 3, KEEP, 1, at.of(gradStudent), false)).of(gradStudent);
    run((kernel, at) -> kernel.klDivergenceBackward(at.of(teacher), at.of(student), 3, KEEP, 1, at.of(student), false))
        .equalTo(student, apart);
    run((kernel, at) -> kernel.klDivergenceBackward(at.of(teacher), at.of(student), 3, KEEP, 1, at.of(teacher), false))
        .equalTo(teacher, apart);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[6], 2, 3);
    Tensor losses = upload(new float[2], 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().klDivergence(x, upload(new float[4], 2, 2), 1, new boolean[2], losses))
        .withMessage("klDivergence: shapes differ: student [2, 2]; teacher F32 [2, 3], student F32 [2, 2], losses F32 [2]; "
            + "expected the shape of teacher");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().klDivergence(x, x, 0, new boolean[2], losses))
        .withMessageEndingWith("; expected a temperature above 0");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().klDivergence(x, x, 1, new boolean[3], losses))
        .withMessageEndingWith("; expected one entry for each row");
  }
}
