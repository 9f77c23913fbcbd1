package io.github.tern4j.nn.data;

import java.util.Optional;

/** Reads the documents of one file, one after the other. */
sealed interface DocumentReader extends AutoCloseable permits TextDocuments, JsonLinesDocuments {

  /** The next document, or empty at the end. */
  Optional<String> next();

  @Override
  void close();
}
