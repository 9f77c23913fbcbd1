package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Compares the gradient of a function with a difference quotient along a random direction.
 *
 * <p>For inputs x, a random direction d and random output weights c, the scalar {@code F(x) = sum c f(x)} (in double) has the
 * directional derivative {@code sum grad F d}. Central differences at steps h and 2h are extrapolated (Richardson 1911). The
 * bound on the deviation is the change that the extrapolation made plus the rounding of f's outputs,
 * {@code ulps 2^-24 sum |c| max(1, |f|) / h}: small outputs, such as a divergence, are differences of numbers around 1.
 */
public final class GradientCheck {

  /** How many half units in the last place the outputs of f may be off. */
  private static final double OUTPUT_ERROR = 16 * 0x1p-24;

  private GradientCheck() {}

  /**
   * Outcome of a check.
   *
   * @param analytic directional derivative from the backward pass
   * @param numeric extrapolated difference quotient
   * @param bound largest deviation that truncation and rounding explain
   */
  public record Result(double analytic, double numeric, double bound) {

    /** Whether the two derivatives agree within the bound. */
    public boolean passed() {
      return Math.abs(analytic - numeric) <= bound;
    }
  }

  /**
   * Checks a differentiable function at a point.
   *
   * @param inputs host tensors, contiguous; all are differentiated
   * @param function builds the result on a tape
   * @param step h, for example 1e-2 for inputs of size 1
   */
  public static Result check(Backend backend, List<Tensor> inputs, BiFunction<Tape, List<Variable>, Variable> function, float step,
      Rng rng) {
    List<float[]> directions = inputs.stream().map(input -> normals(rng.at("direction").at(inputs.indexOf(input)), input)).toList();
    double analytic = 0;
    float[] outputWeights;
    double magnitude = 0;
    try (Tape tape = Tape.recording(backend)) {
      List<Variable> variables = inputs.stream().map(input -> tape.input(backend.upload(input))).toList();
      Variable out = function.apply(tape, variables);
      outputWeights = normals(rng.at("output"), out.value());
      float[] values = backend.download(out.value());
      for (int i = 0; i < values.length; i++) {
        magnitude += Math.max(1, Math.abs(values[i])) * Math.abs(outputWeights[i]);
      }
      tape.backward(out, backend.upload(Tensor.of(outputWeights, out.shape().dims())));
      for (int input = 0; input < variables.size(); input++) {
        if (variables.get(input).hasGradient()) {
          analytic += dot(backend.download(variables.get(input).gradient()), directions.get(input));
        }
      }
    }
    double near = quotient(backend, inputs, directions, function, outputWeights, step);
    double far = quotient(backend, inputs, directions, function, outputWeights, 2 * step);
    double numeric = (4 * near - far) / 3;
    return new Result(analytic, numeric, Math.abs(near - far) + OUTPUT_ERROR * magnitude / step);
  }

  private static double quotient(Backend backend, List<Tensor> inputs, List<float[]> directions,
      BiFunction<Tape, List<Variable>, Variable> function, float[] outputWeights, float step) {
    return (value(backend, inputs, directions, function, outputWeights, step)
        - value(backend, inputs, directions, function, outputWeights, -step)) / (2.0 * step);
  }

  private static double value(Backend backend, List<Tensor> inputs, List<float[]> directions,
      BiFunction<Tape, List<Variable>, Variable> function, float[] outputWeights, float step) {
    try (Tape tape = Tape.inference(backend)) {
      List<Variable> moved = new ArrayList<>();
      for (int input = 0; input < inputs.size(); input++) {
        float[] values = inputs.get(input).toFloats();
        for (int i = 0; i < values.length; i++) {
          values[i] += step * directions.get(input)[i];
        }
        moved.add(tape.constant(backend.upload(Tensor.of(values, inputs.get(input).shape().dims()))));
      }
      return dot(backend.download(function.apply(tape, moved).value()), outputWeights);
    }
  }

  private static float[] normals(Rng rng, Tensor like) {
    float[] values = new float[like.shape().intSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.normal(i);
    }
    return values;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
