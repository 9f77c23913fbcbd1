package io.github.tern4j.bitdistill.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Work that another thread does meanwhile. */
final class Background {

  private Background() {}

  /** Starts work whose {@link #result} is wanted later; it does not keep the program from ending. */
  static <T> Future<T> start(String name, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name(name).start(task);
    return task;
  }

  /** What the work has returned, or what it has thrown, thrown here. */
  static <T> T result(Future<T> work) {
    try {
      return work.get();
    } catch (ExecutionException failure) {
      switch (failure.getCause()) {
        case RuntimeException unchecked -> throw unchecked;
        case Error error -> throw error;
        default -> throw new IllegalStateException(failure.getCause());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }
}
