package io.github.tern4j.bitdistill.infer;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.lang.management.ManagementFactory;
import java.util.OptionalInt;

/** Prints how many bytes all threads allocate for a decoded token once all loops are compiled; the program of a fresh JVM. */
final class DecodeGarbage {

  private static final int TOKENS = 50;

  /** Until the JIT has compiled everything; vectors are objects before. Some dozen rounds are enough on an idle machine. */
  private static final int MOST_ROUNDS = 2_000;

  /** Tokens before those that count: behind them the cache, the rotary table and all working memory need not grow. */
  private static final int BEFORE = 70;

  private DecodeGarbage() {}

  /**
   * Measures.
   *
   * @param arguments whether the model is a student, the format of keys and values, and the number of bytes that is small enough
   */
  public static void main(String[] arguments) {
    boolean student = Boolean.parseBoolean(arguments[0]);
    RandomModel random = student ? RandomModel.paperStudent(51) : RandomModel.plain(51);
    WeightFormat weights = student ? WeightFormat.TERNARY_BF16 : WeightFormat.F32;
    KeyValueOptions options = new KeyValueOptions(KeyValueFormat.valueOf(arguments[1]), OptionalInt.of(BEFORE + TOKENS));
    long enough = TOKENS * Long.parseLong(arguments[2]);
    try (Backend backend = Backends.open("vector", 2);
        InferenceModel model = InferenceModel.of(random.config(), random, backend, weights)) {
      DecodeSession session = model.session(options);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && least > enough; round++) {
        session.reset();
        decode(session, BEFORE);
        long before = allocated();
        decode(session, TOKENS);
        least = Math.min(least, allocated() - before);
      }
      System.out.println(least / TOKENS);
    }
  }

  private static void decode(DecodeSession session, int tokens) {
    for (int i = 0; i < tokens; i++) {
      session.decode(i % RandomModel.VOCABULARY);
    }
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      sum += bytes;
    }
    return sum;
  }
}
