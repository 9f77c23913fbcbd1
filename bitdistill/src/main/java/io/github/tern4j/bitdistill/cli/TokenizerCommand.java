package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.task.GeneralText;
import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tokenizer train|encode|decode}: byte-level BPE in Hugging Face's {@code tokenizer.json}. */
@Command(name = "tokenizer",
    description = "Byte-level BPE: trains, encodes and decodes; reads and writes Hugging Face's tokenizer.json.",
    subcommands = {TokenizerCommand.Train.class, TokenizerCommand.Encode.class, TokenizerCommand.Decode.class})
final class TokenizerCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "tokenizer: no command given; expected train, encode or decode");
  }

  /** Trains a vocabulary. */
  @Command(name = "train", description = "Learns a vocabulary from text.")
  static final class Train implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Option(names = "--data", paramLabel = "FILE", required = true, arity = "1..*",
        description = "Text: .txt[.gz], .jsonl[.gz] or .parquet files, or folders of the first two.")
    private List<Path> data;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "tokenizer.json to write.")
    private Path out;

    @Option(names = "--vocabulary", paramLabel = "N", defaultValue = "4096", description = "Tokens (default: ${DEFAULT-VALUE}).")
    private int vocabulary;

    @Option(names = "--lowercase", description = "Write text in lower case first.")
    private boolean lowercase;

    @Option(names = "--min-frequency", paramLabel = "N", defaultValue = "2",
        description = "How often a pair must occur to be merged (default: ${DEFAULT-VALUE}).")
    private long minFrequency;

    /**
     * The answer.
     *
     * @param tokenizer the file
     * @param vocabulary its tokens
     */
    private record Trained(String tokenizer, int vocabulary) {}

    @Override
    public Integer call() {
      BpeTrainer trainer = new BpeTrainer(vocabulary, BpeTrainer.QWEN_SPECIAL_TOKENS, minFrequency, lowercase);
      try (Stream<String> documents = GeneralText.in(data).documents()) {
        Tokenizer tokenizer = trainer.train(documents);
        TokenizerFile.write(tokenizer, out);
        common.output().write(new Trained(out.toString(), tokenizer.vocabularySize()),
            () -> out + ": " + tokenizer.vocabularySize() + " tokens");
      }
      return 0;
    }
  }

  /** Text to token ids. */
  @Command(name = "encode", description = "Text to token ids.")
  static final class Encode implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Option(names = "--tokenizer", paramLabel = "FILE", required = true, description = "tokenizer.json.")
    private Path file;

    @Option(names = "--text", paramLabel = "TEXT", required = true, description = "The text.")
    private String text;

    /**
     * The answer.
     *
     * @param ids token ids
     * @param tokens their spelling in the vocabulary
     */
    private record Encoded(int[] ids, List<String> tokens) {}

    @Override
    public Integer call() {
      Tokenizer tokenizer = TokenizerFile.read(file);
      int[] ids = tokenizer.encode(text);
      Encoded encoded = new Encoded(ids, Arrays.stream(ids).mapToObj(tokenizer::token).toList());
      common.output().write(encoded, () -> Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(",")));
      return 0;
    }
  }

  /** Token ids to text. */
  @Command(name = "decode", description = "Token ids to text.")
  static final class Decode implements Callable<Integer> {

    @Mixin private CommonOptions common;

    @Option(names = "--tokenizer", paramLabel = "FILE", required = true, description = "tokenizer.json.")
    private Path file;

    @Option(names = "--ids", paramLabel = "N,N,..", required = true, description = "Token ids.")
    private String ids;

    @Override
    public Integer call() {
      String text = TokenizerFile.read(file).decode(ModelArgument.ids(ids));
      common.output().write(Map.of("text", text), () -> text);
      return 0;
    }
  }
}
