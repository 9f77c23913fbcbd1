package io.github.tern4j.bitdistill.loss;

import io.github.tern4j.autograd.Variable;
import io.github.tern4j.nn.qwen3.Taps;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Catches Q, K and V of some layers at one stage of attention. */
public final class AttentionStates implements Taps {

  /** Where Q and K are taken; V is the same at all of them. */
  public enum Stage {
    /** What the projections give. */
    PROJECTION(Place.Q_PROJECTION, Place.K_PROJECTION),
    /** After the norms of queries and keys. */
    NORM(Place.Q_NORM, Place.K_NORM),
    /** After rotation: what enters the attention product. The default. */
    ROPE(Place.Q_ROPE, Place.K_ROPE);

    private final Place query;
    private final Place key;

    Stage(Place query, Place key) {
      this.query = query;
      this.key = key;
    }
  }

  /** Which of the three. */
  public enum Role {
    /** Queries. */
    Q,
    /** Keys, before heads are repeated. */
    K,
    /** Values, before heads are repeated. */
    V
  }

  private record Key(int layer, Role role) {}

  private final Set<Integer> layers;
  private final Stage stage;
  private final Map<Key, Variable> seen = new HashMap<>();

  /** Catches these layers, counted from 0. */
  public AttentionStates(Set<Integer> layers, Stage stage) {
    this.layers = Set.copyOf(layers);
    this.stage = stage;
  }

  @Override
  public boolean wants(int layer) {
    return layers.contains(layer);
  }

  @Override
  public void see(int layer, Place place, Variable value) {
    if (place == stage.query) {
      seen.put(new Key(layer, Role.Q), value);
    } else if (place == stage.key) {
      seen.put(new Key(layer, Role.K), value);
    } else if (place == Place.V_PROJECTION) {
      seen.put(new Key(layer, Role.V), value);
    }
  }

  /** The states {@code [batch, tokens, heads, headDim]} that were seen. */
  public Variable get(int layer, Role role) {
    Variable states = seen.get(new Key(layer, role));
    if (states == null) {
      throw new IllegalStateException("attention states: layer " + layer + " was not seen; expected one of " + layers);
    }
    return states;
  }
}
