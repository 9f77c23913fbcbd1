package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.nn.data.PaddedBatch;

/**
 * How much of a batch a part of it is, for each term of stage 3. Each term is a mean, over answer tokens, unpadded tokens or all
 * tokens as its options say; times these shares, the means of the parts sum to the mean of the whole batch.
 *
 * @param crossEntropy share of the answer tokens
 * @param logits share of the tokens that take part in LD
 * @param relation share of the tokens that take part in AD
 */
record BatchShares(double crossEntropy, double logits, double relation) {

  static BatchShares of(PaddedBatch part, PaddedBatch whole, DistillationOptions options) {
    double answers = (double) AnswerRows.of(part).count() / AnswerRows.of(whole).count();
    double unpadded = (double) part.unpaddedTokens() / whole.unpaddedTokens();
    double rows = (double) part.batch() / whole.batch();
    return new BatchShares(answers, options.logits().positions() == LogitsLoss.Positions.ANSWER ? answers : unpadded,
        options.relation().keepPadding() ? rows : unpadded);
  }
}
