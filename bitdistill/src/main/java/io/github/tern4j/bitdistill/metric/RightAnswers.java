package io.github.tern4j.bitdistill.metric;

/** Which rows a method got right. */
public final class RightAnswers {

  private RightAnswers() {}

  /** Row by row, whether prediction and label are equal. */
  public static boolean[] of(int[] predictions, int[] labels) {
    if (predictions.length != labels.length) {
      throw new IllegalArgumentException(
          "right answers: " + predictions.length + " predictions, " + labels.length + " labels; expected one prediction a label");
    }
    boolean[] right = new boolean[labels.length];
    for (int row = 0; row < right.length; row++) {
      right[row] = predictions[row] == labels[row];
    }
    return right;
  }

  static long count(boolean[] right) {
    long count = 0;
    for (boolean row : right) {
      count += row ? 1 : 0;
    }
    return count;
  }
}
