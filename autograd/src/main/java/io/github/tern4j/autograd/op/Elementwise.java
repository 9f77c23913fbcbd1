package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import io.github.tern4j.tensor.kernel.UnaryKernel;
import java.util.Locale;

/** Functions of single elements; those of two arguments broadcast. */
public final class Elementwise {

  private Elementwise() {}

  /** {@code out = f(x)}; derivative {@code dX = dOut f'(x)} as stated at {@link UnaryFunction}. Saves input and output. */
  public static Variable unary(Tape tape, UnaryFunction function, Variable x) {
    Variable in = Contiguous.contiguous(tape, x);
    Tensor out = tape.allocate(x.shape());
    UnaryKernel kernel = tape.kernel(UnaryKernel.class);
    kernel.apply(function, in.value(), out);
    return tape.result(function.name().toLowerCase(Locale.ROOT), out, gradOut -> {
      GradientTarget gradX = in.gradientTarget();
      kernel.backward(function, in.value(), out, gradOut, gradX.tensor(), gradX.accumulate());
    }, in);
  }

  /** {@code out = a + b}; derivative dOut for both, summed over broadcast dimensions. */
  public static Variable add(Tape tape, Variable a, Variable b) {
    return tape.result("add", compute(tape, BinaryFunction.ADD, a, b), gradOut -> {
      addScaled(tape, a, gradOut, 1);
      addScaled(tape, b, gradOut, 1);
    }, a, b);
  }

  /** {@code out = a - b}; derivatives dOut and -dOut. */
  public static Variable subtract(Tape tape, Variable a, Variable b) {
    return tape.result("subtract", compute(tape, BinaryFunction.SUBTRACT, a, b), gradOut -> {
      addScaled(tape, a, gradOut, 1);
      addScaled(tape, b, gradOut, -1);
    }, a, b);
  }

  /** {@code out = a b}; derivatives {@code dA = dOut b}, {@code dB = dOut a}. Saves its inputs. */
  public static Variable multiply(Tape tape, Variable a, Variable b) {
    return tape.result("multiply", compute(tape, BinaryFunction.MULTIPLY, a, b), gradOut -> {
      addCombined(tape, a, BinaryFunction.MULTIPLY, gradOut, b.value());
      addCombined(tape, b, BinaryFunction.MULTIPLY, gradOut, a.value());
    }, a, b);
  }

  /** {@code out = a / b}; derivatives {@code dA = dOut / b}, {@code dB = -dOut out / b}. Saves b and the output. */
  public static Variable divide(Tape tape, Variable a, Variable b) {
    Tensor out = compute(tape, BinaryFunction.DIVIDE, a, b);
    BinaryKernel kernel = tape.kernel(BinaryKernel.class);
    return tape.result("divide", out, gradOut -> {
      addCombined(tape, a, BinaryFunction.DIVIDE, gradOut, b.value());
      if (b.requiresGradient()) {
        Tensor product = tape.allocate(out.shape());
        kernel.apply(BinaryFunction.MULTIPLY, gradOut, out, product, false);
        kernel.apply(BinaryFunction.DIVIDE, product, b.value().expand(out.shape()), product, false);
        addScaled(tape, b, product, -1);
        tape.release(product);
      }
    }, a, b);
  }

  /** {@code out = factor x}; derivative {@code factor dOut}. */
  public static Variable scale(Tape tape, Variable x, float factor) {
    Tensor out = tape.allocate(x.shape());
    tape.kernel(CopyKernel.class).copy(x.value(), factor, out, false);
    return tape.result("scale", out, gradOut -> addScaled(tape, x, gradOut, factor), x);
  }

  private static Tensor compute(Tape tape, BinaryFunction function, Variable a, Variable b) {
    Shape shape = Shape.broadcast(a.shape(), b.shape());
    Tensor out = tape.allocate(shape);
    tape.kernel(BinaryKernel.class).apply(function, a.value().expand(shape), b.value().expand(shape), out, false);
    return out;
  }

  // input's gradient (+)= factor * gradOut, summed to the input's shape
  private static void addScaled(Tape tape, Variable input, Tensor gradOut, float factor) {
    if (!input.requiresGradient()) {
      return;
    }
    GradientTarget target = input.gradientTarget();
    if (input.shape().equals(gradOut.shape())) {
      tape.kernel(CopyKernel.class).copy(gradOut, factor, target.tensor(), target.accumulate());
    } else {
      tape.kernel(ReduceKernel.class).sumTo(gradOut, factor, target.tensor(), target.accumulate());
    }
  }

  // input's gradient (+)= f(gradOut, other), summed to the input's shape
  private static void addCombined(Tape tape, Variable input, BinaryFunction function, Tensor gradOut, Tensor other) {
    if (!input.requiresGradient()) {
      return;
    }
    BinaryKernel kernel = tape.kernel(BinaryKernel.class);
    if (input.shape().equals(gradOut.shape())) {
      GradientTarget target = input.gradientTarget();
      kernel.apply(function, gradOut, other.expand(gradOut.shape()), target.tensor(), target.accumulate());
    } else {
      Tensor combined = tape.allocate(gradOut.shape());
      kernel.apply(function, gradOut, other.expand(gradOut.shape()), combined, false);
      addScaled(tape, input, combined, 1);
      tape.release(combined);
    }
  }
}
