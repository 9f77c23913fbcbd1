package io.github.tern4j.bitdistill.inspect;

import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.infer.ModelLayout;
import io.github.tern4j.bitdistill.infer.ModelLayout.Role;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;

/**
 * The memory that training a model takes, in bytes: four for each parameter and each gradient, eight for Adam's two moments, and
 * the activations that the forward pass keeps for the backward pass.
 *
 * @param parameters number of trained scalars
 * @param weights latent weights, F32
 * @param gradients gradients, F32
 * @param moments first and second moments
 * @param batch sequences of a step
 * @param tokens tokens of a sequence
 * @param activations results kept from embedding to last norm; those of the quantized weights included
 * @param checkpointedActivations the same when every layer keeps its input alone: all inputs, and one layer computed again
 * @param logits logits of one chunk of tokens, whose place their gradients take, as next-token training needs them
 */
public record MemoryPlan(long parameters, long weights, long gradients, long moments, int batch, int tokens, long activations,
    long checkpointedActivations, long logits) {

  /** The plan for a model and a batch. */
  public static MemoryPlan of(QwenConfig config, int batch, int tokens) {
    ModelLayout layout = ModelLayout.of(config);
    long parameters = layout.size();
    long rows = (long) batch * tokens;
    long logitsRows = Math.min(rows, VocabularyLoss.chunkRows(config.vocabSize()));
    long layers = config.numHiddenLayers();
    long hidden = config.hiddenSize();
    long layer = rows * layerFloats(config) + quantizedWeightFloats(config, layout);
    long ends = rows * (2 * hidden + 1);
    return new MemoryPlan(parameters, 4 * parameters, 4 * parameters, 8 * parameters, batch, tokens,
        4 * (layers * layer + ends), 4 * (layers * rows * hidden + layer + ends), 4 * logitsRows * config.vocabSize());
  }

  /** Everything together, without and with checkpointing. */
  public long total(boolean checkpointed) {
    return weights + gradients + moments + logits + (checkpointed ? checkpointedActivations : activations);
  }

  /** Floats that one layer keeps for one token, in the order of its forward pass; a norm keeps its result and one number. */
  private static long layerFloats(QwenConfig config) {
    long hidden = config.hiddenSize();
    long queries = (long) config.numAttentionHeads() * config.headDim();
    long keys = (long) config.numKeyValueHeads() * config.headDim();
    long intermediate = config.intermediateSize();
    long heads = config.numAttentionHeads();
    long floats = hidden + 1;
    floats += 3 * mapInput(config, hidden, false) + withBias(config, queries + 2 * keys);
    if (config.qkNorm()) {
      floats += queries + keys + heads + config.numKeyValueHeads();
    }
    floats += queries + keys;
    floats += queries + heads;
    floats += mapInput(config, queries, true) + withBias(config, hidden);
    floats += hidden;
    floats += hidden + 1;
    floats += 2 * mapInput(config, hidden, false) + 3 * intermediate;
    floats += mapInput(config, intermediate, true) + hidden;
    return floats + hidden;
  }

  /** What a projection keeps of its input: SubLN's result where it has one, and the quantized values with their scale. */
  private static long mapInput(QwenConfig config, long width, boolean paperPlace) {
    boolean norm = config.subLn() == SubLn.ALL || config.subLn() == SubLn.PAPER && paperPlace;
    return (norm ? width + 1 : 0) + (quantized(config) ? width + 1 : 0);
  }

  private static long withBias(QwenConfig config, long outputs) {
    return config.attentionBias() ? 2 * outputs : outputs;
  }

  private static boolean quantized(QwenConfig config) {
    return config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent();
  }

  /** Fake-quantized weights of one layer with their scales. */
  private static long quantizedWeightFloats(QwenConfig config, ModelLayout layout) {
    if (!quantized(config)) {
      return 0;
    }
    int groupSize = config.bitDistill().orElseThrow().groupSize();
    long scales = layout.parameters().stream().filter(parameter -> parameter.role() == Role.PROJECTION)
        .mapToLong(parameter -> groupSize == 0
            ? 1
            : (long) parameter.shape().dim(0) * Math.ceilDiv(parameter.shape().dim(1), groupSize)).sum();
    return (layout.size(Role.PROJECTION) + scales) / config.numHiddenLayers();
  }
}
