package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BackendProvider;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.BufferPool;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Workers;
import java.util.Optional;

/** The scalar backend, which is the specification of all others: one thread, plain loops. */
public final class ReferenceBackend implements BackendProvider {

  static final String NAME = "reference";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> unusable() {
    return Optional.empty();
  }

  @Override
  public String description() {
    return "scalar kernels on one thread, the specification of the others";
  }

  @Override
  public Backend open(int device, int threads) {
    if (device != 0) {
      throw new BadInputException("backend reference:" + device + ": no such device; expected 0");
    }
    return new CpuBackend(NAME, ReferenceKernels.table(), new Workers(1), new BufferPool());
  }
}
