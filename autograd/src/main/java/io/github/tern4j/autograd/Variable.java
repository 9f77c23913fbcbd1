package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.util.function.UnaryOperator;

/** A tensor that takes part in differentiation: a {@link Parameter}, a constant, or the result of an op on a {@link Tape}. */
public sealed class Variable permits Parameter {

  private final Tensor value;
  private final GradientBuffer gradient;
  private final UnaryOperator<Tensor> view;
  private final boolean wholeView;

  /** A variable; {@code gradient} is null for a constant. */
  Variable(Tensor value, GradientBuffer gradient) {
    this(value, gradient, UnaryOperator.identity(), true);
  }

  private Variable(Tensor value, GradientBuffer gradient, UnaryOperator<Tensor> view, boolean wholeView) {
    this.value = value;
    this.gradient = gradient;
    this.view = view;
    this.wholeView = wholeView;
  }

  /** The value. */
  public final Tensor value() {
    return value;
  }

  /** Dimensions of the value. */
  public final Shape shape() {
    return value.shape();
  }

  /** Dimension {@code axis} of the value; negative axes count from the end. */
  public final int dim(int axis) {
    return value.dim(axis);
  }

  /** Whether gradients are computed for this variable. */
  public final boolean requiresGradient() {
    return gradient != null;
  }

  /** Whether a gradient has arrived. */
  public final boolean hasGradient() {
    return gradient != null && gradient.filled();
  }

  /**
   * The gradient that has arrived.
   *
   * @throws IllegalStateException when there is none
   */
  public final Tensor gradient() {
    if (!hasGradient()) {
      throw new IllegalStateException("gradient: variable " + value + " has none; expected a backward pass that reaches it");
    }
    return view.apply(gradient.tensor());
  }

  /** Claims the place for one contribution to this variable's gradient. The caller must then write all of it. */
  public final GradientTarget gradientTarget() {
    if (wholeView) {
      boolean accumulate = gradient.claimWhole();
      return new GradientTarget(view.apply(gradient.tensor()), accumulate);
    }
    gradient.claimPart();
    return new GradientTarget(view.apply(gradient.tensor()), true);
  }

  /** The same elements in another shape (one dimension may be -1); contiguous variables only. */
  public final Variable reshape(int... dims) {
    Tensor reshaped = value.reshape(dims);
    return viewed(reshaped, gradientTensor -> gradientTensor.reshape(reshaped.shape()), true);
  }

  /** The view with two axes exchanged. */
  public final Variable transpose(int axisA, int axisB) {
    return viewed(value.transpose(axisA, axisB), gradientTensor -> gradientTensor.transpose(axisA, axisB), true);
  }

  /** Elements {@code from} (inclusive) to {@code to} (exclusive) along {@code axis}. */
  public final Variable slice(int axis, int from, int to) {
    return viewed(value.slice(axis, from, to), gradientTensor -> gradientTensor.slice(axis, from, to), false);
  }

  /**
   * A variable with another value of the same shape and this variable's gradient: the straight-through estimator (Bengio et al.
   * 2013). Whatever gradient arrives at the result has, to the bit, arrived here.
   */
  public final Variable straightThrough(Tensor otherValue) {
    if (!otherValue.shape().equals(shape())) {
      throw new IllegalArgumentException(
          "straightThrough: shapes differ: x " + shape() + ", value " + otherValue.shape() + "; expected the same");
    }
    return viewed(otherValue, UnaryOperator.identity(), true);
  }

  private Variable viewed(Tensor viewedValue, UnaryOperator<Tensor> next, boolean whole) {
    return new Variable(viewedValue, gradient, tensor -> next.apply(view.apply(tensor)), wholeView && whole);
  }

  final GradientBuffer gradientBuffer() {
    return gradient;
  }
}
