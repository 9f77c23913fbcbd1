package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.nn.file.JsonObject;
import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link Peer} such as {@code bench/peers/torch_matmul.py} answered about products of matrices. */
final class PeerProducts {

  private static final String NAME_KEY = "peer";
  private static final String SPEEDS_KEY = "gflops";
  private static final double GIGA = 1e9;

  private record Rounds(List<Double> speeds, List<Double> ratios) {}

  private final Peer peer;
  private final Map<Timed, Rounds> rounds = new LinkedHashMap<>();
  private String name = NAME_KEY;

  PeerProducts(Peer peer) {
    this.peer = peer;
  }

  /**
   * Runs the peer once for each number of threads, and holds its speeds against the last samples of our products.
   *
   * @throws BadInputException when its answer lacks one of them
   */
  void run(List<Timed> products) {
    Map<Integer, JsonObject> answers = new LinkedHashMap<>();
    for (Timed product : products) {
      int threads = product.workload().threads();
      JsonObject speeds = answers.computeIfAbsent(threads, this::answer);
      String shape = product.workload().shape();
      double theirs = GIGA * speeds.number(shape, 0);
      if (!(theirs > 0)) {
        throw speeds.wrong(shape, "a positive number of GFLOP/s");
      }
      Rounds ofProduct = rounds.computeIfAbsent(product, key -> new Rounds(new ArrayList<>(), new ArrayList<>()));
      ofProduct.speeds.add(theirs);
      ofProduct.ratios.add(product.last() / theirs);
    }
  }

  private JsonObject answer(int threads) {
    JsonObject answer = peer.run(List.of("--threads", Integer.toString(threads), "--json"));
    if (answer.has(NAME_KEY)) {
      name = answer.text(NAME_KEY);
    }
    return answer.object(SPEEDS_KEY);
  }

  KernelSpeed.OfPeer speed(Timed product) {
    Rounds ofProduct = rounds.get(product);
    return new KernelSpeed.OfPeer(name, Spread.of(ofProduct.speeds).median(), Spread.of(ofProduct.ratios));
  }
}
