package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import java.lang.management.ManagementFactory;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoding makes no garbage once its loops are compiled. */
class DecodeGarbageTest {

  private static final int TOKENS = 50;

  /** Until the JIT has compiled everything; vectors are objects before. On an idle machine some dozen rounds are enough. */
  private static final int MOST_ROUNDS = 1_500;

  /** Tokens before those that count: behind them the cache, the rotary table and all working memory need not grow. */
  private static final int BEFORE = 70;

  /** Of a product: a shape of two dimensions that its check compares with (48 bytes), and the task that threads share (up to 64). */
  private static final int BYTES_PER_PRODUCT = 112;

  /** Seven projections in each of two layers, and the head. */
  private static final int PRODUCTS = 2 * 7 + 1;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest(name = "student {0}, keys and values in {1}")
  @CsvSource({"true, F32", "true, INT8", "false, BF16"})
  void decodingAllocatesNothingBesideTheChecksOfItsProducts(boolean student, KeyValueFormat format) {
    RandomModel random = student ? RandomModel.paperStudent(51) : RandomModel.plain(51);
    WeightFormat weights = student ? WeightFormat.TERNARY_BF16 : WeightFormat.F32;
    KeyValueOptions options = new KeyValueOptions(format, OptionalInt.of(BEFORE + TOKENS));
    try (Backend backend = Backends.open("vector", 2);
        InferenceModel model = InferenceModel.of(random.config(), random, backend, weights)) {
      DecodeSession session = model.session(options);
      long allowed = (long) BYTES_PER_PRODUCT * PRODUCTS * TOKENS;
      long least = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && least > allowed; round++) {
        session.reset();
        decode(session, BEFORE);
        long before = allocated();
        decode(session, TOKENS);
        least = Math.min(least, allocated() - before);
      }
      assertThat(least).isLessThanOrEqualTo(allowed);
    }
  }

  private static void decode(DecodeSession session, int tokens) {
    for (int i = 0; i < tokens; i++) {
      session.decode(i % RandomModel.VOCABULARY);
    }
  }

  /** Bytes that all threads have allocated so far. */
  private long allocated() {
    long sum = 0;
    for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
      sum += bytes;
    }
    return sum;
  }
}
