package io.github.tern4j.bench;

import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Logits distillation with all tokens, {@code [rows, vocabulary]} of teacher and student: two passes over both in either
 * direction, with exponentials in each.
 */
public class KlDivergenceBenchmark extends LayerBenchmark {

  private static final int VERIFIED_ROWS = 3;
  private static final float TAU = LogitsLoss.paper().tau();

  private KlDivergenceKernel kernel;
  private float factor;
  private boolean[] keep;
  private Tensor teacher;
  private Tensor student;
  private Tensor losses;
  private Tensor gradStudent;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(KlDivergenceKernel.class);
    factor = 1f / layer.rows();
    keep = new boolean[layer.rows()];
    Arrays.fill(keep, true);
    teacher = normal(1, layer.rows(), layer.vocabulary());
    student = normal(2, layer.rows(), layer.vocabulary());
    losses = allocate(layer.rows());
    gradStudent = allocate(layer.rows(), layer.vocabulary());
  }

  @Override
  void verify(Backend reference) {
    KlDivergenceKernel expected = reference.kernel(KlDivergenceKernel.class);
    int first = keep.length - VERIFIED_ROWS;
    boolean[] lastKeep = Arrays.copyOfRange(keep, first, keep.length);
    Tensor lastTeacher = host(teacher.slice(0, first, keep.length));
    Tensor lastStudent = host(student.slice(0, first, keep.length));
    Tensor expectedLosses = Tensor.zeros(VERIFIED_ROWS);
    forward();
    expected.klDivergence(lastTeacher, lastStudent, TAU, lastKeep, expectedLosses);
    verifySameBits("klDivergence", losses.slice(0, first, keep.length), expectedLosses);
    Tensor expectedGrad = Tensor.zeros(lastStudent.shape());
    backward();
    expected.klDivergenceBackward(lastTeacher, lastStudent, TAU, lastKeep, factor, expectedGrad, false);
    verifySameBits("klDivergenceBackward", gradStudent.slice(0, first, keep.length), expectedGrad);
  }

  /** The losses. */
  @Benchmark
  public void forward() {
    kernel.klDivergence(teacher, student, TAU, keep, losses);
  }

  /** The student's gradient. */
  @Benchmark
  public void backward() {
    kernel.klDivergenceBackward(teacher, student, TAU, keep, factor, gradStudent, false);
  }
}
