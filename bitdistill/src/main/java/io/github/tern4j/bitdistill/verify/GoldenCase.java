package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import java.util.function.UnaryOperator;

/** Computes everything that the manifest of one kind of golden directory expects. */
sealed interface GoldenCase permits BitLinearCase, DistillCase, GptqAwqCase, KvDecodeCase, OpsCase, Qwen3Case, TrainCase {

  /** The case for a directory. */
  static GoldenCase named(String name) {
    return switch (name) {
      case "ops" -> new OpsCase();
      case "bitlinear" -> new BitLinearCase();
      case "qwen3_tiny", "qwen3_tiny_subln_bit", "qwen3_untied_sharded" -> new Qwen3Case();
      case "distill" -> new DistillCase();
      case "train_10_steps" -> new TrainCase(UnaryOperator.identity());
      case "kv_decode" -> new KvDecodeCase();
      case "gptq_awq" -> new GptqAwqCase();
      default -> throw new BadInputException("golden case '" + name + "': unknown; expected a case that this build knows");
    };
  }

  /** Computes on {@code backend} from the inputs in {@code golden} and hands all results to {@code findings}. */
  void run(GoldenDirectory golden, Backend backend, Findings findings);
}
