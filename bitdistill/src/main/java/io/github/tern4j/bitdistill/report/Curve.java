package io.github.tern4j.bitdistill.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A quantity over the steps of a stage.
 *
 * @param stage the stage, for example {@code stage 3: distillation}; the page draws one figure per stage and quantity
 * @param quantity what is on the vertical axis
 * @param series the name in the legend: {@code CE}, {@code LD}, {@code AD}, {@code LD / CE}
 * @param steps the steps, ascending
 * @param values one value for each step
 */
public record Curve(String stage, Quantity quantity, String series, List<Long> steps, List<Double> values) {

  /** More points than this cannot be told apart on a page and only make the files larger. */
  static final int MAX_POINTS = 400;

  /** What a curve shows. */
  public enum Quantity {
    /** A loss term, unweighted. */
    LOSS,
    /** The norm of one term's gradient divided by that of another. */
    GRADIENT_RATIO
  }

  /** Checks that steps and values pair up. */
  public Curve {
    if (steps.size() != values.size()) {
      throw new IllegalArgumentException(
          "curve: " + stage + ", " + series + ": " + steps.size() + " steps but " + values.size() + " values");
    }
    steps = List.copyOf(steps);
    values = List.copyOf(values);
  }

  /**
   * A curve of any length, thinned to at most {@value #MAX_POINTS} points: neighbouring steps become one point with their mean
   * value at the last of them.
   */
  public static Curve thinned(String stage, Quantity quantity, String series, long[] steps, double[] values) {
    int width = Math.max(1, Math.ceilDiv(values.length, MAX_POINTS));
    List<Long> kept = new ArrayList<>();
    List<Double> means = new ArrayList<>();
    for (int begin = 0; begin < values.length; begin += width) {
      int end = Math.min(begin + width, values.length);
      double sum = 0;
      for (int i = begin; i < end; i++) {
        sum += values[i];
      }
      kept.add(steps[end - 1]);
      means.add(sum / (end - begin));
    }
    return new Curve(stage, quantity, series, kept, means);
  }
}
