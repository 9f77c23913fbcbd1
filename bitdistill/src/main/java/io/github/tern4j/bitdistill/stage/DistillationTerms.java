package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.CrossEntropy;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Embedding;
import io.github.tern4j.bitdistill.loss.AttentionStates;
import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.PaddedBatch;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The three terms of stage 3 on one batch, each a scalar on the student's tape.
 *
 * @param crossEntropy CE on the answer tokens
 * @param logits LD, without its factor
 * @param relation AD, without its factor
 */
public record DistillationTerms(Variable crossEntropy, Variable logits, Variable relation) {

  /**
   * Runs teacher and student on a batch.
   *
   * @param tape where the student is recorded; the teacher computes on an inference tape of its own
   * @param teacherTape stays open until the backward pass is done, since the losses read the teacher's states there
   */
  public static DistillationTerms compute(Tape tape, Tape teacherTape, TrainableModel teacher, TrainableModel student,
      PaddedBatch batch, DistillationOptions options, boolean checkpointed) {
    AttentionStates teacherStates = options.relation().teacherTaps();
    AttentionStates studentStates = options.relation().studentTaps();
    Variable teacherHidden = teacher.network()
        .hidden(teacherTape, batch.ids(), batch.batch(), batch.tokens(), teacherStates, false);
    Variable studentHidden = student.network()
        .hidden(tape, batch.ids(), batch.batch(), batch.tokens(), studentStates, checkpointed);
    int[] rows = options.logits().positions() == LogitsLoss.Positions.ANSWER ? AnswerRows.of(batch).rows() : unpaddedRows(batch);
    int[] targets = IntStream.of(rows).map(row -> batch.targets()[row]).toArray();
    boolean[] keep = new boolean[rows.length];
    Arrays.fill(keep, true);
    Variable teacherLogits = teacher.network().logits(teacherTape, Embedding.rows(teacherTape, teacherHidden, rows));
    Variable studentLogits = student.network().logits(tape, Embedding.rows(tape, studentHidden, rows));
    return new DistillationTerms(CrossEntropy.crossEntropy(tape, studentLogits, targets),
        options.logits().loss(tape, teacherLogits.value(), studentLogits, keep),
        options.relation().loss(tape, teacherStates, studentStates, batch.lengths()));
  }

  /** {@code CE + lambda LD + gamma AD}. */
  public Variable total(Tape tape, double lambda, double gamma) {
    Variable distilled = Elementwise.scale(tape, logits, (float) lambda);
    Variable related = Elementwise.scale(tape, relation, (float) gamma);
    return Elementwise.add(tape, Elementwise.add(tape, crossEntropy, distilled), related);
  }

  /** The terms of a part of a batch, such that those of all parts sum to the terms of the batch. */
  DistillationTerms times(Tape tape, BatchShares shares) {
    return new DistillationTerms(Elementwise.scale(tape, crossEntropy, (float) shares.crossEntropy()),
        Elementwise.scale(tape, logits, (float) shares.logits()), Elementwise.scale(tape, relation, (float) shares.relation()));
  }

  private static int[] unpaddedRows(PaddedBatch batch) {
    return IntStream.range(0, batch.ids().length)
        .filter(row -> row % batch.tokens() < batch.lengths()[row / batch.tokens()])
        .toArray();
  }
}
