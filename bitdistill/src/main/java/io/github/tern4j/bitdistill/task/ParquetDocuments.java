package io.github.tern4j.bitdistill.task;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A pre-training corpus in a Parquet file, one document a row in the column {@value #COLUMN}. */
public final class ParquetDocuments {
  /** The column name that Hugging Face's text corpora use. */
  public static final String COLUMN = "text";

  private ParquetDocuments() {}

  /**
   * Hands each document to {@code documents}, in file order, without holding the file in memory.
   *
   * @throws io.github.tern4j.tensor.BadInputException if the file is no Parquet file or has no such text column
   */
  public static void read(Path file, Consumer<String> documents) {
    ParquetRows.read(file, List.of(COLUMN), row -> documents.accept(row.value(COLUMN)));
  }
}
