package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.BufferPool;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a training step allocates beside its kernels, which do nothing here: what vector kernels allocate depends on how far the
 * JIT has come, and on nothing once they are compiled.
 */
class StepAllocationTest {

  private static final int BATCH = 4;
  private static final int HIDDEN = 64;

  /** Steps in which classes are loaded, call sites linked and the pool filled. */
  private static final int WARM_UP = 4;

  private static final int STEPS = 4;

  /** Tape nodes, variables, shapes and views of a step: {@code layers} of about 20 ops, the ids of the batch, and what proxies take. */
  private static final long BOUND = 512 << 10;

  private static final Map<Class<?>, Object> NOTHING =
      Map.of(double.class, 0.0, float.class, 0f, int.class, 0, long.class, 0L, boolean.class, false);

  private static CpuBackend stillBackend() {
    KernelTable reference = ReferenceKernels.table();
    KernelTable still = reference.copyFor("still");
    reference.contracts().forEach(contract -> enter(still, contract));
    return new CpuBackend("still", still.with(CopyKernel.class, new ScalarCopy()), new Workers(1), new BufferPool());
  }

  /** Works on scalars alone: a loss expects the gradient 1. */
  private static final class ScalarCopy implements CopyKernel {

    @Override
    public void copy(Tensor x, float factor, Tensor out, boolean accumulate) {
      if (out.size() == 1) {
        out.array()[out.arrayOffset()] = factor * x.array()[x.arrayOffset()];
      }
    }

    @Override
    public void fill(float value, Tensor out) {
      if (out.size() == 1) {
        out.array()[out.arrayOffset()] = value;
      }
    }
  }

  private static <K extends Kernel> void enter(KernelTable table, Class<K> contract) {
    table.with(contract, contract.cast(Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] {contract},
        (proxy, method, arguments) -> NOTHING.get(method.getReturnType()))));
  }

  /** Bytes that the cheapest of some steps allocates. */
  private static long allocated(TrainingMode mode, int tokens, boolean checkpointed) {
    QwenConfig config = QwenConfig.of(512, HIDDEN, 96, 2, 4, 2, 16, true, 0.02);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (CpuBackend backend = stillBackend()) {
      TrainingStep step = new TrainingStep(new TrainingShape("tiny", config, BATCH, tokens, checkpointed), mode, backend, Rng.of(1));
      for (int i = 0; i < WARM_UP; i++) {
        step.run();
      }
      long pool = backend.pool().allocatedBytes();
      long least = Long.MAX_VALUE;
      for (int i = 0; i < STEPS; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        step.run();
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(backend.pool().allocatedBytes()).as("buffers of the pool").isEqualTo(pool);
      return least;
    }
  }

  @ParameterizedTest(name = "{0}, computed again: {1}")
  @CsvSource({"FP, false", "BIT, false", "BIT, true", "DISTILL, false", "DISTILL, true"})
  void nothingIsAllocatedInProportionToTheTensors(TrainingMode mode, boolean checkpointed) {
    long shorter = allocated(mode, 32, checkpointed);
    long longer = allocated(mode, 64, checkpointed);
    assertThat(longer).isLessThan(BOUND);
    assertThat(longer - shorter).as("bytes for twice as many tokens, against one activation of the shorter step")
        .isLessThan((long) Float.BYTES * BATCH * 32 * HIDDEN);
  }
}
