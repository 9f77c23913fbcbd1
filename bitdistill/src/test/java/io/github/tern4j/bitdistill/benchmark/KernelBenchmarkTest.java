package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelBenchmarkTest {

  private static final int ROUNDS = 2;
  private static final Protocol TWO_ROUNDS = new Protocol(OptionalInt.empty(), OptionalInt.of(ROUNDS));

  /** A bound for the rounding of a few double operations. */
  private static final Offset<Double> ROUNDING = Offset.offset(1e-3);

  @TempDir private Path directory;

  /** A clock on which everything that is timed takes ten milliseconds, so that a sample is eight calls. */
  private static KernelBenchmark.Result measure(Optional<Peer> peer) {
    AtomicLong now = new AtomicLong();
    Deadline clock = new Deadline(() -> now.addAndGet(10_000_000), 1);
    try (Backend one = Backends.open("vector", 1); Backend two = Backends.open("vector", 2);
        ReadWorkload reading = new ReadWorkload(2, ReadWorkload.values(1))) {
      List<Workload> workloads = List.of(new ProductWorkload(one, 1, 3, 5, 7), new ProductWorkload(two, 2, 3, 5, 7),
          new ProductWorkload(two, 2, 4, 4, 4),
          new TernaryWorkload(KernelSpeed.Kind.TERNARY_MATVEC, two, 2, TernaryWorkload.weight(8, 20)), reading,
          new TernaryWorkload(KernelSpeed.Kind.TERNARY_STREAM, two, 2, TernaryWorkload.weight(8, 20)));
      return new KernelBenchmark(TWO_ROUNDS, clock, peer).run(workloads, Progress.silent());
    }
  }

  @Test
  void whatIsDoneInASampleIsDividedByItsTime() {
    KernelBenchmark.Result result = measure(Optional.empty());
    assertThat(result.rounds()).isEqualTo(ROUNDS);
    assertThat(result.fmaPeak()).isPositive();
    assertThat(result.speeds()).extracting(KernelSpeed::kernel).containsExactly(KernelSpeed.Kind.SGEMM, KernelSpeed.Kind.SGEMM,
        KernelSpeed.Kind.SGEMM, KernelSpeed.Kind.TERNARY_MATVEC, KernelSpeed.Kind.READ, KernelSpeed.Kind.TERNARY_STREAM);
    assertThat(result.speeds()).extracting(KernelSpeed::shape).containsExactly("3x5x7", "3x5x7", "4x4x4", "8x20", "4194304",
        "8x20");
    assertThat(result.speeds()).extracting(KernelSpeed::threads).containsExactly(1, 2, 2, 2, 2, 2);
    assertThat(result.speeds().get(0).perSecond()).isEqualTo(8 * 2 * 3 * 5 * 7 / 0.01, ROUNDING);
    assertThat(result.speeds().get(3).perSecond()).isEqualTo(8 * 8 * 20 / 0.01, ROUNDING);
    assertThat(result.speeds().get(4).perSecond()).isEqualTo(8 * 4_194_304 / 0.01, ROUNDING);
    assertThat(result.speeds().get(5).perSecond()).isEqualTo(8 * storedBytes() / 0.01, ROUNDING);
  }

  /** Of the ternary weights, which depend on the CPU's vectors. */
  private static long storedBytes() {
    try (Backend backend = Backends.open("vector", 1)) {
      return backend.kernel(TernaryProductKernel.class).prepare(TernaryWorkload.weight(8, 20)).byteSize();
    }
  }

  @Test
  void thePeerRunsOnceARoundAndThreadCountForTheProducts() throws IOException {
    Path log = directory.resolve("log");
    Peer peer = ScriptPeer.of(directory, "echo \"$*\" >>'" + log + "'\n"
        + "echo '{\"peer\": \"shell\", \"gflops\": {\"3x5x7\": 0.000336, \"4x4x4\": 0.0001024}}'");
    KernelBenchmark.Result result = measure(Optional.of(peer));
    assertThat(Files.readAllLines(log))
        .containsExactly("--threads 1 --json", "--threads 2 --json", "--threads 1 --json", "--threads 2 --json");
    KernelSpeed.OfPeer first = result.speeds().getFirst().peer().orElseThrow();
    assertThat(first.name()).isEqualTo("shell");
    assertThat(first.perSecond()).isEqualTo(336_000, ROUNDING);
    assertThat(first.ratio().median()).isEqualTo(0.5, ROUNDING);
    assertThat(result.speeds().get(2).peer().orElseThrow().ratio().high()).isEqualTo(1, ROUNDING);
    assertThat(result.speeds().get(3).peer()).isEmpty();
    assertThat(result.speeds().get(4).peer()).isEmpty();
  }

  @Test
  void aPeerThatLacksAProductIsRefused() throws IOException {
    Peer peer = ScriptPeer.of(directory, "echo '{\"gflops\": {\"3x5x7\": 1}}'");
    assertThatThrownBy(() -> measure(Optional.of(peer)))
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith("gflops: 4x4x4 is missing; expected a positive number of GFLOP/s");
  }

  @Test
  void everyValueIsRead() {
    MemorySegment values = ReadWorkload.values((5L << 20) + 1);
    assertThat(values.byteSize()).isEqualTo(8 << 20);
    int expected = 0;
    for (int i = 0; i < values.byteSize() / Integer.BYTES; i++) {
      values.setAtIndex(ValueLayout.JAVA_INT, i, i * 0x9E3779B9);
      expected ^= i * 0x9E3779B9;
    }
    for (int threads : new int[] {1, 3}) {
      try (ReadWorkload reading = new ReadWorkload(threads, values)) {
        reading.run();
        assertThat(reading.result()).isEqualTo(expected);
      }
    }
  }
}
