package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.nn.generate.Generator;
import io.github.tern4j.nn.generate.Sampler;
import io.github.tern4j.nn.generate.Sampling;
import io.github.tern4j.nn.tokenizer.StreamingDecoder;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.Backend;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: continues a text. */
@Command(name = "generate", description = "Continues a text; the new text goes to standard output as it comes.")
final class GenerateCommand implements Callable<Integer> {

  /** What ends a text and a turn of a conversation in Qwen's vocabularies. */
  private static final Set<String> QWEN_ENDS = Set.of("<|endoftext|>", "<|im_end|>");

  private final Optional<HeadStart> begun;

  @Mixin private CommonOptions common;

  @Mixin private HeadFlag head;

  @Mixin private KeyValueFlags keyValues;

  @Mixin private SamplingOptions sampling;

  @Option(names = "--model", required = true, paramLabel = "DIR|FILE", description = "Model directory or .ternary file.")
  private Path model;

  @Option(names = "--prompt", required = true, paramLabel = "TEXT", description = "The text to continue.")
  private String prompt;

  @Option(names = "--tokenizer", paramLabel = "FILE", description = "tokenizer.json (default: the model's own).")
  private Optional<Path> tokenizerFile;

  @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "128",
      description = "Most new tokens (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  /**
   * The answer.
   *
   * @param promptTokens tokens of the prompt
   * @param text the new text
   * @param ids its tokens
   * @param end why there are no more: {@code stop_token}, {@code max_tokens}, {@code context_full}
   */
  private record Generated(int promptTokens, String text, int[] ids, String end) {}

  /** When the first token was shown: what someone who starts the program waits for. */
  private static final class FirstToken {

    private OptionalDouble seconds = OptionalDouble.empty();
    private boolean seen;

    void seen() {
      if (!seen) {
        seconds = StartClock.seconds();
        seen = true;
      }
    }

    String text() {
      return seconds.isPresent()
          ? String.format(Locale.ROOT, "; the first token %.2f s after the start of the program", seconds.getAsDouble())
          : "";
    }
  }

  /** A command for whose model something may have begun. */
  GenerateCommand(Optional<HeadStart> begun) {
    this.begun = begun;
  }

  @Override
  public Integer call() {
    Sampling settings = sampling.sampling();
    try (Backend backend = common.openBackend(); QuickModel quick = head.loadQuickly(model, tokenizerFile, backend, begun)) {
      InferenceModel loaded = quick.model();
      Tokenizer tokenizer = quick.tokenizer();
      int[] promptIds = tokenizer.encode(prompt);
      StreamingDecoder decoder = tokenizer.streamingDecoder();
      StringBuilder text = new StringBuilder();
      Generator generator = new Generator(loaded.session(keyValues.options()), new Sampler(settings, common.seed()));
      FirstToken first = new FirstToken();
      long start = System.nanoTime();
      Generator.Continuation continuation = generator.generate(promptIds, maxTokens, stopIds(loaded, tokenizer), id -> {
        quick.requireSound();
        show(decoder.append(id), text);
        first.seen();
        return true;
      });
      quick.requireSound();
      show(decoder.finish(), text);
      double seconds = (System.nanoTime() - start) / 1e9;
      Generated generated = new Generated(promptIds.length, text.toString(), continuation.ids(),
          continuation.end().name().toLowerCase(Locale.ROOT));
      common.output().write(generated, () -> "");
      common.console().say(String.format(Locale.ROOT, "%d tokens behind a prompt of %d in %.1f s, ended by %s%s",
          generated.ids.length, promptIds.length, seconds, generated.end.replace('_', ' '), first.text()));
    }
    return 0;
  }

  private void show(String piece, StringBuilder text) {
    text.append(piece);
    if (!common.output().isJson()) {
      common.console().resultPart(piece);
    }
  }

  /** The model's own end of text, and Qwen's where the vocabulary has them. */
  private static Set<Integer> stopIds(InferenceModel model, Tokenizer tokenizer) {
    Set<Integer> ids = new HashSet<>();
    model.config().eosTokenId().ifPresent(ids::add);
    for (String end : QWEN_ENDS) {
      tokenizer.id(end).ifPresent(ids::add);
    }
    return ids;
  }
}
