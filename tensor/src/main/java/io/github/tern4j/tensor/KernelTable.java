package io.github.tern4j.tensor;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Kernel implementations by contract; a backend is one table, often another one with some entries overridden. */
public final class KernelTable {

  private final String backend;
  private final Map<Class<? extends Kernel>, Kernel> kernels;

  /** An empty table of the backend with this name. */
  public KernelTable(String backend) {
    this(backend, Map.of());
  }

  private KernelTable(String backend, Map<Class<? extends Kernel>, Kernel> kernels) {
    this.backend = backend;
    this.kernels = new HashMap<>(kernels);
  }

  /** A copy for another backend, to override entries in. */
  public KernelTable copyFor(String backend) {
    return new KernelTable(backend, kernels);
  }

  /** Enters or overrides the implementation of a contract. */
  public <K extends Kernel> KernelTable with(Class<K> contract, K kernel) {
    kernels.put(contract, kernel);
    return this;
  }

  /** The implementation of a contract, or {@link MissingKernelException}. */
  public <K extends Kernel> K get(Class<K> contract) {
    Kernel kernel = kernels.get(contract);
    if (kernel == null) {
      throw new MissingKernelException(backend, contract);
    }
    return contract.cast(kernel);
  }

  /** The contracts with an implementation. */
  public Set<Class<? extends Kernel>> contracts() {
    return Set.copyOf(kernels.keySet());
  }
}
