package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link KlDivergenceKernel}, parallel over rows. */
final class VectorKlDivergence implements KlDivergenceKernel {

  private final Workers workers;
  private final Scratch probabilityScratch = new Scratch();

  VectorKlDivergence(Workers workers) {
    this.workers = workers;
  }

  /** One row of logits at a temperature: {@code ln p_j = (x_j - max) inverseTau - logSum}. */
  private record Row(float[] logits, int at, float max, float inverseTau, float logSum) {

    static Row of(Tensor logits, int row, float inverseTau, float[] partial) {
      int classes = logits.dim(1);
      int at = logits.arrayOffset() + row * classes;
      float max = Rows.max(logits.array(), at, classes);
      float sum = Rows.expSum(logits.array(), at, classes, max, inverseTau, partial);
      return new Row(logits.array(), at, max, inverseTau, (float) Math.log(sum));
    }

    float logProbability(float logit) {
      return (logit - max) * inverseTau - logSum;
    }
  }

  @Override
  public void klDivergence(Tensor teacher, Tensor student, float tau, boolean[] keep, Tensor losses) {
    KlDivergenceKernel.checkKlDivergence(teacher, student, tau, keep, losses);
    int classes = teacher.dim(1);
    Ranges.rows(workers, keep.length, classes, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      for (int row = first; row < last; row++) {
        float loss = 0;
        if (keep[row]) {
          Row ofTeacher = Row.of(teacher, row, 1 / tau, partial);
          Row ofStudent = Row.of(student, row, 1 / tau, partial);
          float[] probabilities = probabilityScratch.atLeast(classes);
          probabilities(ofTeacher, ofTeacher.logits, ofTeacher.at, classes, probabilities);
          loss = divergence(ofTeacher, ofStudent, probabilities, classes, partial);
        }
        losses.array()[losses.arrayOffset() + row] = loss;
      }
    });
  }

  private static float divergence(Row teacher, Row student, float[] probabilities, int n, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      divergenceLanes(teacher, teacher.logits, student, student.logits, probabilities, lane, n - lane, partial);
    }
    return Rows.fold(partial);
  }

  /** Without exponentials: the JIT put vectors on the heap for them, a gigabyte a second. */
  private static void divergenceLanes(Row teacher, float[] teacherLogits, Row student, float[] studentLogits,
      float[] probabilities, int first, int n, float[] partial) {
    float inverseTau = teacher.inverseTau;
    int teacherAt = teacher.at + first;
    int studentAt = student.at + first;
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= n - LANES; i += Summation.LANES) {
      FloatVector logTeacher = Lanes.load(teacherLogits, teacherAt + i).sub(teacher.max).mul(inverseTau).sub(teacher.logSum);
      FloatVector logStudent = Lanes.load(studentLogits, studentAt + i).sub(student.max).mul(inverseTau).sub(student.logSum);
      FloatVector probability = Lanes.load(probabilities, first + i);
      // What the teacher gives no probability counts nothing, even where the student's logarithm is infinite.
      sum = sum.blend(probability.fma(logTeacher.sub(logStudent), sum), probability.compare(VectorOperators.NE, 0));
    }
    sum.intoArray(partial, first);
    for (int lane = 0; lane < LANES && i + lane < n; lane++) {
      float probability = probabilities[first + i + lane];
      if (probability != 0) {
        float difference = teacher.logProbability(teacherLogits[teacherAt + i + lane])
            - student.logProbability(studentLogits[studentAt + i + lane]);
        partial[first + lane] = Math.fma(probability, difference, partial[first + lane]);
      }
    }
  }

  @Override
  public void klDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, float factor, Tensor gradStudent,
      boolean accumulate) {
    KlDivergenceKernel.checkKlDivergenceBackward(teacher, student, tau, keep, gradStudent);
    int classes = student.dim(1);
    float scale = factor * (1 / tau);
    Ranges.rows(workers, keep.length, classes, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      float[] ofStudentRow = probabilityScratch.atLeast(classes);
      for (int row = first; row < last; row++) {
        int to = gradStudent.arrayOffset() + row * classes;
        if (keep[row]) {
          Row ofTeacher = Row.of(teacher, row, 1 / tau, partial);
          Row ofStudent = Row.of(student, row, 1 / tau, partial);
          probabilities(ofStudent, ofStudent.logits, ofStudent.at, classes, ofStudentRow);
          gradient(ofTeacher, ofTeacher.logits, ofTeacher.at, classes, ofStudentRow, scale, gradStudent.array(), to, accumulate);
        } else if (!accumulate) {
          Arrays.fill(gradStudent.array(), to, to + classes, 0);
        }
      }
    });
  }

  private static void probabilities(Row row, float[] logits, int at, int n, float[] out) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorMath.exp(Lanes.load(logits, at + i).sub(row.max).mul(row.inverseTau).sub(row.logSum)).intoArray(out, i);
    }
    for (; i < n; i++) {
      out[i] = FloatMath.exp(row.logProbability(logits[at + i]));
    }
  }

  /** A loop of its own, since two exponentials in one are more than the JIT inlines. */
  private static void gradient(
      Row teacher, float[] logits, int at, int n, float[] student, float scale, float[] grads, int to, boolean add) {
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector logTeacher = Lanes.load(logits, at + i).sub(teacher.max).mul(teacher.inverseTau).sub(teacher.logSum);
      FloatVector ofStudent = Lanes.load(student, i);
      FloatVector grad = ofStudent.sub(VectorMath.exp(logTeacher)).mul(scale);
      if (add) {
        grad.add(FloatVector.fromArray(FLOATS, grads, to + i)).intoArray(grads, to + i);
      } else {
        grad.intoArray(grads, to + i);
      }
    }
    for (; i < n; i++) {
      Lanes.store((student[i] - FloatMath.exp(teacher.logProbability(logits[at + i]))) * scale, grads, to + i, add);
    }
  }
}
