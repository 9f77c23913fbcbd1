package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyChunkRunsOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      assertThat(workers.threads()).isEqualTo(threads);
      for (int chunks : new int[] {0, 1, 2, 3, 7, 8, 9, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(chunks);
        workers.run(chunks, runs::incrementAndGet);
        for (int chunk = 0; chunk < chunks; chunk++) {
          assertThat(runs.get(chunk)).as("chunk %d of %d", chunk, chunks).isEqualTo(1);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {2, 3, 8})
  void resultsOfChunksAreSeenAfterManySmallRuns(int threads) {
    // Plain array: run itself has to publish what the workers wrote and what the caller wrote before.
    int[] values = new int[5];
    try (Workers workers = new Workers(threads)) {
      for (int run = 1; run <= 3000; run++) {
        workers.run(values.length, chunk -> values[chunk] += chunk);
        for (int chunk = 0; chunk < values.length; chunk++) {
          assertThat(values[chunk]).isEqualTo(run * chunk);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {2, 3, 8})
  void lateThreadsDoNotMixRuns(int threads) {
    // More threads than cores: many of them come when their run is over and the next one has other chunks and another body.
    try (Workers workers = new Workers(threads)) {
      for (int run = 0; run < 3000; run++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(2 + run % 13);
        workers.run(runs.length(), runs::incrementAndGet);
        for (int chunk = 0; chunk < runs.length(); chunk++) {
          assertThat(runs.get(chunk)).as("run %d, chunk %d", run, chunk).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void parkedWorkersWakeUp() throws InterruptedException {
    try (Workers workers = new Workers(3)) {
      for (int run = 0; run < 30; run++) {
        // Longer than workers spin, so that they have parked.
        Thread.sleep(3);
        AtomicIntegerArray runs = new AtomicIntegerArray(6);
        workers.run(6, runs::incrementAndGet);
        assertThat(runs).hasToString("[1, 1, 1, 1, 1, 1]");
      }
    }
  }

  @Test
  void chunksRunAtTheSameTime() {
    CountDownLatch bothRunning = new CountDownLatch(2);
    try (Workers workers = new Workers(2)) {
      workers.run(2, chunk -> {
        bothRunning.countDown();
        try {
          assertThat(bothRunning.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
          throw new IllegalStateException(interrupted);
        }
      });
    }
    assertThat(bothRunning.getCount()).isZero();
  }

  @ParameterizedTest(name = "{0} threads")
  @ValueSource(ints = {1, 2, 5})
  void whatAChunkThrowsIsThrownByRunAndTheWorkersStayUsable(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int failing = 0; failing < 10; failing++) {
        int wrong = failing;
        assertThatThrownBy(() -> workers.run(10, chunk -> {
          if (chunk == wrong) {
            throw new IllegalArgumentException("chunk " + chunk);
          }
        })).isInstanceOf(IllegalArgumentException.class).hasMessage("chunk " + wrong);
        assertThatThrownBy(() -> workers.run(10, chunk -> {
          throw new AssertionError("all");
        })).isInstanceOf(AssertionError.class).hasMessage("all");
        AtomicIntegerArray runs = new AtomicIntegerArray(10);
        workers.run(10, runs::incrementAndGet);
        assertThat(runs).hasToString("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
      }
    }
  }

  @Test
  void theCallerMayChangeBetweenRuns() throws InterruptedException {
    int[] sum = new int[4];
    try (Workers workers = new Workers(3)) {
      for (int i = 0; i < 20; i++) {
        Thread caller = Thread.ofPlatform().start(() -> workers.run(4, chunk -> sum[chunk]++));
        caller.join();
      }
    }
    assertThat(sum).containsOnly(20);
  }

  @Test
  void closedWorkersAndNoThreadsAreRefused() {
    Workers workers = new Workers(2);
    workers.close();
    assertThatIllegalStateException().isThrownBy(() -> workers.run(2, chunk -> {}))
        .withMessage("workers: run after close; expected open workers");
    assertThatIllegalArgumentException().isThrownBy(() -> new Workers(0)).withMessage("workers: 0 threads; expected at least 1");
  }
}
