package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.study.TaskExamples;
import io.github.tern4j.bitdistill.task.ParquetDocuments;
import io.github.tern4j.nn.data.Corpus;
import io.github.tern4j.nn.data.DocumentSource;
import io.github.tern4j.nn.data.PackedBatches;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.data.TokenShardWriter;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** General text for training, encoded once and kept beside the output. */
final class CorpusFlags {

  @Option(names = "--data", paramLabel = "FILE", required = true, arity = "1..*",
      description = "Text to train on: .txt[.gz], .jsonl[.gz] or .parquet files, or folders of the first two.")
  private List<Path> data;

  @Option(names = "--tokens", paramLabel = "N", required = true, description = "Tokens to train on, repeats included.")
  private long tokens;

  @Option(names = "--length", paramLabel = "N", defaultValue = "128", description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
  private int length;

  @Option(names = "--in-order", description = "Read the text in its own order instead of in random order.")
  private boolean inOrder;

  /** The text. */
  DocumentSource documents() {
    for (Path file : data) {
      if (!Files.exists(file)) {
        throw new BadInputException(file + ": no such file; expected text to train on");
      }
    }
    List<Path> parquet = data.stream().filter(file -> file.toString().endsWith(".parquet")).toList();
    List<Path> others = data.stream().filter(file -> !file.toString().endsWith(".parquet")).toList();
    return () -> Stream.concat(others.isEmpty() ? Stream.empty() : new Corpus(others).documents(),
        parquet.stream().mapMulti(ParquetDocuments::read));
  }

  /** Optimizer steps for the tokens asked for. */
  long steps(int batch) {
    if (tokens < 1 || length < 1) {
      throw new BadInputException("--tokens " + tokens + ", --length " + length + "; expected at least 1 of each");
    }
    return Math.ceilDiv(tokens, (long) batch * length);
  }

  /** The text in token ids, in {@code OUT.tokens}; written when it is not there or another tokenizer made it. */
  TokenShard shard(Path out, Tokenizer tokenizer) throws IOException {
    Path file = out.resolveSibling(out.getFileName() + ".tokens");
    if (!Files.exists(file)) {
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      TokenShardWriter.write(file, documents(), tokenizer, TaskExamples.BOUNDARY);
    }
    TokenShard shard = TokenShard.open(file);
    shard.checkMadeBy(tokenizer);
    return shard;
  }

  /** Batches of the encoded text. */
  PackedBatches batches(TokenShard shard, int batch, Rng rng) {
    return inOrder ? PackedBatches.inOrder(shard, batch, length) : new PackedBatches(shard, batch, length, rng);
  }
}
