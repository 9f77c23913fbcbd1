package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;

/** A trained variable with a name; its value and gradient outlive tapes. */
public final class Parameter extends Variable {

  private final String name;

  /**
   * A parameter.
   *
   * @param name key in checkpoints, in Hugging Face's spelling
   * @param value its value in the backend's memory, changed in place by optimizers
   * @param backend where its gradient is allocated
   * @param trained whether it gets gradients; a frozen parameter is a constant
   */
  public Parameter(String name, Tensor value, Backend backend, boolean trained) {
    super(value, trained ? GradientBuffer.lasting(backend, value.shape()) : null);
    this.name = name;
  }

  /** Key in checkpoints. */
  public String name() {
    return name;
  }

  /** Forgets the gradient; the next contribution overwrites it. */
  public void clearGradient() {
    if (requiresGradient()) {
      gradientBuffer().clear();
    }
  }
}
