package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BackendProvider;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.BufferPool;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Workers;
import java.util.Optional;

/** The CPU backend over the Vector API, which {@code auto} chooses. */
public final class VectorBackend implements BackendProvider {

  /** What this backend is called. */
  public static final String NAME = "vector";

  private static final String MODULE = "jdk.incubator.vector";

  @Override
  public String name() {
    return NAME;
  }

  /** Width in bits of the vectors that the kernels of this backend compute with. */
  public static int vectorBits() {
    return VectorWidth.BITS;
  }

  @Override
  public Optional<String> unusable() {
    return ModuleLayer.boot().findModule(MODULE).isPresent()
        ? Optional.empty()
        : Optional.of("module " + MODULE + " is missing; start Java with --add-modules " + MODULE);
  }

  @Override
  public String description() {
    return unusable().orElseGet(() -> "Vector API, " + VectorWidth.BITS + " bits");
  }

  @Override
  public Backend open(int device, int threads) {
    unusable().ifPresent(reason -> {
      throw new BadInputException("backend vector: cannot be used here: " + reason);
    });
    if (device != 0) {
      throw new BadInputException("backend vector:" + device + ": no such device; expected 0");
    }
    Workers workers = new Workers(threads);
    return new CpuBackend(NAME, VectorKernels.table(workers), workers, new BufferPool());
  }
}
