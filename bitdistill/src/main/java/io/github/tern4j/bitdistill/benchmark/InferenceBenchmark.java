package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.bitdistill.infer.DecodeSession;
import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Times decoding or prefill behind a context, empty or not, round after round, and in each round how fast the machine reads memory. A
 * peer has its turn after each of our rounds.
 */
public final class InferenceBenchmark {

  /** Far beyond the last-level cache of a core's share of any CPU. */
  private static final long READ_BYTES = 256L << 20;

  /** The share of the time in which the JIT compiles and nothing counts. */
  private static final double WARM_UP_SHARE = 1.0 / 4;

  /** Our share of the time of a short measurement with a peer, which loads its model in every round. */
  private static final double SHARE_BESIDE_PEER = 1.0 / 4;

  private final Protocol protocol;
  private final Deadline deadline;
  private final Optional<Peer> peer;

  /** A benchmark; the deadline ends only what the protocol leaves open. */
  public InferenceBenchmark(Protocol protocol, Deadline deadline, Optional<Peer> peer) {
    this.protocol = protocol;
    this.deadline = deadline;
    this.peer = peer;
  }

  /**
   * Measures.
   *
   * @param model the model that {@code work} describes
   * @throws BadInputException when the peer fails or does not answer as it should
   */
  public InferenceSpeed run(InferenceWork work, InferenceModel model, Progress progress) {
    return run(work, model, READ_BYTES, progress);
  }

  /** The same beside reading another number of bytes. */
  InferenceSpeed run(InferenceWork work, InferenceModel model, long readBytes, Progress progress) {
    try (ReadWorkload reading = new ReadWorkload(work.threads(), ReadWorkload.values(readBytes))) {
      DecodeSession session = work.session(model);
      if (work.context() > 0) {
        session.prefill(ids(work.context(), session));
      }
      long bytes = work.searches() ? model.bytesPerLikeliest() : model.bytesPerToken();
      return run(work, session, bytes, new Timed(reading, deadline), progress);
    }
  }

  private InferenceSpeed run(InferenceWork work, DecodeSession session, long passBytes, Timed reading, Progress progress) {
    reading.warmUp();
    int tokens = warmUp(work, session);
    Optional<PeerRounds> opponent = peer.map(program -> new PeerRounds(program, work.peerArguments(tokens)));
    List<Double> speeds = new ArrayList<>();
    double longestRound = 0;
    try (Progress.Stage display = progress.start(work.modeName() + " " + work.shape().name(), "rounds", 0, protocol.mostRounds())) {
      while (protocol.another(speeds.size(), longestRound, deadline)) {
        longestRound = Math.max(longestRound, deadline.time(() -> {
          speeds.add(tokens / deadline.time(() -> read(work, session, tokens)));
          reading.sample();
          opponent.ifPresent(rounds -> rounds.run(speeds.getLast()));
        }));
        display.at(speeds.size(), String.format(Locale.ROOT, "%.1f tokens/s", speeds.getLast()));
      }
    }
    double bytes = switch (work.mode()) {
      case DECODE -> passBytes + session.keyValueBytesPerToken() * (work.context() + (tokens + 1) / 2.0);
      case PREFILL -> (double) passBytes / tokens;
    };
    return new InferenceSpeed(work, tokens, speeds.size(), Spread.of(speeds), bytes,
        reading.spread().median(), opponent.map(PeerRounds::speed));
  }

  /**
   * Returns the tokens of a round: those of the mode, or fewer where a token takes long. Ends with a round that does not count, so
   * that the JIT has seen texts as long as those that are measured.
   */
  private int warmUp(InferenceWork work, DecodeSession session) {
    InferenceWork.Mode mode = work.mode();
    double enough = deadline.left() * (1 - WARM_UP_SHARE);
    int fewest = mode == InferenceWork.Mode.DECODE ? 1 : mode.tokens();
    double seconds;
    do {
      seconds = deadline.time(() -> read(work, session, fewest));
    } while (deadline.left() > enough);
    double time = deadline.left() * (peer.isPresent() ? SHARE_BESIDE_PEER : 1);
    long affordable = (long) (fewest * time / ((protocol.mostRounds() + 1) * seconds));
    int tokens = protocol.isLimited() ? Math.clamp(affordable, fewest, mode.tokens()) : mode.tokens();
    read(work, session, tokens);
    return tokens;
  }

  /** Reads some tokens behind the context. */
  private static void read(InferenceWork work, DecodeSession session, int tokens) {
    int[] ids = ids(tokens, session);
    session.truncate(work.context());
    switch (work.mode()) {
      case PREFILL -> session.prefill(ids);
      case DECODE -> {
        int[] one = new int[1];
        for (int id : ids) {
          one[0] = id;
          if (work.searches()) {
            session.likeliest(one);
          } else {
            session.decode(id);
          }
        }
      }
    }
  }

  private static int[] ids(int tokens, DecodeSession session) {
    int[] ids = new int[tokens];
    Arrays.setAll(ids, i -> i % session.vocabSize());
    return ids;
  }
}
