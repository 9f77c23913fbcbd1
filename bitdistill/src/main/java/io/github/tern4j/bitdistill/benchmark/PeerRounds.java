package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.nn.file.JsonObject;
import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What a {@link Peer} answered about tokens a second in the rounds of a benchmark. */
final class PeerRounds {

  /** The spellings of the speed: {@code bench/peers/torch_step.py} has the first, our own JSON the second. */
  private static final List<String> SPEED_KEYS = List.of("tokens_per_s", "tokens_per_second");

  private static final String NAME_KEY = "peer";
  private static final String MEMORY_KEY = "peak_resident_bytes";

  private final Peer peer;
  private final List<String> arguments;
  private final List<Double> speeds = new ArrayList<>();
  private final List<Double> ratios = new ArrayList<>();
  private OptionalLong peakResidentBytes = OptionalLong.empty();
  private String name = NAME_KEY;

  PeerRounds(Peer peer, List<String> arguments) {
    this.peer = peer;
    this.arguments = arguments;
  }

  /**
   * Runs the peer once.
   *
   * @param ours our tokens per second in the same round
   * @throws BadInputException when its answer has no speed
   */
  void run(double ours) {
    JsonObject answer = peer.run(arguments);
    double theirs = speed(answer);
    speeds.add(theirs);
    ratios.add(ours / theirs);
    if (answer.has(NAME_KEY)) {
      name = answer.text(NAME_KEY);
    }
    if (answer.has(MEMORY_KEY)) {
      peakResidentBytes = OptionalLong.of(Math.max(peakResidentBytes.orElse(0), answer.wholeNumber(MEMORY_KEY)));
    }
  }

  private static double speed(JsonObject answer) {
    String key = SPEED_KEYS.stream().filter(answer::has).findFirst().orElse(SPEED_KEYS.getFirst());
    double speed = answer.number(key, 0);
    if (!(speed > 0)) {
      throw answer.wrong(key, "a positive number of tokens per second");
    }
    return speed;
  }

  PeerSpeed speed() {
    return new PeerSpeed(name, Spread.of(speeds).median(), peakResidentBytes, Spread.of(ratios));
  }
}
