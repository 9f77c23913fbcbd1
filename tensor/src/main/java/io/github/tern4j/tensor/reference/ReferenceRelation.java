package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.FloatMath;
import io.github.tern4j.tensor.kernel.Positions;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;

/** {@link RelationKernel} with whole matrices of tokens x tokens, one batch entry and head at a time. */
final class ReferenceRelation implements RelationKernel {

  @Override
  public void relation(Tensor teacher, Tensor student, int[] lengths, RelationMode mode, float temperature, Tensor losses) {
    RelationKernel.checkRelation(teacher, student, lengths, temperature, losses);
    int[] lossAt = Positions.of(losses, 0);
    for (int batch = 0; batch < student.dim(0); batch++) {
      for (int head = 0; head < student.dim(2); head++) {
        float[][] ofTeacher = new Vectors(teacher, batch, head, lengths[batch], mode, temperature).relations();
        float[][] ofStudent = new Vectors(student, batch, head, lengths[batch], mode, temperature).relations();
        for (int query = 0; query < student.dim(1); query++) {
          float loss = 0;
          for (int key = 0; key < lengths[batch] && query < lengths[batch]; key++) {
            float p = ofTeacher[query][key];
            loss = Math.fma(p, limitedLn(p) - limitedLn(ofStudent[query][key]), loss);
          }
          losses.array()[lossAt[(batch * student.dim(2) + head) * student.dim(1) + query]] = loss;
        }
      }
    }
  }

  private static float limitedLn(float probability) {
    return RowSums.ln(Math.max(probability, SMALLEST_PROBABILITY));
  }

  @Override
  public void relationBackward(Tensor teacher, Tensor student, int[] lengths, RelationMode mode, float temperature, float factor,
      Tensor gradStudent, boolean accumulate) {
    RelationKernel.checkRelationBackward(teacher, student, lengths, temperature, gradStudent);
    int[] gradAt = Positions.of(gradStudent, 1);
    for (int batch = 0; batch < student.dim(0); batch++) {
      for (int head = 0; head < student.dim(2); head++) {
        float[][] ofTeacher = new Vectors(teacher, batch, head, lengths[batch], mode, temperature).relations();
        Vectors vectors = new Vectors(student, batch, head, lengths[batch], mode, temperature);
        float[][] grads = vectors.gradient(ofTeacher, factor);
        for (int token = 0; token < student.dim(1); token++) {
          int at = gradAt[(batch * student.dim(1) + token) * student.dim(2) + head];
          for (int i = 0; i < student.dim(3); i++) {
            float grad = token < lengths[batch] ? grads[token][i] : 0;
            gradStudent.array()[at + i] = accumulate ? gradStudent.array()[at + i] + grad : grad;
          }
        }
      }
    }
  }

  /** The unpadded token vectors of one batch entry and head: {@code y = x / norm}, or {@code y = x}. */
  private static final class Vectors {

    private final int length;
    private final int width;
    private final boolean normalized;
    private final float scoreFactor;
    private final float[] norms;
    private final float[][] y;

    Vectors(Tensor x, int batch, int head, int length, RelationMode mode, float temperature) {
      this.length = length;
      this.width = x.dim(3);
      this.normalized = mode.normalized();
      this.scoreFactor = mode.scoreFactor(width, temperature);
      this.norms = new float[length];
      this.y = new float[length][width];
      int[] rowAt = Positions.of(x, 1);
      for (int token = 0; token < length; token++) {
        int at = rowAt[(batch * x.dim(1) + token) * x.dim(2) + head];
        norms[token] = (float) Math.sqrt(RowSums.dot(x.array(), at, x.array(), at, width));
        float divisor = normalized ? Math.max(norms[token], SMALLEST_NORM) : 1;
        for (int i = 0; i < width; i++) {
          y[token][i] = x.array()[at + i] / divisor;
        }
      }
    }

    /** R = softmax(y y^T scoreFactor) over the keys. */
    float[][] relations() {
      float[][] relations = new float[length][length];
      for (int query = 0; query < length; query++) {
        float[] row = relations[query];
        for (int key = 0; key < length; key++) {
          row[key] = RowSums.dot(y[query], 0, y[key], 0, width) * scoreFactor;
        }
        float max = RowSums.max(row, 0, length);
        float sum = RowSums.expSum(row, 0, length, max, 1);
        for (int key = 0; key < length; key++) {
          row[key] = FloatMath.exp(row[key] - max) / sum;
        }
      }
      return relations;
    }

    /**
     * The gradient of the losses by x. With {@code G = R_S - R_T} by the scores, each vector being query and key,
     * {@code gradY_i = factor scoreFactor sum_j (G_ij + G_ji) y_j}; through the norm
     * {@code gradX_i = (gradY_i - y_i (y_i . gradY_i)) / norm_i}.
     */
    float[][] gradient(float[][] teacher, float factor) {
      float[][] student = relations();
      float[][] grads = new float[length][width];
      for (int i = 0; i < length; i++) {
        for (int j = 0; j < length; j++) {
          float gradScore = student[i][j] - teacher[i][j] + (student[j][i] - teacher[j][i]);
          for (int d = 0; d < width; d++) {
            grads[i][d] = Math.fma(factor * scoreFactor * gradScore, y[j][d], grads[i][d]);
          }
        }
        if (normalized) {
          boolean constantNorm = norms[i] < SMALLEST_NORM;
          float along = constantNorm ? 0 : RowSums.dot(y[i], 0, grads[i], 0, width);
          float divisor = constantNorm ? SMALLEST_NORM : norms[i];
          for (int d = 0; d < width; d++) {
            grads[i][d] = (grads[i][d] - y[i][d] * along) / divisor;
          }
        }
      }
      return grads;
    }
  }
}
