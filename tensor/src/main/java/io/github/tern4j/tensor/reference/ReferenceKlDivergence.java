package io.github.tern4j.tensor.reference;

import static io.github.tern4j.tensor.kernel.Summation.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.Summation;

/** {@link KlDivergenceKernel} row by row. */
final class ReferenceKlDivergence implements KlDivergenceKernel {

  @Override
  public void klDivergence(Tensor teacher, Tensor student, float tau, boolean[] keep, Tensor losses) {
    KlDivergenceKernel.checkKlDivergence(teacher, student, tau, keep, losses);
    for (int row = 0; row < keep.length; row++) {
      float loss = 0;
      if (keep[row]) {
        float[] logTeacher = logProbabilities(teacher, row, tau);
        float[] logStudent = logProbabilities(student, row, tau);
        float[] partial = new float[LANES];
        for (int i = 0; i < logTeacher.length; i++) {
          float probability = FloatMath.exp(logTeacher[i]);
          if (probability != 0) {
            partial[i % LANES] = Math.fma(probability, logTeacher[i] - logStudent[i], partial[i % LANES]);
          }
        }
        loss = Summation.fold(partial, 0);
      }
      losses.array()[losses.arrayOffset() + row] = loss;
    }
  }

  @Override
  public void klDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, float factor, Tensor gradStudent,
      boolean accumulate) {
    KlDivergenceKernel.checkKlDivergenceBackward(teacher, student, tau, keep, gradStudent);
    int classes = student.dim(1);
    float scale = factor * (1 / tau);
    float[] grads = gradStudent.array();
    for (int row = 0; row < keep.length; row++) {
      // Complete before the first gradient is stored, since gradStudent may be student or teacher.
      float[] logTeacher = logProbabilities(teacher, row, tau);
      float[] logStudent = logProbabilities(student, row, tau);
      for (int i = 0; i < classes; i++) {
        float grad = keep[row] ? scale * (FloatMath.exp(logStudent[i]) - FloatMath.exp(logTeacher[i])) : 0;
        int at = gradStudent.arrayOffset() + row * classes + i;
        grads[at] = accumulate ? grads[at] + grad : grad;
      }
    }
  }

  private static float[] logProbabilities(Tensor logits, int row, float tau) {
    int classes = logits.dim(1);
    int at = logits.arrayOffset() + row * classes;
    float inverseTau = 1 / tau;
    float max = RowSums.max(logits.array(), at, classes);
    float logSum = RowSums.ln(RowSums.expSum(logits.array(), at, classes, max, inverseTau));
    float[] result = new float[classes];
    for (int i = 0; i < classes; i++) {
      result[i] = (logits.array()[at + i] - max) * inverseTau - logSum;
    }
    return result;
  }
}
