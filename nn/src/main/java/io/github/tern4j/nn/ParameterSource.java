package io.github.tern4j.nn;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a model's parameters come from: fresh random values, or named tensors. The path at which a parameter is made is its key
 * in checkpoints and the key of its random stream, so adding a layer changes no other layer's values.
 *
 * <p>Modules ask {@code source.at("self_attn").at("q_proj").parameter("weight", shape, initializer)}. Missing and mis-shaped
 * keys are collected, and {@link #finish} reports them together with the keys nobody asked for.
 */
public final class ParameterSource {

  /** Fresh values that one thread makes at a time, some milliseconds for normal ones. */
  private static final int FRESH_CHUNK = 1 << 16;

  /** What all paths of one construction share. */
  private record Construction(String origin, Optional<TensorSource> loaded, boolean newKeysAllowed, Rng rng, ParameterSet parameters,
      boolean trained, Set<String> asked, List<String> problems) {}

  private final Construction construction;
  private final String path;

  private ParameterSource(Construction construction, String path) {
    this.construction = construction;
    this.path = path;
  }

  /** Fresh random values. */
  public static ParameterSource fresh(Backend backend, Rng rng) {
    return new ParameterSource(new Construction("fresh model", Optional.empty(), true, rng, new ParameterSet(backend), true,
        new LinkedHashSet<>(), new ArrayList<>()), "");
  }

  /**
   * Values from named tensors; every key has to be there and none may be left over.
   *
   * @param origin what to call the source in messages
   * @param trained whether the parameters get gradients
   */
  public static ParameterSource loaded(Backend backend, String origin, TensorSource tensors, boolean trained) {
    return new ParameterSource(new Construction(origin, Optional.of(tensors), false, Rng.of(0), new ParameterSet(backend), trained,
        new LinkedHashSet<>(), new ArrayList<>()), "");
  }

  /** Values from named tensors where they exist, fresh ones elsewhere: a student with new SubLN weights made from its teacher. */
  public static ParameterSource loadedOrFresh(Backend backend, String origin, TensorSource tensors, Rng rng) {
    return new ParameterSource(new Construction(origin, Optional.of(tensors), true, rng, new ParameterSet(backend), true,
        new LinkedHashSet<>(), new ArrayList<>()), "");
  }

  /** The source one level deeper. */
  public ParameterSource at(String name) {
    return new ParameterSource(construction, path.isEmpty() ? name : path + "." + name);
  }

  /** Makes the parameter {@code path.name}. */
  public Parameter parameter(String name, Shape shape, Initializer initializer) {
    String key = path.isEmpty() ? name : path + "." + name;
    construction.asked.add(key);
    Backend backend = construction.parameters.backend();
    Parameter parameter = new Parameter(key, backend.adopt(values(key, shape, initializer)), backend, construction.trained);
    construction.parameters.add(parameter);
    return parameter;
  }

  private Tensor values(String key, Shape shape, Initializer initializer) {
    boolean present = construction.loaded.isPresent() && construction.loaded.get().names().contains(key);
    if (!present) {
      if (!construction.newKeysAllowed) {
        construction.problems.add("missing " + key + " " + shape);
        return Tensor.zeros(shape);
      }
      return fresh(shape, initializer, construction.rng.at(key));
    }
    Shape stored = construction.loaded.get().shape(key);
    if (!stored.equals(shape)) {
      construction.problems.add(key + " has shape " + stored + ", expected " + shape);
      return Tensor.zeros(shape);
    }
    return construction.loaded.get().parameter(key);
  }

  private Tensor fresh(Shape shape, Initializer initializer, Rng rng) {
    Tensor fresh = Tensor.zeros(shape);
    float[] values = fresh.array();
    construction.parameters.backend().forEachChunk(Math.ceilDiv(values.length, FRESH_CHUNK), chunk -> {
      int from = chunk * FRESH_CHUNK;
      int count = Math.min(FRESH_CHUNK, values.length - from);
      for (int i = from; i < from + count; i++) {
        values[i] = initializer.value(rng, i);
      }
    });
    return fresh;
  }

  /** Accepts a key that the model does not use, for example the output weight stored beside a tied embedding. */
  public void ignore(String name) {
    construction.asked.add(path.isEmpty() ? name : path + "." + name);
  }

  /**
   * The parameters made so far.
   *
   * @throws BadInputException naming all missing, mis-shaped and superfluous keys
   */
  public ParameterSet finish() {
    List<String> problems = new ArrayList<>(construction.problems);
    construction.loaded.ifPresent(tensors -> {
      for (String name : tensors.names()) {
        if (!construction.asked.contains(name)) {
          problems.add("unexpected " + name + " " + tensors.shape(name));
        }
      }
    });
    if (!problems.isEmpty()) {
      throw new BadInputException(construction.origin + ": parameters do not fit the model: " + String.join("; ", problems));
    }
    return construction.parameters;
  }
}
