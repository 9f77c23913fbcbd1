package io.github.tern4j.bitdistill.model;

import io.github.tern4j.nn.LinearProjection;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.ProjectionFactory;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.Qwen3;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.RotaryTable;
import io.github.tern4j.tensor.Backend;

/**
 * A Qwen3 network with the handle that its quantization warm-up is moved by.
 *
 * @param network teacher (full precision) or student (ternary)
 * @param share quantization in force; moves nothing in a full-precision network
 * @param backend where it computes
 */
public record TrainableModel(Qwen3 network, QuantizationShare share, Backend backend) {

  /** Builds the network that a configuration describes: ternary projections where its {@code bitdistill} part says so. */
  public static TrainableModel build(QwenConfig config, ParameterSource source, Backend backend) {
    QuantizationShare share = new QuantizationShare();
    ProjectionFactory projections = config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent()
        ? bitLinear(config.bitDistill().get(), share)
        : LinearProjection::new;
    RotaryTable rotary = new RotaryTable(backend, config.ropeTheta(), config.headDim());
    return new TrainableModel(new Qwen3(config, projections, source, rotary), share, backend);
  }

  private static ProjectionFactory bitLinear(BitDistillConfig config, QuantizationShare share) {
    BitLinearOptions options =
        new BitLinearOptions(config.groupSize(), config.epsilonRule(), config.weightEps(), config.activationEps(), share);
    return (source, in, out, bias, initializer) -> new BitLinear(options, source, in, out, bias, initializer);
  }

  /** Sizes and switches. */
  public QwenConfig config() {
    return network.config();
  }
}
