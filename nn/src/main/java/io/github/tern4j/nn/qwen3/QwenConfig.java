package io.github.tern4j.nn.qwen3;
public record QwenConfig(int vocabSize, int hiddenSize, int intermediateSize, int numHiddenLayers, int numAttentionHeads, int numKeyValueHeads, int headDim, float rmsNormEps, double ropeTheta, boolean tieWordEmbeddings, boolean attentionBias, boolean qkNorm, double initializerRange) {
  public SubLn subLn() { return SubLn.NONE; }
}
