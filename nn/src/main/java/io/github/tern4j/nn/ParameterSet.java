package io.github.tern4j.nn;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parameters of a model by name, in the order of construction. */
public final class ParameterSet {

  private final Backend backend;
  private final Map<String, Parameter> byName = new LinkedHashMap<>();

  /** An empty set of parameters that live on a backend. */
  public ParameterSet(Backend backend) {
    this.backend = backend;
  }

  void add(Parameter parameter) {
    if (byName.putIfAbsent(parameter.name(), parameter) != null) {
      throw new IllegalArgumentException("parameters: " + parameter.name() + " is there already; expected one construction a name");
    }
  }

  /** All parameters. */
  public Collection<Parameter> all() {
    return byName.values();
  }

  /** The parameter of this name. */
  public Parameter get(String name) {
    Parameter parameter = byName.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("parameters: no " + name + "; expected one of " + byName.keySet());
    }
    return parameter;
  }

  /** Where the parameters live. */
  public Backend backend() {
    return backend;
  }

  /** Number of trained scalars. */
  public long size() {
    return byName.values().stream().mapToLong(parameter -> parameter.value().size()).sum();
  }

  /** Forgets all gradients. */
  public void clearGradients() {
    byName.values().forEach(Parameter::clearGradient);
  }

  /** Euclidean norm of all gradients together; parameters that no gradient has reached count as zero. */
  public double gradientNorm() {
    ReduceKernel kernel = backend.kernel(ReduceKernel.class);
    double sum = 0;
    for (Parameter parameter : byName.values()) {
      sum += parameter.hasGradient() ? kernel.sumOfSquares(parameter.gradient()) : 0;
    }
    return Math.sqrt(sum);
  }
}
