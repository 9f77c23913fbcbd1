package io.github.tern4j.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PaddedBatchesTest {
  private static final int PAD = 9;
  private static final int NO = PaddedBatch.IGNORED;

  @Test
  void rowsArePaddedOnTheRightAndOnlyAnswersHaveTargets() {
    PaddedBatch batch = PaddedBatch.of(List.of(example(3, 7, 8), example(1, 5)), PAD);
    assertThat(batch.batch()).isEqualTo(2);
    assertThat(batch.tokens()).isEqualTo(4);
    assertThat(batch.ids()).containsExactly(1, 2, 3, 7, 1, PAD, PAD, PAD);
    assertThat(batch.targets()).containsExactly(NO, NO, 7, 8, 5, NO, NO, NO);
    assertThat(batch.lengths()).containsExactly(4, 1);
  }

  @Test
  void splittingKeepsTheRowsInOrder() {
    PaddedBatch batch = PaddedBatch.of(List.of(example(2, 5), example(3, 6), example(1, 7), example(2, 8), example(3, 4)), PAD);
    List<PaddedBatch> parts = batch.split(3);
    assertThat(parts).extracting(PaddedBatch::batch).containsExactly(1, 2, 2);
    assertThat(parts).extracting(PaddedBatch::tokens).containsOnly(3);
    assertThat(parts.stream().flatMapToInt(part -> IntStream.of(part.ids()))).containsExactly(boxed(batch.ids()));
    assertThat(parts.stream().flatMapToInt(part -> IntStream.of(part.targets()))).containsExactly(boxed(batch.targets()));
    assertThat(parts.stream().mapToInt(PaddedBatch::unpaddedTokens).sum()).isEqualTo(batch.unpaddedTokens()).isEqualTo(11);
    assertThat(batch.split(9)).hasSize(5);
  }

  @Test
  void longExamplesLoseTheStartOfThePromptAndNothingOfTheAnswer() {
    var batches = new PaddedBatches(List.of(example(5, 7, 8)), 1, 3, PAD, Rng.of(1));
    assertThat(batches.truncated()).isEqualTo(1);
    assertThat(batches.at(0).ids()).containsExactly(4, 5, 7);
    assertThat(batches.at(0).targets()).containsExactly(NO, 7, 8);
  }

  @Test
  void examplesThatJustFitAreNotCut() {
    assertThat(new PaddedBatches(List.of(example(2, 7, 8)), 1, 3, PAD, Rng.of(1)).truncated()).isZero();
  }

  @Test
  void anAnswerWithoutRoomForAnyPromptIsRefused() {
    assertThat(new PaddedBatches(List.of(example(5, 6, 7, 8)), 1, 3, PAD, Rng.of(1)).at(0).ids()).containsExactly(5, 6, 7);
    assertThatThrownBy(() -> new PaddedBatches(List.of(example(1, 5), example(5, 5, 6, 7, 8)), 1, 3, PAD, Rng.of(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessage("example 2: answer has 4 tokens, which leaves no room for its prompt within 3;"
            + " expected a shorter answer or more tokens");
  }

  @Test
  void noExamplesAreRefused() {
    assertThatThrownBy(() -> new PaddedBatches(List.of(), 1, 3, PAD, Rng.of(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessage("padded batches: no examples; expected at least one");
    assertThatThrownBy(() -> new EncodedExample(new int[] {1}, new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("encoded example: prompt [1], answer [0]; expected at least one token each");
  }

  @Test
  void bucketsKeepPaddingLow() {
    int n = 1000;
    int[] lengths = Rng.of(3).permutation(n);
    var batches = new PaddedBatches(
        IntStream.of(lengths).mapToObj(length -> example(1 + length, 0)).toList(), 8, n, PAD, Rng.of(1));
    long padded = 0;
    for (int step = 0; step < batches.batchesPerEpoch(); step++) {
      padded += batches.at(step).ids().length;
    }
    long needed = (long) n * (n + 1) / 2;
    // A pool of 400 sorted examples with lengths uniform in 1..1000: 8 neighbours differ by about 8/400 of 1000 = 20, so rows are
    // padded by about 10 on average; the partial pool of 200 by twice as much. Without buckets it would be about 390.
    assertThat(padded - needed).isLessThan(20L * n);
  }

  private static Integer[] boxed(int[] values) {
    return IntStream.of(values).boxed().toArray(Integer[]::new);
  }

  private static EncodedExample example(int promptLength, int... answer) {
    return new EncodedExample(IntStream.rangeClosed(1, promptLength).toArray(), answer);
  }
}
