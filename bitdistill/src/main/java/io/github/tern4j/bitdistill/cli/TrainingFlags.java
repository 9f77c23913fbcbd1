package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.TrainingCheckpoints;
import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.nn.file.AtomicDirectory;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of every training command. */
final class TrainingFlags {

  private static final String CHECKPOINT = ".checkpoint";
  private static final String TOKENS = ".tokens";

  @Option(names = "--out", paramLabel = "DIR", required = true,
      description = "Folder for the trained model; must not exist yet.")
  private Path out;

  @Option(names = "--resume", description = "Go on from the checkpoint of a stopped training (DIR.checkpoint).")
  private boolean resume;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
      description = "Sequences of a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(names = "--micro-batches", paramLabel = "N", defaultValue = "1",
      description = "Parts a batch is computed in, to save memory (default: ${DEFAULT-VALUE}).")
  private int microBatches;

  @Option(names = "--rate", paramLabel = "X", description = "Peak learning rate (default: the command's).")
  private Optional<Double> rate;

  @Option(names = "--warmup", paramLabel = "SHARE", defaultValue = "0.05",
      description = "Share of the steps in which the rate rises (default: ${DEFAULT-VALUE}).")
  private double warmup;

  @Option(names = "--weight-decay", paramLabel = "X", defaultValue = "0.01",
      description = "Weight decay of matrices (default: ${DEFAULT-VALUE}).")
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

  /**
   * The numbers of the training.
   *
   * @param defaultRate the command's peak learning rate
   * @throws BadInputException when one is out of its range
   */
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

  /** Whether a stopped training goes on. */
  boolean resumes() {
    return resume;
  }

  /**
   * Checkpoints beside the output folder.
   *
   * @throws BadInputException when a model would be overwritten, a stopped training forgotten, or there is nothing to resume
   */
  TrainingCheckpoints checkpoints(long seed) {
    if (checkpointEvery < 1) {
      throw new BadInputException("--checkpoint-every " + checkpointEvery + "; expected at least 1");
    }
    if (Files.exists(out)) {
      throw new BadInputException(out + ": exists; expected a new folder for the trained model");
    }
    Path directory = beside(CHECKPOINT);
    // A process killed while it replaced its checkpoint has left the older one under another name.
    AtomicDirectory.recover(directory);
    if (Files.exists(directory) && !resume) {
      throw new BadInputException(directory + ": holds a stopped training; expected --resume to go on, or another --out");
    }
    if (resume && !Files.exists(directory)) {
      throw new BadInputException(directory + ": no such checkpoint; expected one to resume");
    }
    return new TrainingCheckpoints(directory, checkpointEvery, seed);
  }

  /** Where a training on general text keeps its token ids until it has ended. */
  Path tokens() {
    return beside(TOKENS);
  }

  /** Saves the trained model, removes what the training kept, and answers with the folder. */
  void finish(TrainableModel model, Path tokenizer, JsonOutput output) throws IOException {
    ModelFolder.save(model, tokenizer, out);
    TrainingCheckpoints.remove(beside(CHECKPOINT));
    Files.deleteIfExists(beside(TOKENS));
    output.model(out);
  }

  private Path beside(String ending) {
    return out.resolveSibling(out.getFileName() + ending);
  }
}
