package io.github.tern4j.nn;

/** Makes the seven projections of a decoder layer: what tells a teacher from a student. */
@FunctionalInterface
public interface ProjectionFactory {

  /**
   * Makes a projection.
   *
   * @param source where {@code weight} (and {@code bias}) come from
   * @param in width of the input
   * @param out width of the output
   * @param bias whether there is a bias
   * @param initializer fresh values of the weight
   */
  Projection create(ParameterSource source, int in, int out, boolean bias, Initializer initializer);
}
