package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A model whose inference is measured.
 *
 * @param name what it is called
 * @param config the full-precision model
 */
public record InferenceShape(String name, QwenConfig config) {

  private static final List<InferenceShape> NAMED = List.of(
      new InferenceShape("small", qwen3(8_192, 256, 768, 8, 4, 2, 64)),
      new InferenceShape("qwen3-0.6b", qwen3(151_936, 1_024, 3_072, 28, 16, 8, 128)),
      new InferenceShape("qwen3-1.7b", qwen3(151_936, 2_048, 6_144, 28, 16, 8, 128)),
      new InferenceShape("qwen3-4b", qwen3(151_936, 2_560, 9_728, 36, 32, 8, 128)));

  private static QwenConfig qwen3(int vocabulary, int hidden, int intermediate, int layers, int heads, int kvHeads, int headDim) {
    return QwenConfig.of(vocabulary, hidden, intermediate, layers, heads, kvHeads, headDim, true, 0.02);
  }

  /**
   * The shape of a name.
   *
   * @throws BadInputException for a name that there is not
   */
  public static InferenceShape named(String name) {
    return NAMED.stream().filter(shape -> shape.name.equals(name)).findFirst().orElseThrow(() -> new BadInputException(
        "shape '" + name + "': unknown; expected one of "
            + NAMED.stream().map(InferenceShape::name).collect(Collectors.joining(", "))));
  }
}
