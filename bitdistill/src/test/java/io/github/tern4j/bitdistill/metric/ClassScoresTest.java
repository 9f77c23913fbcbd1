package io.github.tern4j.bitdistill.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ClassScoresTest {

  // TP 3, FN 1, FP 2, TN 4
  private static final int[] LABELS = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
  private static final int[] PREDICTIONS = {1, 1, 1, 0, 1, 1, 0, 0, 0, 0};

  @Test
  void binaryScoresAreThoseOfTheirFormulas() {
    assertThat(ClassScores.f1(PREDICTIONS, LABELS, 1).value()).isCloseTo(6 / 9.0, within(1e-15));
    assertThat(ClassScores.f1(PREDICTIONS, LABELS, 0).value()).isCloseTo(8 / 11.0, within(1e-15));
    assertThat(ClassScores.macroF1(PREDICTIONS, LABELS, 2).value()).isCloseTo((6 / 9.0 + 8 / 11.0) / 2, within(1e-15));
    // (TP TN - FP FN) / sqrt((TP + FP)(TP + FN)(TN + FP)(TN + FN))
    assertThat(ClassScores.matthews(PREDICTIONS, LABELS, 2).value())
        .isCloseTo((3 * 4 - 2 * 1) / Math.sqrt(5 * 4 * 6 * 5), within(1e-15));
  }

  @Test
  void threeClassesGiveGorodkinsCorrelation() {
    int[] labels = {0, 0, 1, 1, 2, 2};
    int[] predictions = {0, 1, 1, 1, 2, 0};
    // c = 4, s = 6, t = (2, 2, 2), p = (2, 3, 1): (24 - 12) / sqrt((36 - 14)(36 - 12))
    assertThat(ClassScores.matthews(predictions, labels, 3).value()).isCloseTo(12 / Math.sqrt(22 * 24), within(1e-15));
    // F1 of the classes: 2 / 4, 4 / 5, 2 / 3
    assertThat(ClassScores.macroF1(predictions, labels, 3).value()).isCloseTo((0.5 + 0.8 + 2 / 3.0) / 3, within(1e-15));
  }

  @Test
  void rightAndWrongThroughoutAreTheEnds() {
    int[] inverted = new int[LABELS.length];
    for (int row = 0; row < inverted.length; row++) {
      inverted[row] = 1 - LABELS[row];
    }
    assertThat(ClassScores.matthews(LABELS, LABELS, 2).value()).isEqualTo(1);
    assertThat(ClassScores.matthews(inverted, LABELS, 2).value()).isEqualTo(-1);
    assertThat(ClassScores.macroF1(LABELS, LABELS, 2).value()).isEqualTo(1);
    assertThat(ClassScores.macroF1(inverted, LABELS, 2).value()).isZero();
  }

  @Test
  void oneClassForAllSaysNothing() {
    assertThat(ClassScores.matthews(new int[LABELS.length], LABELS, 2).value()).isZero();
    assertThat(ClassScores.f1(new int[LABELS.length], LABELS, 1).value()).isZero();
  }

  @Test
  void classesThatDoNotOccurDoNotCount() {
    assertThat(ClassScores.macroF1(PREDICTIONS, LABELS, 5).value())
        .isEqualTo(ClassScores.macroF1(PREDICTIONS, LABELS, 2).value());
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> ClassScores.f1(new int[2], new int[3], 1)).hasMessageContaining("2 predictions, 3 labels");
    assertThatThrownBy(() -> ClassScores.matthews(new int[] {2}, new int[] {0}, 2)).hasMessageContaining("row 0");
    assertThatThrownBy(() -> ClassScores.macroF1(new int[] {0}, new int[] {-1}, 2)).hasMessageContaining("expected 0 to 1");
    assertThatThrownBy(() -> ClassScores.macroF1(new int[0], new int[0], 2)).hasMessageContaining("no rows");
  }
}
