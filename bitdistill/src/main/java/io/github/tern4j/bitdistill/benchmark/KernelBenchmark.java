package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Times single kernels at the sizes of real layers, and what the machine can do beside them: its peak of multiply-adds and its
 * speed of reading memory. In each round everything has one turn.
 */
public final class KernelBenchmark {

  /** m, k, n of the products of matrices. */
  private static final int[][] PRODUCTS = {{512, 512, 512}, {1_024, 1_024, 1_024}, {2_048, 2_048, 2_048}, {512, 1_024, 3_072}};

  /** Outputs and inputs of the ternary projections: those of a Qwen3 with 0.6 billion weights. */
  private static final int[][] PROJECTIONS = {{1_024, 1_024}, {3_072, 1_024}, {1_024, 3_072}};

  /** Outputs and inputs of 112 MB of ternary weights: all projections of such a model and some more. */
  private static final int[] STREAM = {163_840, 3_072};

  /** Far beyond the last-level cache of a core's share of any CPU. */
  private static final long READ_BYTES = 512L << 20;

  /** The JIT compiles in the background: on a busy machine what the first pass has asked for is there in the second. */
  private static final int WARM_UP_PASSES = 2;

  private final Protocol protocol;
  private final Deadline deadline;
  private final Optional<Peer> peer;

  /**
   * What was measured.
   *
   * @param fmaPeak floating-point operations a second that one core can do in a loop of multiply-adds, its best burst
   * @param rounds rounds
   * @param speeds a speed for each kernel, shape and number of threads
   */
  public record Result(double fmaPeak, int rounds, List<KernelSpeed> speeds) {}

  /** A benchmark; the deadline ends only what the protocol leaves open. */
  public KernelBenchmark(Protocol protocol, Deadline deadline, Optional<Peer> peer) {
    this.protocol = protocol;
    this.deadline = deadline;
    this.peer = peer;
  }

  /**
   * Measures.
   *
   * @param single computes with one thread
   * @param several computes with {@code threads} threads; not used when that is one
   * @throws BadInputException when the peer fails or does not answer as it should
   */
  public Result run(Backend single, Backend several, int threads, Progress progress) {
    MemorySegment memory = ReadWorkload.values(READ_BYTES);
    PackedTernary stream = TernaryWorkload.weight(STREAM[0], STREAM[1]);
    try (ReadWorkload one = new ReadWorkload(1, memory); ReadWorkload all = new ReadWorkload(threads, memory)) {
      List<Workload> workloads = new ArrayList<>();
      add(workloads, single, 1, stream, one);
      if (threads > 1) {
        add(workloads, several, threads, stream, all);
      }
      return run(workloads, progress);
    }
  }

  private static void add(List<Workload> workloads, Backend backend, int threads, PackedTernary stream, ReadWorkload reading) {
    for (int[] sizes : PRODUCTS) {
      workloads.add(new ProductWorkload(backend, threads, sizes[0], sizes[1], sizes[2]));
    }
    for (int[] sizes : PROJECTIONS) {
      workloads.add(new TernaryWorkload(KernelSpeed.Kind.TERNARY_MATVEC, backend, threads,
          TernaryWorkload.weight(sizes[0], sizes[1])));
    }
    workloads.add(new TernaryWorkload(KernelSpeed.Kind.TERNARY_STREAM, backend, threads, stream));
    workloads.add(reading);
  }

  /** Measures these workloads. */
  Result run(List<Workload> workloads, Progress progress) {
    List<Timed> timed = workloads.stream().map(workload -> new Timed(workload, deadline)).toList();
    List<Timed> products = timed.stream().filter(KernelBenchmark::isProduct).toList();
    Optional<PeerProducts> opponent = peer.map(PeerProducts::new);
    FmaPeak fma = new FmaPeak(deadline);
    double fmaPeak = fma.best();
    for (int pass = 0; pass < WARM_UP_PASSES; pass++) {
      timed.forEach(Timed::warmUp);
    }
    int rounds = 0;
    double longestRound = 0;
    try (Progress.Stage display = progress.start("kernels", "rounds", 0, protocol.mostRounds())) {
      while (protocol.another(rounds, longestRound, deadline)) {
        longestRound = Math.max(longestRound, deadline.time(() -> {
          timed.forEach(Timed::sample);
          opponent.ifPresent(others -> others.run(products));
        }));
        fmaPeak = Math.max(fmaPeak, fma.best());
        rounds++;
        display.at(rounds, "");
      }
    }
    List<KernelSpeed> speeds = timed.stream()
        .map(one -> speed(one, opponent.filter(others -> isProduct(one)).map(others -> others.speed(one))))
        .toList();
    return new Result(fmaPeak, rounds, speeds);
  }

  private static boolean isProduct(Timed timed) {
    return timed.workload().kernel() == KernelSpeed.Kind.SGEMM;
  }

  private static KernelSpeed speed(Timed timed, Optional<KernelSpeed.OfPeer> ofPeer) {
    Workload workload = timed.workload();
    return new KernelSpeed(workload.kernel(), workload.shape(), workload.threads(), timed.spread().median(), ofPeer);
  }
}
