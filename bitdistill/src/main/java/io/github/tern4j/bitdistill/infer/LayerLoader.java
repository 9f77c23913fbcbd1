package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts the layers of a model together, and counts the bytes of their projections. */
final class LayerLoader {

  private final QwenConfig config;
  private final WeightSource source;
  private final Steps steps;
  private long projectionBytes;

  LayerLoader(QwenConfig config, WeightSource source, Backend backend) {
    this.config = config;
    this.source = source;
    this.steps = new Steps(config, backend);
  }

  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int index = 0; index < config.numHiddenLayers(); index++) {
      String layer = ModelLayout.layer(index);
      layers.add(new Layer(index, steps, attention(layer), mlp(layer)));
    }
    return layers;
  }

  private Layer.AttentionWeights attention(String layer) {
    String attention = layer + "self_attn.";
    boolean bias = config.attentionBias();
    return new Layer.AttentionWeights(
        norm(layer + "input_layernorm"),
        new LinearMaps(map(attention + "q_proj", bias, Optional.empty()), map(attention + "k_proj", bias, Optional.empty()),
            map(attention + "v_proj", bias, Optional.empty())),
        config.qkNorm() ? Optional.of(norm(attention + "q_norm")) : Optional.empty(),
        config.qkNorm() ? Optional.of(norm(attention + "k_norm")) : Optional.empty(),
        map(attention + "o_proj", bias, Optional.of(attention + "attn_sub_norm")));
  }

  private Layer.MlpWeights mlp(String layer) {
    return new Layer.MlpWeights(
        norm(layer + "post_attention_layernorm"),
        new LinearMaps(map(layer + "mlp.gate_proj", false, Optional.empty()), map(layer + "mlp.up_proj", false, Optional.empty())),
        map(layer + "mlp.down_proj", false, Optional.of(layer + "mlp.ffn_sub_norm")));
  }

  /** A projection; {@code paperSubLn} names the norm that the paper places in front of it. */
  private LinearMap map(String path, boolean bias, Optional<String> paperSubLn) {
    Optional<String> subLn = switch (config.subLn()) {
      case NONE -> Optional.empty();
      case PAPER -> paperSubLn;
      case ALL -> Optional.of(path + "_norm_in");
    };
    WeightMatrix weight = source.projection(path + ".weight");
    projectionBytes += weight.byteSize();
    Optional<Tensor> biasVector = bias ? Optional.of(source.vector(path + ".bias")) : Optional.empty();
    return new LinearMap(subLn.map(this::norm), weight, biasVector, steps);
  }

  /** The norm whose weight is {@code path.weight}. */
  Norm norm(String path) {
    return new Norm(source.vector(path + ".weight"), config.rmsNormEps(), steps);
  }

  /** Bytes of the projections of all layers loaded so far. */
  long projectionBytes() {
    return projectionBytes;
  }
}
