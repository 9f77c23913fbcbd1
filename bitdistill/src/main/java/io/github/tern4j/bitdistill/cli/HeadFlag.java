package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.tensor.Backend;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How commands that run a model hold its largest table. */
final class HeadFlag {

  @Option(names = "--head", paramLabel = "FORMAT",
      description = "Format of embedding and output head in memory: ${COMPLETION-CANDIDATES} (default: as they are stored).")
  private Optional<TableFormat> head;

  /** Loads a model. */
  InferenceModel load(Path model, Backend backend) {
    return InferenceModel.load(model, backend, head);
  }

  /** The same with its tokenizer, for a command that answers as soon as it can. */
  QuickModel loadQuickly(Path model, Optional<Path> tokenizer, Backend backend, Optional<HeadStart> begun) {
    return QuickModel.load(model, tokenizer, backend, head, begun);
  }
}
