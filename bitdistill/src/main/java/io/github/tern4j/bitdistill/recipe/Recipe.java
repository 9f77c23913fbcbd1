package io.github.tern4j.bitdistill.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.tern4j.bitdistill.model.FrozenWeights;
import io.github.tern4j.nn.qwen3.SubLn;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A whole experiment: task, model, and the numbers of every stage. The YAML form has these names in {@code snake_case}.
 *
 * @param name what the experiment is called
 * @param task {@code artificial}, {@code sst2}, {@code mnli}, ..
 * @param model sizes of teacher and student
 * @param tokenizer how the vocabulary is trained
 * @param corpora files or folders of general text, relative to the data directory; empty for the artificial task, which makes
 *     its own
 * @param pretrain the full-precision base model
 * @param teacher FP16-SFT: fine-tuning of the base model, which is also the teacher
 * @param bitnetSft BitNet-SFT: the base model with ternary projections, fine-tuned on the labels alone
 * @param refine stage 1
 * @param continued stage 2
 * @param distill stage 3
 */
public record Recipe(String name, String task, Model model, TokenizerTraining tokenizer, List<String> corpora, Pretrain pretrain,
    Finetune teacher, Finetune bitnetSft, Refine refine, @JsonProperty("continue") Pretrain continued, Distill distill) {

  /** Checks before any training that the model has what stage 3 is to distil. */
  public Recipe {
    int width = model.kvHeads * model.headDim;
    if (distill.layer < 0 || distill.layer >= model.layers || distill.splitHeads < 1 || width % distill.splitHeads != 0) {
      throw new IllegalArgumentException("distill: layer " + distill.layer + " with " + distill.splitHeads
          + " split heads; expected a layer of 0.." + (model.layers - 1) + " and a divisor of " + width);
    }
  }

  /**
   * Sizes of a Qwen3.
   *
   * @param hidden width of the residual stream
   * @param layers decoder layers
   * @param heads query heads
   * @param kvHeads key-value heads
   * @param headDim width of a head
   * @param intermediate width of the gated part
   * @param initializerRange standard deviation of fresh weights; the published 0.02 is made for wide models, and 1 /
   *     sqrt(hidden) lets narrow ones learn sooner
   */
  public record Model(int hidden, int layers, int heads, int kvHeads, int headDim, int intermediate, double initializerRange) {}

  /**
   * Training of the tokenizer.
   *
   * @param vocabulary tokens
   * @param lowercase whether text is lower-cased first
   */
  public record TokenizerTraining(int vocabulary, boolean lowercase) {}

  /**
   * Next-token training.
   *
   * @param tokens tokens to train on
   * @param batch sequences of a step
   * @param length tokens of a sequence
   * @param rate peak learning rate
   * @param warmup share of the steps in which the rate rises
   * @param inOrder whether text is read in its own order, for corpora that go from easy to hard, instead of in random order
   */
  public record Pretrain(long tokens, int batch, int length, double rate, double warmup, boolean inOrder) {

    /** Optimizer steps. */
    public long steps() {
      return Math.ceilDiv(tokens, (long) batch * length);
    }
  }

  /**
   * Fine-tuning on the task.
   *
   * @param epochs passes through the examples
   * @param batch examples of a step
   * @param maxTokens longest example
   * @param rate peak learning rate
   * @param warmup share of the steps in which the rate rises
   */
  public record Finetune(int epochs, int batch, int maxTokens, double rate, double warmup) {}

  /**
   * Stage 1.
   *
   * @param subLn where the norms stand
   * @param calibrateSubLn whether their weights start at the mean RMS of what they normalise instead of 1
   */
  public record Refine(SubLn subLn, boolean calibrateSubLn) {}

  /**
   * Stage 3.
   *
   * @param epochs passes through the examples
   * @param batch examples of a step
   * @param maxTokens longest example
   * @param rate peak learning rate
   * @param warmup share of the steps in which the rate rises
   * @param lambda factor of the logits term
   * @param gamma factor of the relation term in the plain form
   * @param gammaRatio when given, gamma is set on the first batches to this ratio of gradient norms AD : CE
   * @param tau temperature of the logits term
   * @param layer layer that is distilled, from 0, the same in teacher and student
   * @param splitHeads vectors a token is cut into for the relation term
   * @param measureEvery steps between measurements of the terms' gradient norms
   * @param teacherWeights when given, how the teacher's matrices are held: {@code bf16} rounds them and halves their memory
   */
  public record Distill(int epochs, int batch, int maxTokens, double rate, double warmup, double lambda, double gamma,
      OptionalDouble gammaRatio, double tau, int layer, int splitHeads, int measureEvery,
      Optional<FrozenWeights> teacherWeights) {}

  /**
   * The same experiment with its training scaled to another share of its time: tokens of pre-training and stage 2 are multiplied;
   * epochs too, but never below 1.
   */
  public Recipe scaled(double factor) {
    return new Recipe(name, task, model, tokenizer, corpora, scaled(pretrain, factor), scaled(teacher, factor),
        scaled(bitnetSft, factor), refine, scaled(continued, factor),
        new Distill(scaled(distill.epochs, factor), distill.batch, distill.maxTokens, distill.rate, distill.warmup, distill.lambda,
            distill.gamma, distill.gammaRatio, distill.tau, distill.layer, distill.splitHeads, distill.measureEvery,
            distill.teacherWeights));
  }

  /** The same experiment with a model of another size: as deep a layer is distilled, with as many split heads as query heads. */
  public Recipe withModel(Model other) {
    int layer = distill.layer * other.layers / model.layers;
    return new Recipe(name, task, other, tokenizer, corpora, pretrain, teacher, bitnetSft, refine, continued,
        new Distill(distill.epochs, distill.batch, distill.maxTokens, distill.rate, distill.warmup, distill.lambda, distill.gamma,
            distill.gammaRatio, distill.tau, layer, other.heads, distill.measureEvery, distill.teacherWeights));
  }

  private static Pretrain scaled(Pretrain stage, double factor) {
    return new Pretrain(Math.max(1, Math.round(stage.tokens * factor)), stage.batch, stage.length, stage.rate, stage.warmup,
        stage.inOrder);
  }

  private static Finetune scaled(Finetune stage, double factor) {
    return new Finetune(scaled(stage.epochs, factor), stage.batch, stage.maxTokens, stage.rate, stage.warmup);
  }

  private static int scaled(int epochs, double factor) {
    return (int) Math.max(1, Math.round(epochs * factor));
  }
}
