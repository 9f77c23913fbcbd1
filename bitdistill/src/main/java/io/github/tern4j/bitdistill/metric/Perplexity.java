package io.github.tern4j.bitdistill.metric;

/** Perplexity {@code exp(sum of losses / number of tokens)} of a language model over documents. */
public final class Perplexity {

  private Perplexity() {}

  /**
   * The perplexity of documents; long ones weigh more, as every token counts once. Its interval is a bootstrap over documents,
   * since tokens of one document are not independent.
   *
   * @param losses per document the negative log-likelihood in nats, summed over its tokens
   * @param tokens per document how many tokens were predicted
   * @throws IllegalArgumentException for no documents, different numbers of them, a document without tokens or a loss that is NaN
   */
  public static CorpusScore of(double[] losses, long[] tokens) {
    if (losses.length != tokens.length) {
      throw new IllegalArgumentException(
          "perplexity: " + losses.length + " losses, " + tokens.length + " token counts; expected one of each per document");
    }
    double[][] statistics = new double[losses.length][];
    for (int document = 0; document < losses.length; document++) {
      if (tokens[document] < 1 || Double.isNaN(losses[document])) {
        throw new IllegalArgumentException("perplexity: document " + document + " has the loss " + losses[document] + " over "
            + tokens[document] + " tokens; expected a number and at least one token");
      }
      statistics[document] = new double[] {losses[document], tokens[document]};
    }
    return new CorpusScore(statistics, sums -> Math.exp(sums[0] / sums[1]));
  }
}
