package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.Tensor;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a training needs beside the weights to go on with the same bits, for a checkpoint to write; {@link StoredTraining} is what
 * it reads.
 *
 * @param step optimizer steps done
 * @param seed seed of the run
 * @param tokensSeen tokens trained on
 * @param firstMoments Adam's first moments by parameter name, F32 on the host
 * @param secondMoments Adam's second moments by parameter name, F32 on the host
 * @param loop whatever else the training loop keeps, for example its history
 */
public record TrainingState(
    long step,
    long seed,
    long tokensSeen,
    Map<String, Tensor> firstMoments,
    Map<String, Tensor> secondMoments,
    ObjectNode loop) {}
