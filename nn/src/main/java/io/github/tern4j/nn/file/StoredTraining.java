package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.Tensor;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@link TrainingState} of a checkpoint, with the moments in their mapped file.
 *
 * @param step optimizer steps done
 * @param seed seed of the run
 * @param tokensSeen tokens trained on
 * @param moments {@code first_moment.NAME} and {@code second_moment.NAME} of every parameter
 * @param loop whatever else the training loop keeps
 */
public record StoredTraining(long step, long seed, long tokensSeen, StoredTensors moments, ObjectNode loop)
    implements AutoCloseable {

  static final String FIRST_MOMENT = "first_moment.";
  static final String SECOND_MOMENT = "second_moment.";

  /** Copies both moments of a parameter. */
  public void copyMoments(String parameter, Tensor first, Tensor second, PiecewiseCopy copy) {
    copy.copy(moments, FIRST_MOMENT + parameter, first);
    copy.copy(moments, SECOND_MOMENT + parameter, second);
  }

  /** Unmaps the moments. */
  @Override
  public void close() {
    moments.close();
  }
}
