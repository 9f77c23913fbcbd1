package io.github.tern4j.tensor;

/** A backend was asked for a kernel that it does not have. */
public final class MissingKernelException extends RuntimeException {

  /** Names the backend and the contract. */
  public MissingKernelException(String backend, Class<? extends Kernel> contract) {
    super("backend " + backend + ": no kernel " + contract.getSimpleName()
        + "; choose another backend (auto, vector or reference)");
  }
}
