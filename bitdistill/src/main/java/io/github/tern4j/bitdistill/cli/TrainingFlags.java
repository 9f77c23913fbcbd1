package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of every training command. */
final class TrainingFlags {

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder for the trained model; must not exist yet.")
  private Path out;

  @Option(names = "--resume", description = "Go on from the checkpoint of a stopped training (DIR.checkpoint).")
  private boolean resume;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "32", description = "Sequences of a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(names = "--micro-batches", paramLabel = "N", defaultValue = "1",
      description = "Parts a batch is computed in, to save memory (default: ${DEFAULT-VALUE}).")
  private int microBatches;

  @Option(names = "--rate", paramLabel = "X", description = "Peak learning rate (default: the command's).")
  private Optional<Double> rate;

  @Option(names = "--warmup", paramLabel = "SHARE", defaultValue = "0.05",
      description = "Share of the steps in which the rate rises (default: ${DEFAULT-VALUE}).")
  private double warmup;

  @Option(names = "--weight-decay", paramLabel = "X", defaultValue = "0.01", description = "Of matrices (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(names = "--max-gradient-norm", paramLabel = "X", defaultValue = "1.0",
      description = "Gradients are clipped to this norm (default: ${DEFAULT-VALUE}).")
  private double maxGradientNorm;

  @Option(names = "--recompute", description = "Compute layers again in the backward pass, to save memory.")
  private boolean recompute;

  @Option(names = "--quantization-warmup", paramLabel = "N", defaultValue = "0",
      description = "Steps over which quantization comes into force (default: at once).")
  private long quantizationWarmup;

  @Option(names = "--checkpoint-every", paramLabel = "N", defaultValue = "100",
      description = "Steps between checkpoints (default: ${DEFAULT-VALUE}).")
  private long checkpointEvery;

  /** The folder for the trained model. */
  Path out() {
    return out;
  }

  /** Sequences of a step. */
  int batch() {
    return batch;
  }

  /** The numbers of the training. */
  TrainingOptions options(double defaultRate) {
    AdamW.Options defaults = AdamW.Options.defaults();
    try {
      return new TrainingOptions(batch, microBatches, rate.orElse(defaultRate), warmup,
          new AdamW.Options(defaults.beta1(), defaults.beta2(), defaults.eps(), weightDecay, maxGradientNorm), recompute,
          quantizationWarmup);
    } catch (IllegalArgumentException wrong) {
      throw new BadInputException(wrong.getMessage(), wrong);
    }
  }

  /** Checkpoints beside the output folder; refuses to overwrite a model, and a stopped training unless it is resumed. */
  TrainingCheckpoints checkpoints(long seed) {
    if (checkpointEvery < 1) {
      throw new BadInputException("--checkpoint-every " + checkpointEvery + "; expected at least 1");
    }
    Path directory = checkpointFolder();
    if (Files.exists(out)) {
      throw new BadInputException(out + ": exists; expected a new folder for the trained model");
    }
    if (Files.exists(directory) && !resume) {
      throw new BadInputException(directory + ": holds a stopped training; expected --resume to go on, or another --out");
    }
    if (resume && !Files.exists(directory)) {
      throw new BadInputException(directory + ": no such checkpoint; expected one to resume");
    }
    return new TrainingCheckpoints(directory, checkpointEvery, seed);
  }

  /** Removes the checkpoints of a training that has ended. */
  void removeCheckpoints() {
    TrainingCheckpoints.remove(checkpointFolder());
  }

  private Path checkpointFolder() {
    return out.resolveSibling(out.getFileName() + ".checkpoint");
  }
}
