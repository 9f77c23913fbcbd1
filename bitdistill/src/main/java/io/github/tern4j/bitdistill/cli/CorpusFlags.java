package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.stage.TrainingOptions;
import io.github.tern4j.bitdistill.study.TaskExamples;
import io.github.tern4j.bitdistill.task.GeneralText;
import io.github.tern4j.nn.data.DocumentSource;
import io.github.tern4j.nn.data.PackedBatches;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.data.TokenShardWriter;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The text of {@code pretrain} and {@code continue}, and how it is read. */
final class CorpusFlags {

  @Option(names = "--data", paramLabel = "FILE", required = true, arity = "1..*",
      description = "Text to train on: .txt[.gz], .jsonl[.gz] or .parquet files, or folders of the first two.")
  private List<Path> data;

  @Option(names = "--tokens", paramLabel = "N", required = true, description = "Tokens to train on, repeats included.")
  private long tokens;

  @Option(names = "--length", paramLabel = "N", defaultValue = "128",
      description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
  private int length;

  @Option(names = "--in-order", description = "Read the text in its own order instead of in random order.")
  private boolean inOrder;

  /** Optimizer steps for the tokens asked for. */
  long steps(TrainingOptions options) {
    if (tokens < 1 || length < 1) {
      throw new BadInputException("--tokens " + tokens + ", --length " + length + "; expected at least 1 of each");
    }
    return Math.ceilDiv(tokens, (long) options.batch() * length);
  }

  /**
   * The text in token ids. It is encoded into {@code file}, unless a training that goes on left that there.
   *
   * @throws BadInputException when text is missing or broken, or the file is of another tokenizer
   */
  TokenShard encoded(Path file, boolean goesOn, Tokenizer tokenizer) {
    if (!goesOn || !Files.exists(file)) {
      DocumentSource documents = GeneralText.in(data);
      TokenShardWriter.write(file, documents, tokenizer, TaskExamples.BOUNDARY);
    }
    TokenShard shard = TokenShard.open(file);
    shard.checkMadeBy(tokenizer);
    return shard;
  }

  /** The micro-batches of the encoded text. */
  PackedBatches batches(TokenShard shard, TrainingOptions options, Rng rng) {
    int batch = options.batch() / options.microBatches();
    return inOrder ? PackedBatches.inOrder(shard, batch, length) : new PackedBatches(shard, batch, length, rng);
  }
}
