package io.github.tern4j.bitdistill.task;

import io.github.tern4j.nn.data.Corpus;
import io.github.tern4j.nn.data.DocumentSource;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Text to pre-train on, in every form that the command line takes. */
public final class GeneralText {

  private GeneralText() {}

  /**
   * The documents of files one after the other: {@code .txt[.gz]} and {@code .jsonl[.gz]}, folders of these, and {@code .parquet}
   * with a column {@value ParquetDocuments#COLUMN}.
   *
   * @throws BadInputException if a file does not exist or its kind is unknown
   */
  public static DocumentSource in(List<Path> files) {
    List<DocumentSource> sources = files.stream().map(GeneralText::in).toList();
    return () -> sources.stream().flatMap(DocumentSource::documents);
  }

  private static DocumentSource in(Path file) {
    if (!Files.exists(file)) {
      throw new BadInputException(file + ": no such file; expected text to train on");
    }
    return file.toString().endsWith(".parquet")
        ? () -> Stream.of(file).mapMulti(ParquetDocuments::read)
        : new Corpus(List.of(file));
  }
}
