package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link RelationKernel} promises: values within an error bound, padding without effect. */
public abstract class RelationContract extends KernelContract<RelationKernel> {

  /** The suite. */
  protected RelationContract() {
    super(RelationKernel.class);
  }

  @Override
  protected boolean bitwise() {
    return false;
  }

  @ParameterizedTest
  @EnumSource
  void lossesAndGradientsAreWithinTheBoundOfTheExactOnes(RelationMode mode) {
    int[][] sizes = {{1, 1, 1, 1, 1}, {1, 2, 1, 3, 5}, {2, 7, 3, 16, 8}, {1, 16, 2, 15, 17}, {1, 17, 1, 33, 32},
        {2, 40, 2, 8, 24},
        {0, 4, 2, 3, 3}};
    for (int[] size : sizes) {
      for (Layout layout : Layout.values()) {
        Operand teacher = tensors.normal(layout, size[0], size[1], size[2], size[3]);
        Operand student = tensors.normal(layout, size[0], size[1], size[2], size[4]);
        int[] lengths = new int[size[0]];
        for (int batch = 0; batch < lengths.length; batch++) {
          lengths[batch] = size[1] - batch * 3;
        }
        check(teacher, student, lengths, mode, 1, false);
        check(teacher, student, lengths, mode, 0.4f, true);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void splitHeadsOfOneProjectionAreReadInPlace(RelationMode mode) {
    Operand teacher = tensors.normal(2, 11, 9, 8).through(x -> x.slice(2, 3, 6));
    Operand student = tensors.normal(2, 3, 11, 16).through(x -> x.transpose(1, 2));
    check(teacher, student, new int[] {11, 4}, mode, 1, true);
  }

  @ParameterizedTest
  @EnumSource
  void studentLikeItsTeacherHasNoLossAndNoGradient(RelationMode mode) {
    Operand x = tensors.normal(2, 19, 2, 16);
    Operand losses = tensors.normal(2, 2, 19);
    Operand gradStudent = tensors.normal(2, 19, 2, 16);
    int[] lengths = {19, 12};
    Outcome outcome = run((kernel, at) -> {
      kernel.relation(at.of(x), at.of(x), lengths, mode, 1, at.of(losses));
      kernel.relationBackward(at.of(x), at.of(x), lengths, mode, 1, 5, at.of(gradStudent), false);
    });
    outcome.within(losses, new double[2 * 2 * 19], new double[2 * 2 * 19]);
    outcome.within(gradStudent, new double[2 * 19 * 2 * 16], new double[2 * 19 * 2 * 16]);
  }

  @ParameterizedTest
  @EnumSource
  void paddingHasNoEffect(RelationMode mode) {
    Operand teacher = tensors.normal(1, 20, 2, 16);
    Operand student = tensors.normal(1, 20, 2, 16);
    float[] poison = student.values();
    Arrays.fill(poison, 13 * 32, 20 * 32, Float.NaN);
    Operand padded = Operand.of(poison, 1, 20, 2, 16);
    Operand losses = tensors.normal(1, 2, 20);
    Operand gradStudent = tensors.normal(1, 20, 2, 16);
    int[] lengths = {13};
    Outcome clean = run((kernel, at) -> {
      kernel.relation(at.of(teacher), at.of(student), lengths, mode, 1, at.of(losses));
      kernel.relationBackward(at.of(teacher), at.of(student), lengths, mode, 1, 1, at.of(gradStudent), false);
    });
    Outcome poisoned = run((kernel, at) -> {
      kernel.relation(at.of(teacher), at.of(padded), lengths, mode, 1, at.of(losses));
      kernel.relationBackward(at.of(teacher), at.of(padded), lengths, mode, 1, 1, at.of(gradStudent), false);
    });
    poisoned.equalTo(losses, clean.of(losses));
    poisoned.equalTo(gradStudent, clean.of(gradStudent));
  }

  @Test
  void zeroVectorsHaveNormsLimitedFromBelow() {
    Operand teacher = tensors.normal(1, 3, 1, 4);
    float[] values = tensors.normal(1, 3, 1, 4).values();
    Arrays.fill(values, 4, 8, 0);
    Operand student = Operand.of(values, 1, 3, 1, 4);
    check(teacher, student, new int[] {3}, RelationMode.ALGORITHM1, 1, false);
  }

  @Test
  void relationsThatVanishAreLimitedInTheLogarithm() {
    // Sharp relations: probabilities far below the limit on both sides.
    check(tensors.scaled(20, 1, 9, 1, 16), tensors.scaled(20, 1, 9, 1, 16), new int[] {9}, RelationMode.EQUATION12, 1, false);
    check(tensors.normal(1, 9, 1, 16), tensors.normal(1, 9, 1, 16), new int[] {9}, RelationMode.ALGORITHM1, 0.01f, false);
  }

  @Test
  void misfitsAreRefused() {
    Tensor x = upload(new float[12], 1, 2, 2, 3);
    Tensor losses = upload(new float[4], 1, 2, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().relation(x, upload(new float[12], 1, 2, 3, 2), new int[] {2}, RelationMode.ALGORITHM1, 1,
            losses))
        .withMessage("relation: teacher and student do not fit; teacher F32 [1, 2, 2, 3], student F32 [1, 2, 3, 2], "
            + "losses F32 [1, 2, 2]; expected equal batch, tokens and splitHeads");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().relation(x, x, new int[] {3}, RelationMode.ALGORITHM1, 1, losses))
        .withMessageStartingWith("relation: a length is outside the tokens; ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().relation(x, x, new int[] {2}, RelationMode.ALGORITHM1, 0, losses))
        .withMessageStartingWith("relation: temperature is not positive; ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().relationBackward(x, x, new int[] {2}, RelationMode.ALGORITHM1, 1, 1, x, false))
        .withMessageStartingWith("relationBackward: gradStudent overlaps teacher; ");
  }

  private void check(Operand teacher, Operand student, int[] lengths, RelationMode mode, float temperature, boolean accumulate) {
    int batches = student.shape().dim(0);
    int tokens = student.shape().dim(1);
    int heads = student.shape().dim(2);
    int width = student.shape().dim(3);
    float factor = 0.7f;
    Operand losses = tensors.normal(Layout.OFFSET, batches, heads, tokens);
    Operand gradStudent = tensors.normal(Layout.STRIDED, batches, tokens, heads, width);
    Outcome outcome = run((kernel, at) -> {
      kernel.relation(at.of(teacher), at.of(student), lengths, mode, temperature, at.of(losses));
      kernel.relationBackward(at.of(teacher), at.of(student), lengths, mode, temperature, factor, at.of(gradStudent), accumulate);
    });
    double[] exactLosses = new double[losses.size()];
    double[] lossBounds = new double[losses.size()];
    double[] exactGrads = new double[gradStudent.size()];
    double[] gradBounds = new double[gradStudent.size()];
    for (int batch = 0; batch < batches; batch++) {
      for (int head = 0; head < heads; head++) {
        ExactRelation exact = new ExactRelation(vectors(teacher, batch, head, lengths[batch]),
            vectors(student, batch, head, lengths[batch]), mode, temperature);
        for (int token = 0; token < lengths[batch]; token++) {
          exactLosses[(batch * heads + head) * tokens + token] = exact.losses[token];
          lossBounds[(batch * heads + head) * tokens + token] = exact.lossBounds[token] + TINY;
          int at = ((batch * tokens + token) * heads + head) * width;
          for (int d = 0; d < width; d++) {
            exactGrads[at + d] = factor * exact.gradStudent[token][d];
            gradBounds[at + d] = factor * exact.gradStudentBounds[token][d];
          }
        }
      }
    }
    float[] old = gradStudent.values();
    for (int i = 0; i < old.length; i++) {
      exactGrads[i] += accumulate ? old[i] : 0;
      gradBounds[i] += 2 * U * (Math.abs(exactGrads[i]) + (accumulate ? Math.abs(old[i]) : 0)) + TINY;
    }
    outcome.within(losses, exactLosses, lossBounds);
    outcome.within(gradStudent, exactGrads, gradBounds);
  }

  private static float[][] vectors(Operand x, int batch, int head, int length) {
    Tensor view = x.view().apply(x.buffer());
    float[][] vectors = new float[length][];
    for (int token = 0; token < length; token++) {
      vectors[token] = view.select(0, batch).select(0, token).select(0, head).toFloats();
    }
    return vectors;
  }
}
