package io.github.tern4j.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A private pool of worker threads for kernels. Work is cut into chunks by the size of the problem only, never by the number of
 * threads; each chunk owns its output, so results do not depend on which thread runs what.
 *
 * <p>One thread at a time may call {@link #run}; the caller works too, so {@code Workers(1)} starts no thread. Chunks must not
 * call {@code run} themselves.
 */
public final class Workers implements AutoCloseable {

  /** How often a waiting thread looks again before it parks: some microseconds, the gap between two kernels of a step. */
  private static final int SPINS = 2_000;

  private final Thread[] threads;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private volatile int generation;
  private volatile boolean closed;
  private volatile Throwable failure;
  private volatile Thread caller;
  private IntConsumer body;
  private int chunks;

  /** A pool in which {@code threads} threads work, the caller of {@link #run} among them. */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: " + threads + " threads; expected at least 1");
    }
    this.threads = new Thread[threads - 1];
    for (int i = 0; i < this.threads.length; i++) {
      this.threads[i] = Thread.ofPlatform().daemon().name("tern4j-worker-" + (i + 1)).start(this::serve);
    }
  }

  /** Number of threads, the caller included. */
  public int threads() {
    return threads.length + 1;
  }

  /**
   * Runs {@code body} for every chunk in 0 .. chunks-1 and returns when all are done. What a chunk throws is thrown here after
   * the others have finished; how many chunks ran before it is unspecified.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void run(int chunks, IntConsumer body) {
    if (closed) {
      throw new IllegalStateException("workers: run after close; expected open workers");
    }
    if (threads.length == 0 || chunks <= 1) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        body.accept(chunk);
      }
      return;
    }
    this.body = body;
    this.chunks = chunks;
    caller = Thread.currentThread();
    failure = null;
    next.set(0);
    running.set(threads.length);
    generation++;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    work();
    for (int spin = 0; running.get() > 0; spin++) {
      if (spin < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
    this.body = null;
    Throwable thrown = failure;
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    } else if (thrown instanceof Error error) {
      throw error;
    }
  }

  private void work() {
    try {
      for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
        body.accept(chunk);
      }
    } catch (RuntimeException | Error thrown) {
      failure = thrown;
    }
  }

  private void serve() {
    int seen = 0;
    while (true) {
      for (int spin = 0; generation == seen && !closed; spin++) {
        if (spin < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      if (closed) {
        return;
      }
      seen = generation;
      work();
      if (running.decrementAndGet() == 0) {
        LockSupport.unpark(caller);
      }
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
