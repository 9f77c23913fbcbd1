package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Attention-relation distillation of one projection cut into kvHeads vectors a token, {@code [batch, tokens, kvHeads, headDim]}.
 * Forward takes 4 batch kvHeads tokens^2 headDim floating-point operations and two exponentials a pair of tokens.
 */
public class RelationBenchmark extends LayerBenchmark {

  private static final RelationMode MODE = RelationMode.ALGORITHM1;
  private static final float TEMPERATURE = 1;
  private static final float FACTOR = 1;

  private RelationKernel kernel;
  private int[] lengths;
  private Tensor teacher;
  private Tensor student;
  private Tensor losses;
  private Tensor gradStudent;

  @Override
  void prepare(LayerShape layer) {
    kernel = kernel(RelationKernel.class);
    lengths = new int[layer.batch()];
    Arrays.fill(lengths, layer.tokens());
    teacher = normal(1, layer.batch(), layer.tokens(), layer.kvHeads(), layer.headDim());
    student = normal(2, layer.batch(), layer.tokens(), layer.kvHeads(), layer.headDim());
    losses = allocate(layer.batch(), layer.kvHeads(), layer.tokens());
    gradStudent = allocate(layer.batch(), layer.tokens(), layer.kvHeads(), layer.headDim());
  }

  /**
   * The last head of the last sequence. Bounds are n 2^-24 of the terms' magnitudes, n the terms of scores (two sides) and of
   * the softmax. Scores are in [-1, 1], so that logarithms are below ln tokens + 2; the four relations in a gradient sum to
   * about 1 each, and vectors of normal values have a squared norm of about headDim.
   */
  @Override
  void verify(Backend reference) {
    RelationKernel expected = reference.kernel(RelationKernel.class);
    Tensor hostTeacher = host(lastHead(teacher));
    Tensor hostStudent = host(lastHead(student));
    int[] length = {lengths[lengths.length - 1]};
    int headDim = student.dim(3);
    double error = (length[0] + 2 * headDim) * 0x1p-24;
    Tensor expectedLosses = Tensor.zeros(1, 1, length[0]);
    forward();
    expected.relation(hostTeacher, hostStudent, length, MODE, TEMPERATURE, expectedLosses);
    verifyWithin(2 * error * (Math.log(length[0]) + 2), "relation",
        losses.slice(0, lengths.length - 1, lengths.length).slice(1, losses.dim(1) - 1, losses.dim(1)), expectedLosses);
    Tensor expectedGrad = Tensor.zeros(hostStudent.shape());
    backward();
    expected.relationBackward(hostTeacher, hostStudent, length, MODE, TEMPERATURE, FACTOR, expectedGrad, false);
    verifyWithin(4 * error * NormalValues.largest(hostStudent) / headDim, "relationBackward", lastHead(gradStudent),
        expectedGrad);
  }

  private static Tensor lastHead(Tensor x) {
    return x.slice(0, x.dim(0) - 1, x.dim(0)).slice(2, x.dim(2) - 1, x.dim(2));
  }

  /** The losses. */
  @Benchmark
  public void forward() {
    kernel.relation(teacher, student, lengths, MODE, TEMPERATURE, losses);
  }

  /** The student's gradient. */
  @Benchmark
  public void backward() {
    kernel.relationBackward(teacher, student, lengths, MODE, TEMPERATURE, FACTOR, gradStudent, false);
  }
}
