package io.github.tern4j.bitdistill.inspect;

import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.infer.ModelLayout;
import io.github.tern4j.bitdistill.infer.ModelLayout.Role;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;

/**
 * The memory that training a model takes, in bytes: four for each parameter and each gradient, eight for Adam's two moments, what
 * the forward pass keeps for the backward pass, and what is there whatever the model. In stage 3 a teacher comes on top, and so do
 * quantized values of weights and activations during a quantization warm-up.
 *
 * @param parameters number of trained scalars
 * @param weights latent weights, F32
 * @param gradients gradients, F32
 * @param moments first and second moments
 * @param batch sequences of a step
 * @param tokens tokens of a sequence
 * @param plain what a step takes when every layer keeps its results
 * @param recomputed what it takes when every layer keeps its input alone: all inputs, and one layer computed again
 * @param logits logits of the largest chunk of tokens, whose gradients take their place; a teacher has as many again
 * @param kernels packed panels and other working memory of kernels
 * @param java the machine itself: classes, compiled code, threads, and the young generation of short-lived objects
 * @param teacher what stage 3 takes on top
 */
public record MemoryPlan(long parameters, long weights, long gradients, long moments, int batch, int tokens, Step plain,
    Step recomputed, long logits, long kernels, long java, Teacher teacher) {

  /** A matrix product packs up to 16 MiB of its right factor; rows and tiles of all threads are small beside it. */
  private static final long KERNELS = 20L << 20;

  /** Resident memory of a training of a few thousand parameters with the options of the start script: 157 MiB after 60 steps. */
  private static final long JAVA = 160L << 20;

  /**
   * What one step takes beside parameters.
   *
   * @param activations results kept from embedding to last norm, with codes and scales of what is quantized
   * @param backward gradients of results that the backward pass has at the same time, and one factor with its quantized values
   */
  public record Step(long activations, long backward) {

    long total() {
      return activations + backward;
    }
  }

  /**
   * What a full-precision teacher of the same sizes takes, with one layer whose relations are distilled.
   *
   * @param f32Weights its weights in F32
   * @param bf16Weights its weights with matrices in BF16, in the mapped file or in native memory
   * @param plainActivations results that its forward pass leaves: one for each layer, and all of the distilled layer
   * @param recomputedActivations the same, and the student's distilled layer, which is not computed again
   * @param logits logits of the largest chunk of tokens
   */
  public record Teacher(long f32Weights, long bf16Weights, long plainActivations, long recomputedActivations, long logits) {

    /** For a student of which one layer keeps {@code studentLayer} bytes. */
    private static Teacher of(QwenConfig student, long rows, long studentLayer, long logits) {
      QwenConfig config = student.withoutBitDistill();
      ModelLayout layout = ModelLayout.of(config);
      long matrices = layout.size(Role.PROJECTION) + layout.size(Role.TABLE);
      long hidden = config.hiddenSize();
      long ends = rows * (2 * hidden + 1);
      long activations = 4 * (rows * (config.numHiddenLayers() - 1) * hidden + rows * layerFloats(config) + ends);
      return new Teacher(4 * layout.size(), 2 * matrices + 4 * (layout.size() - matrices), activations,
          activations + studentLayer, logits);
    }
  }

  /** The plan for a model and a batch. */
  public static MemoryPlan of(QwenConfig config, int batch, int tokens) {
    ModelLayout layout = ModelLayout.of(config);
    long parameters = layout.size();
    long rows = (long) batch * tokens;
    long logitsRows = Math.min(rows, VocabularyLoss.chunkRows(config.vocabSize()));
    long layers = config.numHiddenLayers();
    long hidden = config.hiddenSize();
    long layer = 4 * rows * layerFloats(config) + rows * layerCodes(config) + 4 * weightScales(config, layout);
    long ends = 4 * rows * (2 * hidden + 1);
    // The widest place: gradients of gate, up and their product, of the layer's input and of what the residual carries.
    long backward = 4 * (rows * (3L * config.intermediateSize() + 2 * hidden) + quantizedFactor(config, rows, layout));
    return new MemoryPlan(parameters, 4 * parameters, 4 * parameters, 8 * parameters, batch, tokens,
        new Step(layers * layer + ends, backward),
        new Step(4 * layers * rows * hidden + layer + ends, backward),
        4 * logitsRows * config.vocabSize(), KERNELS, JAVA,
        Teacher.of(config, rows, layer, 4 * logitsRows * config.vocabSize()));
  }

  /** Peak resident memory of a training. */
  public long peak(Step step) {
    return weights + gradients + moments + step.total() + logits + kernels + java;
  }

  /** Peak resident memory of stage 3 when every layer keeps its results; {@code teacherWeights} is one of the teacher's two. */
  public long plainDistillationPeak(long teacherWeights) {
    return peak(plain) + teacherWeights + teacher.plainActivations + teacher.logits;
  }

  /** The same when layers keep their input alone. */
  public long recomputedDistillationPeak(long teacherWeights) {
    return peak(recomputed) + teacherWeights + teacher.recomputedActivations + teacher.logits;
  }

  /** Floats that one layer keeps for one token, in the order of its forward pass; a norm keeps its result and one number. */
  private static long layerFloats(QwenConfig config) {
    long hidden = config.hiddenSize();
    long queries = (long) config.numAttentionHeads() * config.headDim();
    long keys = (long) config.numKeyValueHeads() * config.headDim();
    long intermediate = config.intermediateSize();
    long heads = config.numAttentionHeads();
    long floats = hidden + 1;
    floats += sharedInput(config, hidden, 3) + withBias(config, queries + 2 * keys);
    if (config.qkNorm()) {
      floats += queries + keys + heads + config.numKeyValueHeads();
    }
    floats += queries + keys;
    floats += queries + heads;
    floats += mapInput(config, queries, true) + withBias(config, hidden);
    floats += hidden;
    floats += hidden + 1;
    floats += sharedInput(config, hidden, 2) + 3 * intermediate;
    floats += mapInput(config, intermediate, true) + hidden;
    return floats + hidden;
  }

  /** What projections with one input keep of it: its scale once, or all of it for each where each has its own norm. */
  private static long sharedInput(QwenConfig config, long width, int projections) {
    return (config.subLn() == SubLn.ALL ? projections : 1) * mapInput(config, width, false);
  }

  /** What a projection keeps of its input beside codes: SubLN's result where it has one, and the scale of the codes. */
  private static long mapInput(QwenConfig config, long width, boolean paperPlace) {
    boolean norm = config.subLn() == SubLn.ALL || config.subLn() == SubLn.PAPER && paperPlace;
    return (norm ? width + 1 : 0) + (quantized(config) ? 1 : 0);
  }

  private static long withBias(QwenConfig config, long outputs) {
    return config.attentionBias() ? 2 * outputs : outputs;
  }

  private static boolean quantized(QwenConfig config) {
    return config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent();
  }

  /** Int8 codes that one layer keeps for one token. */
  private static long layerCodes(QwenConfig config) {
    if (!quantized(config)) {
      return 0;
    }
    boolean ownNorms = config.subLn() == SubLn.ALL;
    return (ownNorms ? 5L : 2L) * config.hiddenSize() + (long) config.numAttentionHeads() * config.headDim()
        + config.intermediateSize();
  }

  /** Scales of the quantized weights of one layer. */
  private static long weightScales(QwenConfig config, ModelLayout layout) {
    if (!quantized(config)) {
      return 0;
    }
    int groupSize = config.bitDistill().orElseThrow().groupSize();
    long scales = layout.parameters().stream().filter(parameter -> parameter.role() == Role.PROJECTION)
        .mapToLong(parameter -> groupSize == 0
            ? 1
            : (long) parameter.shape().dim(0) * Math.ceilDiv(parameter.shape().dim(1), groupSize)).sum();
    return scales / config.numHiddenLayers();
  }

  /** The largest weight or input of a projection, which the backward pass quantizes again. */
  private static long quantizedFactor(QwenConfig config, long rows, ModelLayout layout) {
    return quantized(config)
        ? layout.parameters().stream().filter(parameter -> parameter.role() == Role.PROJECTION)
            .mapToLong(parameter -> Math.max(parameter.shape().size(), rows * parameter.shape().dim(1))).max().orElseThrow()
        : 0;
  }
}
