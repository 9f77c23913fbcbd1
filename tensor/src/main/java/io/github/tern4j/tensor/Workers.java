package io.github.tern4j.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A private pool of worker threads for kernels. Each chunk of work owns its output, so results do not depend on which thread runs
 * what; where the size of chunks decides in which order sums are added, it follows from the problem, never from the number of
 * threads.
 *
 * <p>Each thread begins with a range of neighbouring chunks of its own, in ascending order, so that it reads memory as one
 * stream, and then helps with the ranges of the others. A run ends when all chunks are done: it does not wait for a thread that
 * comes too late to have one.
 *
 * <p>One thread at a time may call {@link #run}; the caller works too, so {@code Workers(1)} starts no thread. Chunks must not
 * call {@code run} themselves.
 */
public final class Workers implements AutoCloseable {

  /**
   * How long a waiting thread looks again before it parks: longer than the gaps between the kernels of a step. A thread that looks
   * begins within 0.3 microseconds, one that is parked after 19 (AMD EPYC Zen 4, JDK 25, Linux guest).
   */
  private static final long SPIN_NANOS = 200_000;

  /** Looks between two looks at the clock. */
  private static final int LOOKS = 32;

  /** Longs between the counters of two ranges: they share no pair of cache lines. */
  private static final int STRIDE = 16;

  private static final int RUN_SHIFT = Integer.SIZE;

  /** A counter without a next chunk. */
  private static final long SHUT = Integer.MAX_VALUE;

  private final Worker[] workers;

  /**
   * For each range the number of the run in the upper half and the next chunk in the lower one. A thread that claims a chunk by
   * compare-and-set thereby knows that {@link #body}, which it has read before, is of that run: the run cannot end without it.
   */
  private final AtomicLongArray next;

  private final AtomicInteger left = new AtomicInteger();
  private volatile int run;
  private volatile boolean closed;
  private volatile Throwable failure;
  private volatile Thread parkedCaller;
  private volatile IntConsumer body;
  private volatile int chunks;

  /** A pool in which {@code threads} threads work, the caller of {@link #run} among them. */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("workers: " + threads + " threads; expected at least 1");
    }
    next = new AtomicLongArray(threads * STRIDE);
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
    }
    for (Worker worker : workers) {
      worker.thread.start();
    }
  }

  /** Number of threads, the caller included. */
  public int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code body} for every chunk in 0 .. chunks-1 and returns when all are done. What a chunk throws is thrown here after
   * the others have finished; with one thread or chunk, those behind it do not run.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void run(int chunks, IntConsumer body) {
    if (closed) {
      throw new IllegalStateException("workers: run after close; expected open workers");
    }
    if (workers.length == 0 || chunks <= 1) {
      for (int chunk = 0; chunk < chunks; chunk++) {
        body.accept(chunk);
      }
      return;
    }
    begin(chunks, body);
    work(0);
    awaitEnd();
    this.body = null;
    Throwable thrown = failure;
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    } else if (thrown instanceof Error error) {
      throw error;
    }
  }

  /**
   * Shuts the counters, so that no claim can mix the last run with this one, and opens them when all else is ready: from then on
   * chunks can be claimed.
   */
  private void begin(int chunks, IntConsumer body) {
    int number = run + 1;
    for (int range = 0; range < threads(); range++) {
      next.set(range * STRIDE, SHUT);
    }
    this.chunks = chunks;
    this.body = body;
    failure = null;
    left.set(chunks);
    for (int range = 0; range < threads(); range++) {
      next.set(range * STRIDE, (long) number << RUN_SHIFT | firstChunk(range, chunks));
    }
    run = number;
    for (Worker worker : workers) {
      if (worker.parked) {
        LockSupport.unpark(worker.thread);
      }
    }
  }

  private int firstChunk(int range, int chunks) {
    return (int) ((long) chunks * range / threads());
  }

  private void work(int firstRange) {
    int done = 0;
    for (int i = 0; i < threads(); i++) {
      int range = (firstRange + i) % threads();
      long claim = next.get(range * STRIDE);
      while ((int) claim < firstChunk(range + 1, chunks)) {
        IntConsumer current = body;
        if (next.compareAndSet(range * STRIDE, claim, claim + 1)) {
          apply(current, (int) claim);
          done++;
        }
        claim = next.get(range * STRIDE);
      }
    }
    if (done > 0 && left.addAndGet(-done) == 0) {
      LockSupport.unpark(parkedCaller);
    }
  }

  private void apply(IntConsumer current, int chunk) {
    try {
      current.accept(chunk);
    } catch (RuntimeException | Error thrown) {
      failure = thrown;
    }
  }

  private void awaitEnd() {
    if (left.get() == 0) {
      return;
    }
    long parkAt = System.nanoTime() + SPIN_NANOS;
    for (int look = 1; left.get() > 0; look++) {
      if (parkedCaller != null) {
        LockSupport.park(this);
      } else if (look % LOOKS == 0 && System.nanoTime() > parkAt) {
        parkedCaller = Thread.currentThread();
      } else {
        Thread.onSpinWait();
      }
    }
    parkedCaller = null;
  }

  /** A thread of the pool, with the range that it begins with. */
  private final class Worker {

    private final int range;
    private final Thread thread;
    private volatile boolean parked;

    Worker(int range) {
      this.range = range;
      this.thread = Thread.ofPlatform().daemon().name("tern4j-worker-" + range).unstarted(this::serve);
    }

    private void serve() {
      int seen = 0;
      while (true) {
        awaitRun(seen);
        if (closed) {
          return;
        }
        seen = run;
        work(range);
      }
    }

    /** Says that it parks before it looks for the last time, so that a run begun since then wakes it. */
    private void awaitRun(int seen) {
      if (run != seen) {
        return;
      }
      long parkAt = System.nanoTime() + SPIN_NANOS;
      for (int look = 1; run == seen && !closed; look++) {
        if (parked) {
          LockSupport.park(this);
        } else if (look % LOOKS == 0 && System.nanoTime() > parkAt) {
          parked = true;
        } else {
          Thread.onSpinWait();
        }
      }
      parked = false;
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
  }
}
