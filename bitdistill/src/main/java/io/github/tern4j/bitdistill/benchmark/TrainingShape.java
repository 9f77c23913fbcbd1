package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A model and a batch to train it on. The named ones are those of {@code bench/peers/torch_step.py}.
 *
 * @param name what it is called
 * @param config the full-precision model
 * @param batch sequences
 * @param tokens tokens of a sequence
 * @param checkpointed whether layers are computed again in the backward pass
 */
public record TrainingShape(String name, QwenConfig config, int batch, int tokens, boolean checkpointed) {

  private static final List<TrainingShape> NAMED = List.of(
      new TrainingShape("a", qwen3(4_096, 192, 512, 6, 6, 3, 32), 32, 128, false),
      new TrainingShape("b", qwen3(16_384, 512, 1_536, 8, 8, 4, 64), 8, 256, false),
      new TrainingShape("c", qwen3(151_936, 1_024, 3_072, 2, 16, 8, 128), 2, 256, false),
      new TrainingShape("qwen3-0.6b", qwen3(151_936, 1_024, 3_072, 28, 16, 8, 128), 1, 128, true));

  private static QwenConfig qwen3(int vocabulary, int hidden, int intermediate, int layers, int heads, int kvHeads, int headDim) {
    return QwenConfig.of(vocabulary, hidden, intermediate, layers, heads, kvHeads, headDim, true, 0.02);
  }

  /**
   * The shape of a name.
   *
   * @throws BadInputException for a name that there is not
   */
  public static TrainingShape named(String name) {
    return NAMED.stream().filter(shape -> shape.name.equals(name)).findFirst().orElseThrow(() -> new BadInputException(
        "shape '" + name + "': unknown; expected one of "
            + NAMED.stream().map(TrainingShape::name).collect(Collectors.joining(", "))));
  }

  /** Tokens of a step. */
  int tokensPerStep() {
    return batch * tokens;
  }
}
