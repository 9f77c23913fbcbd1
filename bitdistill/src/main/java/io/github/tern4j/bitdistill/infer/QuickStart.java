package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BufferPool;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import io.github.tern4j.tensor.scalar.ScalarKernels;
import io.github.tern4j.tensor.vector.VectorBackend;
import java.util.Optional;
import java.util.Set;

/**
 * The first tokens of a program. Until the JIT has compiled the kernels of the Vector API, they are a hundred times slower than
 * afterwards, for seconds; so {@link ScalarKernels} read the first tokens, with the same bits, while a {@link WarmUp} makes the JIT
 * compile the others.
 */
final class QuickStart {

  /**
   * Most tokens of a prompt: behind 123 the first token came after 5.2 s instead of 8.4, behind 244 after 10.2 instead of 8.1
   * (Intel Xeon, two threads).
   */
  private static final int LONGEST = 128;

  /** Tables that are multiplied as they are mapped, by loops that the JIT compiles soon. */
  private static final Set<TableFormat> TABLES = Set.of(TableFormat.INT8, TableFormat.BF16);

  private final InferenceModel scalar;
  private final CachedAttentionKernel attention;
  private final WarmUp warmUp;
  private boolean hasRead;
  private boolean over;

  private QuickStart(InferenceModel scalar, CachedAttentionKernel attention, WarmUp warmUp) {
    this.scalar = scalar;
    this.attention = attention;
    this.warmUp = warmUp;
  }

  /**
   * A start for a file.
   *
   * @param backend what reads the tokens afterwards
   * @param tables format of embedding and head, if not the stored one
   * @return empty where it would bring nothing: for backends without vectors, and for tables that scalar kernels are slow with
   */
  static Optional<QuickStart> of(TernaryFile file, Backend backend, Optional<TableFormat> tables) {
    boolean quick = tables.orElse(file.tables()) == file.tables() && TABLES.contains(file.tables());
    if (!quick || !(backend instanceof CpuBackend cpu) || !backend.name().equals(VectorBackend.NAME)) {
      return Optional.empty();
    }
    CpuBackend scalar = new CpuBackend(ScalarKernels.NAME, ScalarKernels.table(cpu.workers()), cpu.workers(), new BufferPool());
    return Optional.of(new QuickStart(InferenceModel.of(file, scalar), scalar.kernel(CachedAttentionKernel.class),
        new WarmUp(file.config(), file.tables())));
  }

  /**
   * Whether {@link #model} reads the next tokens. The second call begins the warm-up: the prompt has no rival.
   *
   * @param tokens how many
   */
  boolean reads(int tokens) {
    if (over || warmUp.isDone() || tokens > LONGEST) {
      over = true;
    } else if (hasRead) {
      warmUp.begin();
    }
    hasRead = true;
    return !over;
  }

  /** The model that reads the first tokens. */
  InferenceModel model() {
    return scalar;
  }

  /** Its attention. */
  CachedAttentionKernel attention() {
    return attention;
  }

  /** Ends the warm-up. */
  void end() {
    warmUp.end();
  }
}
