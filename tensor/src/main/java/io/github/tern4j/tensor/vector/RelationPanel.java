package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import io.github.tern4j.tensor.kernel.RelationKernel;
import jdk.incubator.vector.FloatVector;

/**
 * Panels of relation scores of teacher and student, laid out as in {@link AttentionPanel}: one query in each lane, one key in
 * each row. {@code ln p = score - max - logSum}, where max and logSum are known for every token.
 */
final class RelationPanel {

  private static final float SMALLEST_LOG = (float) Math.log(RelationKernel.SMALLEST_PROBABILITY);

  private RelationPanel() {}

  /** {@code losses[lane] = sum over keys of p_T (ln p_T - ln p_S)}, logarithms limited below; queries from {@code token} on. */
  static void losses(float[] teacher, float[] teacherMax, float[] teacherLogSum, float[] student, float[] studentMax,
      float[] studentLogSum, int token, int keys, float[] losses) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      lossesOfLanes(teacher, teacherMax, teacherLogSum, student, studentMax, studentLogSum, token + lane, lane, keys, losses);
    }
  }

  private static void lossesOfLanes(float[] teacher, float[] teacherMax, float[] teacherLogSum, float[] student, float[] studentMax,
      float[] studentLogSum, int query, int lane, int keys, float[] losses) {
    FloatVector maxT = Lanes.load(teacherMax, query);
    FloatVector logSumT = Lanes.load(teacherLogSum, query);
    FloatVector maxS = Lanes.load(studentMax, query);
    FloatVector logSumS = Lanes.load(studentLogSum, query);
    FloatVector smallest = FloatVector.broadcast(FLOATS, SMALLEST_LOG);
    FloatVector loss = FloatVector.zero(FLOATS);
    for (int key = 0; key < keys; key++) {
      FloatVector logTeacher = Lanes.load(teacher, lane + key * COLUMNS).sub(maxT).sub(logSumT);
      FloatVector logStudent = Lanes.load(student, lane + key * COLUMNS).sub(maxS).sub(logSumS);
      loss = VectorMath.exp(logTeacher).fma(logTeacher.max(smallest).sub(logStudent.max(smallest)), loss);
    }
    loss.intoArray(losses, lane);
  }

  /**
   * Replaces the student's scores by {@code G_ij + G_ji} with {@code G = R_S - R_T}, i the query of a lane and j the key of a
   * row: scores are symmetric, so each side of the pair takes the statistics of its own query.
   *
   * @param sums working memory of {@code keys} vectors
   */
  static void scoreGradients(float[] teacher, float[] teacherMax, float[] teacherLogSum, float[] student, float[] studentMax,
      float[] studentLogSum, int token, int keys, float[] sums) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      relations(teacher, teacherMax, teacherLogSum, token + lane, lane, keys, sums);
      relations(student, studentMax, studentLogSum, token + lane, lane, keys, sums);
      subtract(student, teacher, lane, keys);
    }
  }

  /** Replaces scores by {@code R_ij + R_ji}, in two loops, since two exponentials in one are more than the JIT inlines. */
  private static void relations(float[] scores, float[] max, float[] logSum, int query, int lane, int keys, float[] sums) {
    asQueries(scores, max, logSum, query, lane, keys, sums);
    addAsKeys(scores, max, logSum, lane, keys, sums);
  }

  private static void asQueries(float[] scores, float[] max, float[] logSum, int query, int lane, int keys, float[] out) {
    FloatVector queryMax = Lanes.load(max, query);
    FloatVector queryLogSum = Lanes.load(logSum, query);
    for (int key = 0; key < keys; key++) {
      FloatVector score = Lanes.load(scores, lane + key * COLUMNS);
      VectorMath.exp(score.sub(queryMax).sub(queryLogSum)).intoArray(out, key * LANES);
    }
  }

  private static void addAsKeys(float[] scores, float[] max, float[] logSum, int lane, int keys, float[] other) {
    for (int key = 0; key < keys; key++) {
      FloatVector score = Lanes.load(scores, lane + key * COLUMNS);
      FloatVector asQuery = Lanes.load(other, key * LANES);
      FloatVector asKey = VectorMath.exp(score.sub(max[key]).sub(logSum[key]));
      asQuery.add(asKey).intoArray(scores, lane + key * COLUMNS);
    }
  }

  private static void subtract(float[] from, float[] subtrahend, int lane, int keys) {
    for (int key = 0; key < keys; key++) {
      int i = lane + key * COLUMNS;
      Lanes.load(from, i).sub(Lanes.load(subtrahend, i)).intoArray(from, i);
    }
  }
}
