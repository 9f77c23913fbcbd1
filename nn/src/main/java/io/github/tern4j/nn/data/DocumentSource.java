package io.github.tern4j.nn.data;

import java.util.stream.Stream;

/** A sequence of documents that can be read any number of times, in the same order each time. */
@FunctionalInterface
public interface DocumentSource {

  /**
   * Reads the documents from the start. Close the stream: it may hold an open file.
   *
   * @throws io.github.tern4j.tensor.BadInputException while the stream is consumed, if a file is not what it has to be
   */
  Stream<String> documents();
}
