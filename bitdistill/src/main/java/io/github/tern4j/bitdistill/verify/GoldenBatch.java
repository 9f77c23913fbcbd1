package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.qwen3.Qwen3;
import io.github.tern4j.nn.qwen3.Taps;
import java.util.Arrays;

/** Batches of the golden set, whose labels are aligned with ids: logits at t are scored against the label at t + 1. */
final class GoldenBatch {

  private GoldenBatch() {}

  /** The tensors {@code input_ids} and {@code labels} of a file. */
  static PaddedBatch of(GoldenDirectory golden, String file) {
    int batch = golden.shape(file, "input_ids").dim(0);
    int tokens = golden.shape(file, "input_ids").dim(1);
    return of(golden.ints(file, "input_ids"), golden.ints(file, "labels"), batch, tokens);
  }

  /** A batch without padding; the last position of a row predicts nothing. */
  static PaddedBatch of(int[] ids, int[] labels, int batch, int tokens) {
    int[] targets = new int[labels.length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = (i + 1) % tokens == 0 ? PaddedBatch.IGNORED : labels[i + 1];
    }
    int[] lengths = new int[batch];
    Arrays.fill(lengths, tokens);
    return new PaddedBatch(ids, targets, lengths, batch, tokens);
  }

  /** Logits {@code [batch tokens, vocabulary]} of all positions. */
  static Variable logits(Tape tape, Qwen3 model, PaddedBatch batch, Taps taps) {
    return model.logits(tape, model.hidden(tape, batch.ids(), batch.batch(), batch.tokens(), taps, false));
  }

  /** Which positions have a target. */
  static boolean[] labelled(PaddedBatch batch) {
    boolean[] labelled = new boolean[batch.targets().length];
    for (int i = 0; i < labelled.length; i++) {
      labelled[i] = batch.targets()[i] != PaddedBatch.IGNORED;
    }
    return labelled;
  }
}
