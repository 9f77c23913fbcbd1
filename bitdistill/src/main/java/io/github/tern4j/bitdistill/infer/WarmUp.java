package io.github.tern4j.bitdistill.infer;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.vector.VectorBackend;
import java.lang.management.ManagementFactory;

/**
 * Makes the JIT compile the kernels that decode a token: on a thread of its own, a tiny model with random weights decodes by them,
 * until that allocates little. As long as a kernel is not compiled, its vectors are objects.
 */
final class WarmUp {

  /** With 3 and 12 panels of 64 rows, projections meet every kernel: these take one, four or eight panels at a time. */
  private static final int HIDDEN = 192;
  private static final int INTERMEDIATE = 4 * HIDDEN;
  private static final int VOCABULARY = 256;
  private static final int CONTEXT = 64;

  /** Tokens of a round. */
  private static final int TOKENS = 20;

  /** Bytes of a round whose kernels are compiled, all but a few; before, it is a hundred times that. */
  private static final long ALLOCATED = 1 << 20;

  /** Then it ends in any case: a JIT that has left vectors on the heap for so long leaves them there. It usually takes 2 to 4 s. */
  private static final long LIMIT_NANOS = 20_000_000_000L;

  private final QwenConfig config;
  private final TableFormat tables;
  private boolean begun;
  private volatile boolean done;
  private volatile boolean ended;

  /**
   * A warm-up for a model.
   *
   * @param config of the model
   * @param tables format of its embedding and head
   */
  WarmUp(QwenConfig config, TableFormat tables) {
    this.config = new QwenConfig(VOCABULARY, HIDDEN, INTERMEDIATE, 1, 2, 1, config.headDim(), config.rmsNormEps(), config.ropeTheta(),
        CONTEXT, config.tieWordEmbeddings(), config.attentionBias(), config.qkNorm(), config.initializerRange(), config.bosTokenId(),
        config.eosTokenId(), config.bitDistill());
    this.tables = tables;
  }

  /** Begins, if that has not been done. */
  void begin() {
    if (!begun) {
      begun = true;
      Thread.ofPlatform().daemon().name("tern4j-warm-up").start(this::run);
    }
  }

  /** Whether the kernels are compiled, or will not be by this. */
  boolean isDone() {
    return done;
  }

  /** Ends it soon, done or not. */
  void end() {
    ended = true;
  }

  private void run() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Backend backend = new VectorBackend().open(0, 1);
        InferenceModel model = InferenceModel.random(config, new WeightFormat(DType.TERNARY, tables), backend, Rng.of(0))) {
      DecodeSession session = model.session();
      long start = System.nanoTime();
      long allocated = Long.MAX_VALUE;
      while (allocated > ALLOCATED && System.nanoTime() - start < LIMIT_NANOS && !ended) {
        long before = threads.getCurrentThreadAllocatedBytes();
        session.reset();
        for (int token = 0; token < TOKENS; token++) {
          session.decode(token);
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
    } finally {
      // After a failure too: kernels that are not compiled are slow, scalar ones are slow for ever.
      done = true;
    }
  }
}
