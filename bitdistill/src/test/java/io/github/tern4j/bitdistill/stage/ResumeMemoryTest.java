package io.github.tern4j.bitdistill.stage;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSet;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeMemoryTest {

  private static final long SEED = 158;

  /** The piece of a tensor that is copied at a time, names, shapes and headers; weights and moments take 12 MiB. */
  private static final long BESIDE_THE_MODEL = 1 << 20;

  @TempDir private Path folder;

  @Test
  void resumingAllocatesNoSecondCopyOfWeightsOrMoments() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Backend backend = Backends.open("vector", 1)) {
      QwenConfig config = QwenConfig.of(16_000, 64, 64, 1, 2, 1, 32, true, 0.02);
      TrainableModel model = TrainableModel.build(config, ParameterSource.fresh(backend, Rng.of(SEED)), backend);
      ParameterSet parameters = model.network().parameters();
      TrainingCheckpoints checkpoints = new TrainingCheckpoints(folder.resolve("checkpoint"), 1, SEED);
      checkpoints.save(model, new AdamW(parameters, AdamW.Options.defaults()), TrainingCheckpoints.State.start());
      AdamW resumed = new AdamW(parameters, AdamW.Options.defaults());
      long least = Long.MAX_VALUE;
      // The first times classes are loaded and call sites linked.
      for (int i = 0; i < 4; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(checkpoints.resume(parameters, resumed)).isPresent();
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).isLessThan(BESIDE_THE_MODEL);
    }
  }
}
