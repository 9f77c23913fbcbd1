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
  private final ThreadLocal<Row> teacherRow = ThreadLocal.withInitial(Row::new);
  private final ThreadLocal<Row> studentRow = ThreadLocal.withInitial(Row::new);

  VectorKlDivergence(Workers workers) {
    this.workers = workers;
  }

  /**
   * One row of logits at a temperature: {@code ln p_j = (x_j - max) inverseTau - logSum}. A thread has one for each side, since two
   * for each row of a batch would be a megabyte of garbage a training step.
   */
  private static final class Row {

    private final float[] partial = new float[Summation.LANES];
    private int at;
    private float inverseTau;
    private float max;
    private float logSum;

    /** Becomes the row that begins at {@code at}. */
    void set(float[] logits, int at, int classes, float inverseTau) {
      this.at = at;
      this.inverseTau = inverseTau;
      max = Rows.max(logits, at, classes);
      logSum = (float) Math.log(Rows.expSum(logits, at, classes, max, inverseTau, partial));
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
      Row ofTeacher = teacherRow.get();
      Row ofStudent = studentRow.get();
      for (int row = first; row < last; row++) {
        float loss = 0;
        if (keep[row]) {
          ofTeacher.set(teacher.array(), teacher.arrayOffset() + row * classes, classes, 1 / tau);
          ofStudent.set(student.array(), student.arrayOffset() + row * classes, classes, 1 / tau);
          float[] probabilities = probabilityScratch.atLeast(classes);
          probabilities(ofTeacher, teacher.array(), classes, probabilities);
          loss = divergence(ofTeacher, teacher.array(), ofStudent, student.array(), probabilities, classes);
        }
        losses.array()[losses.arrayOffset() + row] = loss;
      }
    });
  }

  /**
   * The divergence of a row. Without exponentials, for which the JIT put vectors on the heap, a gigabyte a second; and one method
   * of more than 325 bytes of code, which the JIT does not inline: inside its caller its vectors were on the heap too, in most
   * processes.
   */
  private static float divergence(
      Row teacher, float[] teacherLogits, Row student, float[] studentLogits, float[] probabilities, int n) {
    float[] partial = teacher.partial;
    float inverseTau = teacher.inverseTau;
    for (int first = 0; first < Summation.LANES; first += LANES) {
      int teacherAt = teacher.at + first;
      int studentAt = student.at + first;
      int count = n - first;
      FloatVector sum = FloatVector.zero(FLOATS);
      int i = 0;
      for (; i <= count - LANES; i += Summation.LANES) {
        FloatVector logTeacher = FloatVector.fromArray(FLOATS, teacherLogits, teacherAt + i).sub(teacher.max).mul(inverseTau)
            .sub(teacher.logSum);
        FloatVector logStudent = FloatVector.fromArray(FLOATS, studentLogits, studentAt + i).sub(student.max).mul(inverseTau)
            .sub(student.logSum);
        FloatVector probability = FloatVector.fromArray(FLOATS, probabilities, first + i);
        // What the teacher gives no probability counts nothing, even where the student's logarithm is infinite.
        sum = sum.blend(probability.fma(logTeacher.sub(logStudent), sum), probability.compare(VectorOperators.NE, 0));
      }
      sum.intoArray(partial, first);
      for (int lane = 0; lane < LANES && i + lane < count; lane++) {
        float probability = probabilities[first + i + lane];
        if (probability != 0) {
          float logTeacher = (teacherLogits[teacherAt + i + lane] - teacher.max) * inverseTau - teacher.logSum;
          float logStudent = (studentLogits[studentAt + i + lane] - student.max) * inverseTau - student.logSum;
          partial[first + lane] = Math.fma(probability, logTeacher - logStudent, partial[first + lane]);
        }
      }
    }
    return Rows.fold(partial);
  }

  @Override
  public void klDivergenceBackward(Tensor teacher, Tensor student, float tau, boolean[] keep, float factor, Tensor gradStudent,
      boolean accumulate) {
    KlDivergenceKernel.checkKlDivergenceBackward(teacher, student, tau, keep, gradStudent);
    int classes = student.dim(1);
    float scale = factor * (1 / tau);
    Ranges.rows(workers, keep.length, classes, (first, last) -> {
      Row ofTeacher = teacherRow.get();
      Row ofStudent = studentRow.get();
      float[] ofStudentRow = probabilityScratch.atLeast(classes);
      for (int row = first; row < last; row++) {
        int to = gradStudent.arrayOffset() + row * classes;
        if (keep[row]) {
          ofTeacher.set(teacher.array(), teacher.arrayOffset() + row * classes, classes, 1 / tau);
          ofStudent.set(student.array(), student.arrayOffset() + row * classes, classes, 1 / tau);
          probabilities(ofStudent, student.array(), classes, ofStudentRow);
          gradient(ofTeacher, teacher.array(), classes, ofStudentRow, scale, gradStudent.array(), to, accumulate);
        } else if (!accumulate) {
          Arrays.fill(gradStudent.array(), to, to + classes, 0);
        }
      }
    });
  }

  private static void probabilities(Row row, float[] logits, int n, float[] out) {
    int at = row.at;
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
      Row teacher, float[] logits, int n, float[] student, float scale, float[] grads, int to, boolean add) {
    int at = teacher.at;
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
