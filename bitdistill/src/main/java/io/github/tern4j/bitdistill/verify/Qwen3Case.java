package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.CrossEntropy;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.qwen3.Qwen3;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/** A decoder's logits, loss, gradients and intermediate results (golden README, section 2). */
final class Qwen3Case implements GoldenCase {

  private static final String IO = "io.safetensors";
  private static final String TAPS = "taps.safetensors";
  private static final String TERNARY = "ternary.safetensors";

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    JsonNode expected = golden.manifest().path("expected");
    PaddedBatch batch = GoldenBatch.of(golden, IO);
    Path directory = golden.path().resolve("hf");
    Qwen3 model = GoldenModel.load(directory, backend, true).network();
    Taps taps = expected.has(TAPS) ? new GoldenTaps(TAPS, findings, backend) : Taps.NONE;
    try (Tape tape = Tape.recording(backend)) {
      Variable logits = GoldenBatch.logits(tape, model, batch, taps);
      findings.floats(IO, "logits", backend.download(logits.value()));
      Variable loss = CrossEntropy.crossEntropy(tape, logits, batch.targets());
      findings.scalar("loss", tape.scalar(loss.value()));
      tape.backward(loss);
    }
    Gradients.compare(model.parameters(), "grads.safetensors", findings);
    findings.scalar("grad_global_norm", model.parameters().gradientNorm());
    if (expected.path(IO).has("bf16_weights_logits")) {
      halfPrecisionWeights(golden, batch, backend, findings);
    }
    if (expected.has(TERNARY)) {
      ternary(golden, model, backend, findings);
    }
  }

  /** The same model from weights stored in BF16. */
  private static void halfPrecisionWeights(GoldenDirectory golden, PaddedBatch batch, Backend backend, Findings findings) {
    Qwen3 model = GoldenModel.load(golden.path().resolve("hf_bf16"), backend, false).network();
    try (Tape tape = Tape.inference(backend)) {
      Variable logits = GoldenBatch.logits(tape, model, batch, Taps.NONE);
      findings.floats(IO, "bf16_weights_logits", backend.download(logits.value()));
      findings.scalar("bf16_weights_loss", tape.scalar(CrossEntropy.crossEntropy(tape, logits, batch.targets()).value()));
    }
  }

  /** Scales of the ternary weights, and how many codes are -1, 0 and 1. */
  private static void ternary(GoldenDirectory golden, Qwen3 model, Backend backend, Findings findings) {
    WeightQuantizerKernel kernel = backend.kernel(WeightQuantizerKernel.class);
    float eps = (float) golden.manifest().path("config").path("bitdistill").path("weight_eps").asDouble();
    JsonNode counts = golden.manifest().path("ternary_counts");
    for (String name : counts.propertyNames()) {
      Tensor weight = model.parameters().get(name).value();
      Tensor delta = backend.allocate(Shape.of(1));
      kernel.scales(weight, 0, delta);
      findings.floats(TERNARY, name + ".delta", backend.download(delta));
      byte[] codes = new byte[Math.toIntExact(weight.size())];
      kernel.codes(weight, 0, delta, EpsilonRule.ADDED, eps, codes);
      backend.release(delta);
      int[] found = new int[3];
      for (byte code : codes) {
        found[code + 1]++;
      }
      for (int code = -1; code <= 1; code++) {
        findings.statedInteger(name + ": codes " + code, found[code + 1], counts.path(name).path(code + 1).asInt());
      }
    }
  }
}
