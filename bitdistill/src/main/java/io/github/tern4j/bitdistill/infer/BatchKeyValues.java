package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AttentionKernel;

/** Keys and values of a pass over whole texts, forgotten after each layer. */
final class BatchKeyValues implements KeyValues {

  private final AttentionKernel attention;
  private final Tensor keys;
  private final Tensor values;
  private final int[] heads;

  BatchKeyValues(QwenConfig config, AttentionKernel attention, Buffers buffers, int batch, int tokens) {
    this.attention = attention;
    this.heads = new int[] {batch, tokens, config.numKeyValueHeads(), config.headDim()};
    int width = config.numKeyValueHeads() * config.headDim();
    this.keys = buffers.floats("keys", batch * tokens, width);
    this.values = buffers.floats("values", batch * tokens, width);
  }

  @Override
  public int position() {
    return 0;
  }

  @Override
  public Tensor newKeys(int layer) {
    return keys;
  }

  @Override
  public Tensor newValues(int layer) {
    return values;
  }

  @Override
  public void attend(int layer, Tensor queries, Tensor attended, Tensor logSumExp) {
    attention.attention(queries, keys.reshape(heads), values.reshape(heads), true, attended, logSumExp);
  }
}
