package io.github.tern4j.nn.qwen3;

import io.github.tern4j.nn.Initializer;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.Projection;
import io.github.tern4j.nn.ProjectionFactory;

/**
 * What all layers of a model are built with.
 *
 * @param config sizes and switches
 * @param projections makes linear maps
 * @param rotary positions
 */
record Blueprint(QwenConfig config, ProjectionFactory projections, RotaryTable rotary) {

  /** A projection named {@code name}, with its own norm in front ({@code name_norm_in}) when SubLN is placed everywhere. */
  Projection projection(ParameterSource parent, String name, int in, int out, boolean bias) {
    Projection projection =
        projections.create(parent.at(name), in, out, bias, Initializer.normal(config.initializerRange()));
    if (config.subLn() != SubLn.ALL) {
      return projection;
    }
    Norm norm = norm(parent, name + "_norm_in", in);
    return (tape, input) -> projection.apply(tape, norm.apply(tape, input.x()));
  }

  Norm norm(ParameterSource parent, String name, int width) {
    return new Norm(parent.at(name), width, config.rmsNormEps());
  }
}
