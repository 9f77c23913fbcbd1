package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.VectorWidth.FLOATS;
import static io.github.tern4j.tensor.vector.VectorWidth.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A panel of scores: one query in each of {@link MatmulTile#COLUMNS} lanes, one key in each row, as the tiles of a matrix product
 * write it and as it is read back as the right factor of the next product. Maxima and sums over keys need no lane to meet
 * another, and their order is the order of keys whatever the vector width.
 */
final class AttentionPanel {

  private AttentionPanel() {}

  /** Sets what lies between queries and later keys to a value: key row r in lanes below {@code r - position}. */
  static void hideLaterKeys(float[] scores, int at, int position, int keys, float value) {
    for (int key = position + 1; key < keys; key++) {
      int hidden = Math.min(COLUMNS, key - position);
      Arrays.fill(scores, at + key * COLUMNS, at + key * COLUMNS + hidden, value);
    }
  }

  /** Replaces scores by {@code exp(score - max)} over the keys; stores each lane's maximum and sum. */
  static void exponentials(float[] scores, int at, int keys, float[] max, float[] sum) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      maxOfKeys(scores, at + lane, keys, max, lane);
      expOfKeys(scores, at + lane, keys, max, sum, lane);
    }
  }

  /** Stores each lane's maximum, from {@code max[to]} on, and {@code sum exp(score - max)}; scores are kept. */
  static void statistics(float[] scores, int keys, float[] max, int to, float[] sum) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      maxOfKeys(scores, lane, keys, max, to + lane);
      expSumOfKeys(scores, lane, keys, max, to + lane, sum, lane);
    }
  }

  private static void expSumOfKeys(float[] scores, int at, int keys, float[] max, int maxAt, float[] sum, int lane) {
    FloatVector largest = Lanes.load(max, maxAt);
    FloatVector total = FloatVector.zero(FLOATS);
    for (int key = 0; key < keys; key++) {
      total = total.add(VectorMath.exp(Lanes.load(scores, at + key * COLUMNS).sub(largest)));
    }
    total.intoArray(sum, lane);
  }

  private static void maxOfKeys(float[] scores, int at, int keys, float[] max, int lane) {
    FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int key = 0; key < keys; key++) {
      largest = largest.max(Lanes.load(scores, at + key * COLUMNS));
    }
    largest.intoArray(max, lane);
  }

  private static void expOfKeys(float[] scores, int at, int keys, float[] max, float[] sum, int lane) {
    FloatVector largest = Lanes.load(max, lane);
    FloatVector total = FloatVector.zero(FLOATS);
    for (int key = 0; key < keys; key++) {
      FloatVector exponential = VectorMath.exp(Lanes.load(scores, at + key * COLUMNS).sub(largest));
      exponential.intoArray(scores, at + key * COLUMNS);
      total = total.add(exponential);
    }
    total.intoArray(sum, lane);
  }

  /** Replaces scores by probabilities {@code exp(score - logSumExp)}. */
  static void probabilities(float[] scores, int at, int keys, float[] logSumExp) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      probabilitiesOfLanes(scores, at + lane, keys, logSumExp, lane);
    }
  }

  private static void probabilitiesOfLanes(float[] scores, int at, int keys, float[] logSumExp, int lane) {
    FloatVector normalizer = Lanes.load(logSumExp, lane);
    for (int key = 0; key < keys; key++) {
      VectorMath.exp(Lanes.load(scores, at + key * COLUMNS).sub(normalizer)).intoArray(scores, at + key * COLUMNS);
    }
  }

  /** Replaces gradients of probabilities by those of scores: {@code p (grad - mean)}. */
  static void scoreGradients(float[] probabilities, float[] grads, int at, int keys, float[] mean) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      scoreGradientsOfLanes(probabilities, grads, at + lane, keys, mean, lane);
    }
  }

  private static void scoreGradientsOfLanes(float[] probabilities, float[] grads, int at, int keys, float[] mean, int lane) {
    FloatVector subtrahend = Lanes.load(mean, lane);
    for (int key = 0; key < keys; key++) {
      int i = at + key * COLUMNS;
      Lanes.load(probabilities, i).mul(Lanes.load(grads, i).sub(subtrahend)).intoArray(grads, i);
    }
  }

  /** Divides every row by the lanes of {@code divisor}. */
  static void divide(float[] rows, int count, float[] divisor) {
    for (int lane = 0; lane < COLUMNS; lane += LANES) {
      divideLanes(rows, lane, count, divisor);
    }
  }

  private static void divideLanes(float[] rows, int lane, int count, float[] divisor) {
    FloatVector by = Lanes.load(divisor, lane);
    for (int row = 0; row < count; row++) {
      Lanes.load(rows, lane + row * COLUMNS).div(by).intoArray(rows, lane + row * COLUMNS);
    }
  }
}
