package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.nn.data.PaddedBatch;

/**
 * What each term of stage 3 is multiplied by.
 *
 * @param crossEntropy factor of CE
 * @param logits factor of LD
 * @param relation factor of AD
 */
public record TermFactors(double crossEntropy, double logits, double relation) {

  /**
   * How much of a batch a part of it is, for each term. Each term is a mean, over answer tokens, unpadded tokens or all tokens as
   * its options say; times these shares, the means of the parts sum to the mean of the whole batch.
   */
  static TermFactors shares(PaddedBatch part, PaddedBatch whole, DistillationOptions options) {
    double answers = (double) AnswerRows.of(part).count() / AnswerRows.of(whole).count();
    double unpadded = (double) part.unpaddedTokens() / whole.unpaddedTokens();
    double rows = (double) part.batch() / whole.batch();
    return new TermFactors(answers, options.logits().positions() == LogitsLoss.Positions.ANSWER ? answers : unpadded,
        options.relation().keepPadding() ? rows : unpadded);
  }

  /** Both factors, term by term. */
  TermFactors times(TermFactors other) {
    return new TermFactors(crossEntropy * other.crossEntropy, logits * other.logits, relation * other.relation);
  }
}
