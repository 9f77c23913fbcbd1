package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link KlDivergenceKernel}, parallel over rows; no row of probabilities is stored. */
final class VectorKlDivergence implements KlDivergenceKernel {

  private final Workers workers;

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
          loss = divergence(ofTeacher, ofStudent, classes, partial);
        }
        losses.array()[losses.arrayOffset() + row] = loss;
      }
    });
  }

  private static float divergence(Row teacher, Row student, int n, float[] partial) {
    for (int lane = 0; lane < Summation.LANES; lane += LANES) {
      divergenceLanes(teacher.logits, teacher.at + lane, teacher.max, teacher.logSum,
          student.logits, student.at + lane, student.max, student.logSum, teacher.inverseTau, n - lane, partial, lane);
    }
    return Summation.fold(partial, 0);
  }

  private static void divergenceLanes(float[] teacher, int teacherAt, float teacherMax, float teacherLogSum,
      float[] student, int studentAt, float studentMax, float studentLogSum, float inverseTau, int n, float[] partial, int to) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < n; i += Summation.LANES) {
      VectorMask<Float> present = FLOATS.indexInRange(i, n);
      FloatVector logTeacher = Lanes.load(teacher, teacherAt + i, present).sub(teacherMax).mul(inverseTau).sub(teacherLogSum);
      FloatVector logStudent = Lanes.load(student, studentAt + i, present).sub(studentMax).mul(inverseTau).sub(studentLogSum);
      FloatVector probability = VectorMath.exp(logTeacher);
      VectorMask<Float> counts = probability.compare(VectorOperators.NE, 0).and(present);
      sum = sum.blend(probability.fma(logTeacher.sub(logStudent), sum), counts);
    }
    sum.intoArray(partial, to);
  }

  @Override
  public void klDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, float factor, Tensor gradStudent,
      boolean accumulate) {
    KlDivergenceKernel.checkKlDivergenceBackward(teacher, student, tau, keep, gradStudent);
    int classes = student.dim(1);
    float scale = factor * (1 / tau);
    Ranges.rows(workers, keep.length, classes, (first, last) -> {
      float[] partial = new float[Summation.LANES];
      for (int row = first; row < last; row++) {
        int to = gradStudent.arrayOffset() + row * classes;
        if (keep[row]) {
          Row ofTeacher = Row.of(teacher, row, 1 / tau, partial);
          Row ofStudent = Row.of(student, row, 1 / tau, partial);
          gradient(ofTeacher.logits, ofTeacher.at, ofTeacher.max, ofTeacher.logSum, ofStudent.logits, ofStudent.at, ofStudent.max,
              ofStudent.logSum, 1 / tau, scale, classes, gradStudent.array(), to, accumulate);
        } else if (!accumulate) {
          Arrays.fill(gradStudent.array(), to, to + classes, 0);
        }
      }
    });
  }

  private static void gradient(float[] teacher, int teacherAt, float teacherMax, float teacherLogSum,
      float[] student, int studentAt, float studentMax, float studentLogSum, float inverseTau, float scale, int n,
      float[] grads, int to, boolean add) {
    for (int i = 0; i < n; i += LANES) {
      VectorMask<Float> present = FLOATS.indexInRange(i, n);
      FloatVector logTeacher = Lanes.load(teacher, teacherAt + i, present).sub(teacherMax).mul(inverseTau).sub(teacherLogSum);
      FloatVector logStudent = Lanes.load(student, studentAt + i, present).sub(studentMax).mul(inverseTau).sub(studentLogSum);
      FloatVector grad = VectorMath.exp(logStudent).sub(VectorMath.exp(logTeacher)).mul(scale);
      Lanes.store(grad, grads, to + i, present, add);
    }
  }
}
