package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.nn.qwen3.Qwen3;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/**
 * Greedy decoding (golden README, section 7): each next token is the one with the largest logit, the lowest id among equals. The
 * training network computes all positions anew for each token, which gives what a cache has to give.
 */
final class KvDecodeCase implements GoldenCase {

  private static final String FILE = "decode.safetensors";

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    JsonNode runs = golden.manifest().path("runs");
    for (String run : runs.propertyNames()) {
      Path directory = golden.path().resolve(runs.path(run).path("model").asString()).normalize();
      Qwen3 model = GoldenModel.load(directory, backend, false).network();
      decode(run, model, golden, backend, findings);
    }
    findings.remark("by full recomputation: this build has no cache to check yet");
  }

  private static void decode(String run, Qwen3 model, GoldenDirectory golden, Backend backend, Findings findings) {
    Shape prompt = golden.shape(FILE, run + ".prompt_ids");
    int[] prompts = golden.ints(FILE, run + ".prompt_ids");
    int steps = golden.shape(FILE, run + ".generated_ids").dim(1);
    int vocabulary = model.config().vocabSize();
    float[] stepLogits = new float[prompt.dim(0) * steps * vocabulary];
    long[] generated = new long[prompt.dim(0) * steps];
    for (int row = 0; row < prompt.dim(0); row++) {
      int[] ids = Arrays.copyOfRange(prompts, row * prompt.dim(1), (row + 1) * prompt.dim(1));
      for (int step = 0; step < steps; step++) {
        float[] logits = logitsOfLast(model, ids, backend);
        int next = argmax(logits);
        System.arraycopy(logits, 0, stepLogits, (row * steps + step) * vocabulary, vocabulary);
        generated[row * steps + step] = next;
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = next;
      }
    }
    findings.floats(FILE, run + ".step_logits", stepLogits);
    findings.integers(FILE, run + ".generated_ids", generated);
  }

  private static float[] logitsOfLast(Qwen3 model, int[] ids, Backend backend) {
    try (Tape tape = Tape.inference(backend)) {
      var hidden = model.hidden(tape, ids, 1, ids.length, Taps.NONE, false);
      return backend.download(model.logits(tape, hidden.slice(0, ids.length - 1, ids.length)).value());
    }
  }

  private static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
