package io.github.tern4j.bitdistill.infer;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.nn.generate.Generator;
import io.github.tern4j.nn.generate.Sampler;
import io.github.tern4j.nn.generate.Sampling;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Prints how many bytes all threads allocate for {@value #TOKENS} decoded tokens once all loops are compiled, a line for each of
 * its arguments; the program of a fresh JVM.
 */
final class DecodeGarbage {

  /** Tokens that count. */
  static final int TOKENS = 64;

  /** Tokens before those: behind them the cache, the rotary table and all working memory need not grow. */
  private static final int BEFORE = 160;

  /** Tokens that a window sees: fewer than there are, more than one thread attends to alone. */
  private static final int WINDOW = 140;

  /**
   * Until the JIT has compiled everything; vectors are objects before, and loops are compiled again when a branch is taken for
   * the first time. Some dozen rounds are enough on an idle machine.
   */
  private static final int MOST_ROUNDS = 400;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The token that is read: an array of each call would count. */
  private static final int[] ONE = new int[1];

  /** What is done for each token. */
  enum Reading {
    /** All logits. */
    LOGITS,
    /** The likeliest token. */
    LIKELIEST,
    /** The text goes on with the likeliest token. */
    GREEDY,
    /** The text goes on with a token drawn behind all filters. */
    SAMPLED
  }

  /**
   * What decodes.
   *
   * @param projections type of the projections
   * @param groupSize columns that share a scale of ternary projections, 0 for one scale per tensor
   * @param head format of embedding and head
   * @param keyValues format of keys and values
   * @param windowed whether old keys and values are overwritten
   * @param threads threads of the backend
   * @param reading what is done for each token
   */
  record Decoder(DType projections, int groupSize, TableFormat head, KeyValueFormat keyValues, boolean windowed, int threads,
      Reading reading) {

    /** From words in the order of the components. */
    static Decoder parse(String words) {
      String[] word = words.split(" +");
      return new Decoder(DType.valueOf(word[0]), Integer.parseInt(word[1]), TableFormat.valueOf(word[2]),
          KeyValueFormat.valueOf(word[3]), word[4].equals("windowed"), Integer.parseInt(word[5]), Reading.valueOf(word[6]));
    }

    /** A model with all switches on whose products and attention are large enough for several threads. */
    private QwenConfig config() {
      Optional<BitDistillConfig> student = projections == DType.TERNARY
          ? Optional.of(new BitDistillConfig(SubLn.ALL, true, BitDistillConfig.PAPER_EPS, BitDistillConfig.PAPER_EPS,
              BitDistillConfig.paper(SubLn.ALL).epsilonRule(), groupSize))
          : Optional.empty();
      return new QwenConfig(1_024, 256, 512, 2, 16, 2, 64, 1e-6f, 1e4, BEFORE + TOKENS, true, true, true, 0.02,
          OptionalInt.empty(), OptionalInt.empty(), student);
    }
  }

  private DecodeGarbage() {}

  /** Measures the {@linkplain Decoder#parse decoders}. */
  public static void main(String[] decoders) {
    for (String words : decoders) {
      System.out.println(leastBytes(Decoder.parse(words)));
    }
  }

  private static long leastBytes(Decoder decoder) {
    WeightFormat weights = new WeightFormat(decoder.projections, decoder.head);
    OptionalInt window = decoder.windowed ? OptionalInt.of(WINDOW) : OptionalInt.empty();
    try (Backend backend = Backends.open("vector", decoder.threads);
        InferenceModel model = InferenceModel.random(decoder.config(), weights, backend, Rng.of(51))) {
      DecodeSession session = model.session(new KeyValueOptions(decoder.keyValues, window));
      long least = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && least > 0; round++) {
        least = Math.min(least, bytes(session, decoder.reading));
      }
      return least;
    }
  }

  private static long bytes(DecodeSession session, Reading reading) {
    return switch (reading) {
      case LOGITS, LIKELIEST -> {
        session.reset();
        read(session, BEFORE, reading);
        long before = THREADS.getTotalThreadAllocatedBytes();
        read(session, TOKENS, reading);
        yield THREADS.getTotalThreadAllocatedBytes() - before;
      }
      case GREEDY -> generatedBytes(session, Sampling.GREEDY);
      case SAMPLED -> generatedBytes(session, new Sampling(0.8, 200, 0.9, 0.01, 1.1));
    };
  }

  private static void read(DecodeSession session, int tokens, Reading reading) {
    for (int i = 0; i < tokens; i++) {
      ONE[0] = i;
      if (reading == Reading.LIKELIEST) {
        session.likeliest(ONE);
      } else {
        session.prefill(ONE);
      }
    }
  }

  private static long generatedBytes(DecodeSession session, Sampling sampling) {
    long[] allocated = new long[BEFORE + TOKENS];
    int[] count = new int[1];
    new Generator(session, new Sampler(sampling, 7)).generate(new int[] {1}, allocated.length, Set.of(), id -> {
      allocated[count[0]++] = THREADS.getTotalThreadAllocatedBytes();
      return true;
    });
    return allocated[count[0] - 1] - allocated[count[0] - 1 - TOKENS];
  }
}
