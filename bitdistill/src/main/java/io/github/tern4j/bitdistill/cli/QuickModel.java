package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.bitdistill.infer.TernaryFile;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * A model and its tokenizer, loaded on several threads by a program that answers as soon as it can.
 *
 * @param model closed with this
 * @param tokenizer the given one, or that of the model
 * @param checking of what the model reads
 */
record QuickModel(InferenceModel model, Tokenizer tokenizer, Future<?> checking) implements AutoCloseable {

  /**
   * Loads a directory or a {@code .ternary} file; such a file is mapped once, and checked while its first tokens are read.
   *
   * @param tokenizer in place of the model's own
   * @param begun what has begun with a file, perhaps this one
   */
  static QuickModel load(
      Path path, Optional<Path> tokenizer, Backend backend, Optional<TableFormat> tables, Optional<HeadStart> begun) {
    if (Files.isDirectory(path)) {
      Future<Tokenizer> reading = Background.start("tokenizer", () -> ModelArgument.tokenizer(path, tokenizer));
      return with(InferenceModel.load(path, backend, tables), () -> Background.result(reading), reading);
    }
    HeadStart start = begun.filter(other -> other.isOf(path)).orElseGet(() -> HeadStart.of(path));
    TernaryFile file = start.file();
    Future<TernaryFile> checking = Background.start("check", () -> {
      file.checkProjections();
      return file;
    });
    return with(InferenceModel.loadQuickly(file, backend, tables),
        () -> ModelArgument.tokenizer(path, tokenizer, start::tokenizer), checking);
  }

  private static QuickModel with(InferenceModel model, Supplier<Tokenizer> tokenizer, Future<?> checking) {
    try {
      return new QuickModel(model, tokenizer.get(), checking);
    } catch (Throwable thrown) {
      model.close();
      throw thrown;
    }
  }

  /** Waits until everything has been checked, before anything that comes of it is shown. */
  void requireSound() {
    Background.result(checking);
  }

  @Override
  public void close() {
    model.close();
  }
}
