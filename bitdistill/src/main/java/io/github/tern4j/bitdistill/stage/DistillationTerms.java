package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Embedding;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.loss.AttentionStates;
import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.PaddedBatch;
import java.util.stream.IntStream;

/**
 * The loss of stage 3 on one batch, {@code CE + lambda LD + gamma AD} (Wu et al. 2025, eq. 14), and its three terms.
 *
 * @param total the sum of the terms, each times its factor: a scalar on the student's tape, for {@code tape.backward(total)}
 * @param crossEntropy CE on the answer tokens
 * @param logits LD, without its factor
 * @param relation AD, without its factor
 */
public record DistillationTerms(Variable total, float crossEntropy, float logits, float relation) {

  /**
   * Runs teacher and student on a batch.
   *
   * @param tape where the student is recorded; the teacher computes on an inference tape of its own
   * @param teacherTape stays open until the backward pass is done, since AD reads the teacher's states there
   * @param factors of the terms in the total; {@link DistillationOptions#factors} for a whole batch
   */
  public static DistillationTerms compute(Tape tape, Tape teacherTape, TrainableModel teacher, TrainableModel student,
      PaddedBatch batch, DistillationOptions options, TermFactors factors, boolean checkpointed) {
    AttentionStates teacherStates = options.relation().teacherTaps();
    AttentionStates studentStates = options.relation().studentTaps();
    Variable teacherHidden = teacher.network()
        .hidden(teacherTape, batch.ids(), batch.batch(), batch.tokens(), teacherStates, true);
    Variable studentHidden = student.network()
        .hidden(tape, batch.ids(), batch.batch(), batch.tokens(), studentStates, checkpointed);
    int[] rows = options.logits().positions() == LogitsLoss.Positions.ANSWER ? AnswerRows.of(batch).rows() : unpaddedRows(batch);
    int[] targets = IntStream.of(rows).map(row -> batch.targets()[row]).toArray();
    float timesTau = options.logits().factor();
    VocabularyLoss.Teacher teacherSide = new VocabularyLoss.Teacher(Embedding.rows(teacherTape, teacherHidden, rows).value(),
        teacher.network().head().value(), options.logits().tau(), (float) factors.logits() * timesTau);
    VocabularyLoss vocabulary = VocabularyLoss.compute(tape, Embedding.rows(tape, studentHidden, rows), student.network().head(),
        targets, (float) factors.crossEntropy(), teacherSide);
    Variable relation = options.relation().loss(tape, teacherStates, studentStates, batch.lengths());
    Variable total = Elementwise.add(tape, vocabulary.total(), Elementwise.scale(tape, relation, (float) factors.relation()));
    return new DistillationTerms(total, vocabulary.crossEntropy(), timesTau * vocabulary.divergence(),
        tape.scalar(relation.value()));
  }

  private static int[] unpaddedRows(PaddedBatch batch) {
    return IntStream.range(0, batch.ids().length)
        .filter(row -> row % batch.tokens() < batch.lengths()[row / batch.tokens()])
        .toArray();
  }
}
