package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;

/**
 * Stage 1 (Wu et al. 2025, eq. 4-6): a ternary student with SubLN is made from a full-precision model. All weights are taken
 * over, the new norms start at 1. The student computes another function than its origin, even unquantized; training repairs it.
 */
public final class SubLnRefinement {

  private SubLnRefinement() {}

  /** Makes the student; {@code bits} says which quantizer and where SubLN stands ({@code NONE} for the BitNet-SFT baseline). */
  public static TrainableModel refine(QwenConfig base, String origin, TensorSource weights, BitDistillConfig bits,
      Backend backend, Rng rng) {
    ParameterSource source = ParameterSource.loadedOrFresh(backend, origin, weights, rng);
    return TrainableModel.build(base.withBitDistill(bits), source, backend);
  }

  /**
   * Sets each PAPER-placed SubLN weight to the root mean square of what it normalises, measured on the unquantized original: the
   * norm then keeps the size of its input. Not in the paper.
   *
   * @param original the full-precision model that {@code student} was made from
   */
  public static void calibrate(TrainableModel original, TrainableModel student, PaddedBatch batch) {
    if (student.config().subLn() != SubLn.PAPER) {
      throw new IllegalArgumentException(
          "calibrate: SubLN placement " + student.config().subLn() + "; expected PAPER, whose norms have one input each");
    }
    Backend backend = student.backend();
    try (Tape tape = Tape.inference(backend)) {
      original.network().hidden(tape, batch.ids(), batch.batch(), batch.tokens(), new Taps() {
        @Override
        public boolean wants(int layer) {
          return true;
        }

        @Override
        public void see(int layer, Place place, Variable value) {
          if (place == Place.ATTENTION_HEADS) {
            set(student, layer, "self_attn.attn_sub_norm.weight", rootMeanSquare(backend, value));
          } else if (place == Place.MLP_ACTIVATION) {
            set(student, layer, "mlp.ffn_sub_norm.weight", rootMeanSquare(backend, value));
          }
        }
      }, false);
    }
  }

  private static float rootMeanSquare(Backend backend, Variable value) {
    return (float) Math.sqrt(backend.kernel(ReduceKernel.class).sumOfSquares(value.value()) / value.value().size());
  }

  private static void set(TrainableModel student, int layer, String name, float weight) {
    Parameter parameter = student.network().parameters().get("model.layers." + layer + "." + name);
    student.backend().kernel(CopyKernel.class).fill(weight, parameter.value());
  }
}
