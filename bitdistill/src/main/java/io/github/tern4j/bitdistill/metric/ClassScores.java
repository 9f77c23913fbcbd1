package io.github.tern4j.bitdistill.metric;

import java.util.function.ToDoubleFunction;

/**
 * Scores of predicted classes where accuracy misleads, all functions of the confusion matrix {@code n[label][prediction]}.
 * Undefined quotients are 0, as in scikit-learn.
 */
public final class ClassScores {

  private ClassScores() {}

  /**
   * {@code F1 = 2 TP / (2 TP + FP + FN)} of the class {@code positive} against all others.
   *
   * @throws IllegalArgumentException for no rows, or different numbers of predictions and labels
   */
  public static CorpusScore f1(int[] predictions, int[] labels, int positive) {
    return scored("f1", isClass(predictions, positive), isClass(labels, positive), 2, counts -> f1(counts, 2, 1));
  }

  /**
   * The mean of F1 over the classes that occur among labels or predictions.
   *
   * @throws IllegalArgumentException for no rows, different numbers of predictions and labels, or classes outside [0, classes)
   */
  public static CorpusScore macroF1(int[] predictions, int[] labels, int classes) {
    return scored("macro F1", predictions, labels, classes, counts -> macroF1(counts, classes));
  }

  /**
   * Matthews' correlation coefficient, CoLA's measure, for any number of classes (Gorodkin 2004): with {@code t} labels and
   * {@code p} predictions of each class, {@code c} right ones and {@code s} rows,
   * {@code (c s - sum p t) / sqrt((s^2 - sum p^2)(s^2 - sum t^2))}; 0 when labels or predictions are all the same.
   *
   * @throws IllegalArgumentException for no rows, different numbers of predictions and labels, or classes outside [0, classes)
   */
  public static CorpusScore matthews(int[] predictions, int[] labels, int classes) {
    return scored("matthews", predictions, labels, classes, counts -> matthews(counts, classes));
  }

  private static CorpusScore scored(
      String op, int[] predictions, int[] labels, int classes, ToDoubleFunction<double[]> score) {
    if (predictions.length != labels.length) {
      throw new IllegalArgumentException(
          op + ": " + predictions.length + " predictions, " + labels.length + " labels; expected one prediction a label");
    }
    double[][] statistics = new double[labels.length][classes * classes];
    for (int row = 0; row < labels.length; row++) {
      if (Math.min(labels[row], predictions[row]) < 0 || Math.max(labels[row], predictions[row]) >= classes) {
        throw new IllegalArgumentException(op + ": row " + row + " has label " + labels[row] + " and prediction "
            + predictions[row] + "; expected 0 to " + (classes - 1));
      }
      statistics[row][labels[row] * classes + predictions[row]] = 1;
    }
    return new CorpusScore(statistics, score);
  }

  private static int[] isClass(int[] values, int positive) {
    int[] is = new int[values.length];
    for (int row = 0; row < is.length; row++) {
      is[row] = values[row] == positive ? 1 : 0;
    }
    return is;
  }

  private static double f1(double[] counts, int classes, int of) {
    double either = labels(counts, classes, of) + predictions(counts, classes, of);
    return either == 0 ? 0 : 2 * counts[of * classes + of] / either;
  }

  private static double macroF1(double[] counts, int classes) {
    double sum = 0;
    int occurring = 0;
    for (int of = 0; of < classes; of++) {
      sum += f1(counts, classes, of);
      occurring += labels(counts, classes, of) + predictions(counts, classes, of) > 0 ? 1 : 0;
    }
    return sum / occurring;
  }

  private static double matthews(double[] counts, int classes) {
    double rows = 0;
    double right = 0;
    double labelsSquared = 0;
    double predictionsSquared = 0;
    double chance = 0;
    for (int of = 0; of < classes; of++) {
      double labels = labels(counts, classes, of);
      double predictions = predictions(counts, classes, of);
      rows += labels;
      right += counts[of * classes + of];
      labelsSquared += labels * labels;
      predictionsSquared += predictions * predictions;
      chance += labels * predictions;
    }
    double spread = Math.sqrt((rows * rows - predictionsSquared) * (rows * rows - labelsSquared));
    return spread == 0 ? 0 : (right * rows - chance) / spread;
  }

  private static double labels(double[] counts, int classes, int of) {
    double sum = 0;
    for (int prediction = 0; prediction < classes; prediction++) {
      sum += counts[of * classes + prediction];
    }
    return sum;
  }

  private static double predictions(double[] counts, int classes, int of) {
    double sum = 0;
    for (int label = 0; label < classes; label++) {
      sum += counts[label * classes + of];
    }
    return sum;
  }
}
