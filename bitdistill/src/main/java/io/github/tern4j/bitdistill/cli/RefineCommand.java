package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.SubLnRefinement;
import io.github.tern4j.bitdistill.task.GeneralText;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code refine}: stage 1, a ternary student with SubLN from a full-precision model. */
@Command(name = "refine", description = "Stage 1: makes a ternary student with SubLN from a full-precision model.")
final class RefineCommand implements Callable<Integer> {

  /** Enough for a mean over a norm's inputs, few enough for one forward pass. */
  private static final int CALIBRATION_TOKENS = 4096;

  @Mixin private CommonOptions common;

  @Option(names = "--model", paramLabel = "DIR", required = true, description = "The full-precision model.")
  private Path modelFolder;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder for the student; must not exist yet.")
  private Path out;

  @Option(names = "--sub-ln", paramLabel = "PLACE", defaultValue = "PAPER",
      description = "paper (in front of o_proj and down_proj), all seven projections, or none (default: paper).")
  private SubLn subLn;

  @Option(names = "--epsilon", paramLabel = "RULE", defaultValue = "ADDED",
      description = "How scales are kept from zero: added (paper) or lower_bound (author code) (default: added).")
  private EpsilonRule epsilonRule;

  @Option(names = "--group", paramLabel = "N", defaultValue = "0",
      description = "Columns that share a weight scale; 0 is one scale per tensor (default: ${DEFAULT-VALUE}).")
  private int groupSize;

  @Option(names = "--calibrate", paramLabel = "FILE",
      description = "Text to set the SubLN weights on (mean RMS of what they normalise) instead of 1.")
  private Optional<Path> calibration;

  @Override
  public Integer call() {
    if (Files.exists(out)) {
      throw new BadInputException(out + ": exists; expected a new folder for the student");
    }
    if (groupSize < 0) {
      throw new BadInputException("--group " + groupSize + "; expected 0 or more");
    }
    Path tokenizer = ModelFolder.tokenizer(modelFolder);
    try (Backend backend = common.openBackend(); Checkpoint checkpoint = Checkpoint.open(modelFolder)) {
      BitDistillConfig bits =
          new BitDistillConfig(subLn, true, BitDistillConfig.PAPER_EPS, BitDistillConfig.PAPER_EPS, epsilonRule, groupSize);
      TrainableModel student = SubLnRefinement.refine(QwenConfig.fromJson(checkpoint.config()), modelFolder.toString(),
          checkpoint.model(), bits, backend, Rng.of(common.seed()));
      calibration.ifPresent(text ->
          SubLnRefinement.calibrate(ModelFolder.load(modelFolder, backend, false), student, calibrationBatch(text, tokenizer)));
      ModelFolder.save(student, tokenizer, out);
    }
    common.output().model(out);
    return 0;
  }

  private static PaddedBatch calibrationBatch(Path text, Path tokenizerFile) {
    Tokenizer tokenizer = TokenizerFile.read(tokenizerFile);
    try (Stream<String> documents = GeneralText.in(List.of(text)).documents()) {
      int[] ids = documents.flatMapToInt(document -> Arrays.stream(tokenizer.encode(document))).limit(CALIBRATION_TOKENS)
          .toArray();
      return new PaddedBatch(ids, ids, new int[] {ids.length}, 1, ids.length);
    }
  }
}
