package io.github.tern4j.bench;

import io.github.tern4j.bitdistill.benchmark.TrainingShape;
import io.github.tern4j.nn.qwen3.QwenConfig;

/**
 * The sizes that the kernels of a training step meet.
 *
 * @param hidden hiddenSize
 * @param intermediate width of the feed-forward layer
 * @param heads query heads
 * @param kvHeads key-value heads
 * @param headDim width of a head
 * @param vocabulary classes of the output layer
 * @param batch sequences
 * @param tokens tokens of a sequence
 */
record LayerShape(int hidden, int intermediate, int heads, int kvHeads, int headDim, int vocabulary, int batch, int tokens) {

  /** The layers of a {@linkplain TrainingShape#named named} training shape. */
  static LayerShape named(String name) {
    TrainingShape shape = TrainingShape.named(name);
    QwenConfig config = shape.config();
    return new LayerShape(config.hiddenSize(), config.intermediateSize(), config.numAttentionHeads(), config.numKeyValueHeads(),
        config.headDim(), config.vocabSize(), shape.batch(), shape.tokens());
  }

  /** Rows of a linear layer: the tokens of all sequences. */
  int rows() {
    return batch * tokens;
  }
}
