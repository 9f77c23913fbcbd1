package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.bitdistill.infer.DecodeSession;
import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.nn.generate.Sampler;
import io.github.tern4j.nn.generate.Sampling;
import io.github.tern4j.nn.qwen3.Qwen3;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Greedy decoding (golden README, section 7): the prompt in one pass, then one token a pass with cached keys and values.
 * Inference with a cache runs on CPU backends; on another one the training network computes all positions anew for each token,
 * which has to give the same.
 */
final class KvDecodeCase implements GoldenCase {

  private static final String FILE = "decode.safetensors";

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    JsonNode runs = golden.manifest().path("runs");
    for (String run : runs.propertyNames()) {
      Path directory = golden.path().resolve(runs.path(run).path("model").asString()).normalize();
      if (backend instanceof CpuBackend) {
        try (InferenceModel model = InferenceModel.load(directory, backend)) {
          decode(run, model.config().vocabSize(), golden, findings, prompt -> logitsFromCache(model.session(), prompt.length));
        }
      } else {
        Qwen3 model = GoldenModel.load(directory, backend, false).network();
        decode(run, model.config().vocabSize(), golden, findings, prompt -> ids -> logitsFromScratch(model, ids, backend));
        findings.remark("run " + run + ": recomputed for each token; inference with a cache does not run on " + backend.name());
      }
    }
  }

  /** Logits behind the last of all ids read so far. */
  private interface NextLogits extends Function<int[], float[]> {}

  private static void decode(String run, int vocabulary, GoldenDirectory golden, Findings findings,
      Function<int[], NextLogits> models) {
    Shape prompt = golden.shape(FILE, run + ".prompt_ids");
    int[] prompts = golden.ints(FILE, run + ".prompt_ids");
    int steps = golden.shape(FILE, run + ".generated_ids").dim(1);
    float[] stepLogits = new float[prompt.dim(0) * steps * vocabulary];
    long[] generated = new long[prompt.dim(0) * steps];
    Sampler greedy = new Sampler(Sampling.GREEDY, 0);
    for (int row = 0; row < prompt.dim(0); row++) {
      int[] ids = Arrays.copyOfRange(prompts, row * prompt.dim(1), (row + 1) * prompt.dim(1));
      NextLogits model = models.apply(ids);
      for (int step = 0; step < steps; step++) {
        float[] logits = model.apply(ids);
        System.arraycopy(logits, 0, stepLogits, (row * steps + step) * vocabulary, vocabulary);
        int next = greedy.next(logits, new BitSet(), ids.length);
        generated[row * steps + step] = next;
        ids = Arrays.copyOf(ids, ids.length + 1);
        ids[ids.length - 1] = next;
      }
    }
    findings.floats(FILE, run + ".step_logits", stepLogits);
    findings.integers(FILE, run + ".generated_ids", generated);
  }

  /** Reads the prompt at the first call and the one new token at each later one. */
  private static NextLogits logitsFromCache(DecodeSession session, int promptLength) {
    return ids -> ids.length == promptLength ? session.prefill(ids) : session.decode(ids[ids.length - 1]);
  }

  private static float[] logitsFromScratch(Qwen3 model, int[] ids, Backend backend) {
    try (Tape tape = Tape.inference(backend)) {
      Variable hidden = model.hidden(tape, ids, 1, ids.length, Taps.NONE, false);
      return backend.download(model.logits(tape, hidden.slice(0, ids.length - 1, ids.length)).value());
    }
  }
}
