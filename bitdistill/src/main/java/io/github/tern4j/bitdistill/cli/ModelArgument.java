package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.TernaryFile;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** What belongs to {@code --model DIR|FILE} beside its weights. */
final class ModelArgument {

  private static final String TOKENIZER = "tokenizer.json";

  private ModelArgument() {}

  /** The tokenizer given by itself, or that of the model: in its directory, or in its {@code .ternary} file. */
  static Tokenizer tokenizer(Path model, Optional<Path> given) {
    return tokenizer(model, given, () -> Files.isDirectory(model)
        ? Optional.of(TokenizerFile.read(model.resolve(TOKENIZER)))
        : TernaryFile.tokenizer(model));
  }

  /** The same for a model whose own tokenizer, if it has one, {@code own} gives. */
  static Tokenizer tokenizer(Path model, Optional<Path> given, Supplier<Optional<Tokenizer>> own) {
    return given.map(TokenizerFile::read).or(own).orElseThrow(() ->
        new BadInputException(model + ": has no tokenizer; expected one inside, or --tokenizer FILE"));
  }

  /** Token ids separated by commas. */
  static int[] ids(String text) {
    String[] parts = text.split(",", -1);
    int[] ids = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        ids[i] = Integer.parseUnsignedInt(parts[i].strip());
      } catch (NumberFormatException notANumber) {
        throw new BadInputException("--ids: '" + parts[i] + "' at position " + i + "; expected token ids separated by commas",
            notANumber);
      }
    }
    return ids;
  }
}
