package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Workers;

/** Work over a range of elements or rows, cut into chunks whose size depends on the problem alone. */
final class Ranges {

  /** Elements of a chunk: some microseconds of work, a multiple of every vector. */
  private static final int CHUNK = 16_384;

  private Ranges() {}

  /** Work on elements or rows {@code from} (inclusive) to {@code to} (exclusive). */
  interface Body {
    void run(int from, int to);
  }

  /** Runs {@code body} over all elements. */
  static void elements(Workers workers, int elements, Body body) {
    run(workers, elements, CHUNK, body);
  }

  /** Runs {@code body} over rows of {@code width} elements; a row stays whole. */
  static void rows(Workers workers, int rows, int width, Body body) {
    run(workers, rows, Math.max(1, CHUNK / Math.max(1, width)), body);
  }

  /** Runs {@code body} over ranges of {@code size}. */
  static void run(Workers workers, int total, int size, Body body) {
    int chunks = Math.ceilDiv(total, size);
    if (chunks == 1) {
      body.run(0, total);
    } else {
      workers.run(chunks, chunk -> body.run(chunk * size, Math.min(total, (chunk + 1) * size)));
    }
  }
}
