package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Workers;
import java.util.function.IntConsumer;

/**
 * Work over ranges that a kernel keeps and runs for every product of a decoded token: its operands lie in fields of the kernel,
 * so that no run makes an object, as {@link Ranges} does for a body that captures them. For one thread at a time.
 */
final class RangeTask implements IntConsumer {

  private final Workers workers;
  private final Ranges.Body body;
  private int total;
  private int size;

  RangeTask(Workers workers, Ranges.Body body) {
    this.workers = workers;
    this.body = body;
  }

  /** Runs the body over ranges of {@code size}; a single one on the caller's thread. */
  void run(int total, int size) {
    if (total <= size) {
      body.run(0, total);
    } else {
      this.total = total;
      this.size = size;
      workers.run(Math.ceilDiv(total, size), this);
    }
  }

  @Override
  public void accept(int chunk) {
    body.run(chunk * size, Math.min(total, (chunk + 1) * size));
  }
}
