package io.github.tern4j.bitdistill.study;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Embedding;
import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.qwen3.Taps;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Label-token classification: the label whose token has the largest logit after the prompt. */
public final class Classifier {

  private static final int BATCH = 64;

  private Classifier() {}

  /** Predicted label numbers; at ties the lowest. Examples are batched by length, which changes no result. */
  static int[] predict(TrainableModel model, List<EncodedExample> examples, int[] labelTokens) {
    int[] predictions = new int[examples.size()];
    int[] order = IntStream.range(0, examples.size()).boxed()
        .sorted(Comparator.comparingInt(index -> examples.get(index).prompt().length)).mapToInt(Integer::intValue).toArray();
    for (int from = 0; from < order.length; from += BATCH) {
      int[] chosen = IntStream.range(from, Math.min(order.length, from + BATCH)).map(position -> order[position]).toArray();
      PaddedBatch batch = PaddedBatch.of(IntStream.of(chosen).mapToObj(examples::get).toList(), 0);
      int[] last = IntStream.range(0, chosen.length).map(row -> row * batch.tokens() + batch.lengths()[row] - 1).toArray();
      try (Tape tape = Tape.inference(model.backend())) {
        Variable hidden = model.network().hidden(tape, batch.ids(), batch.batch(), batch.tokens(), Taps.NONE, false);
        Variable logits = model.network().logits(tape, Embedding.rows(tape, hidden, last));
        float[] values = model.backend().download(logits.value());
        int vocabulary = model.config().vocabSize();
        for (int row = 0; row < chosen.length; row++) {
          float[] labelLogits = new float[labelTokens.length];
          for (int label = 0; label < labelTokens.length; label++) {
            labelLogits[label] = values[row * vocabulary + labelTokens[label]];
          }
          predictions[chosen[row]] = largest(labelLogits);
        }
      }
    }
    return predictions;
  }

  /** Predicted label numbers of a model for inference; at ties the lowest. */
  public static int[] predict(InferenceModel model, int[][] prompts, int[] labelTokens) {
    return Arrays.stream(model.logits(prompts, labelTokens)).mapToInt(Classifier::largest).toArray();
  }

  // Position of the largest value, the lowest at ties.
  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
