package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.tensor.Backend;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score}: logits and loss of given tokens, for comparing with other engines. */
@Command(name = "score", description = "Loss of given token ids and the logits behind them, for comparing with other engines.")
final class ScoreCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;

  @Mixin private HeadFlag head;

  @Mixin private KeyValueFlags keyValues;

  @Option(names = "--model", required = true, paramLabel = "DIR|FILE", description = "Model directory or .ternary file.")
  private Path model;

  @Option(names = "--ids", required = true, paramLabel = "N,N,..", description = "Token ids.")
  private String ids;

  /**
   * The answer.
   *
   * @param ids the tokens
   * @param logitsLast logits behind the last token
   * @param loss mean of -ln p of each token but the first; NaN for a single token
   * @param nextToken the most likely token behind them, the lowest id at ties
   */
  private record Score(int[] ids, float[] logitsLast, double loss, int nextToken) {

    String text() {
      String lossLine = ids.length > 1 ? String.format(Locale.ROOT, "loss        %.6f over %d tokens%n", loss, ids.length - 1) : "";
      return lossLine + String.format(Locale.ROOT, "next token  %d (logit %.6f)", nextToken, logitsLast[nextToken]);
    }
  }

  @Override
  public Integer call() {
    int[] tokens = ModelArgument.ids(ids);
    try (Backend backend = common.openBackend(); InferenceModel loaded = head.load(model, backend)) {
      float[] logits = loaded.session(keyValues.options()).prefill(tokens);
      double total = 0;
      for (float loss : loaded.tokenLosses(new int[][] {tokens})[0]) {
        total += loss;
      }
      int next = 0;
      for (int id = 1; id < logits.length; id++) {
        next = logits[id] > logits[next] ? id : next;
      }
      Score score = new Score(tokens, logits, total / (tokens.length - 1), next);
      common.output().write(score, score::text);
    }
    return 0;
  }
}
