package io.github.tern4j.autograd;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One forward pass: it hands out memory, and when it is recording it remembers what the backward pass has to do.
 *
 * <p>Usage: open a tape, call ops with it, {@link #backward} from a scalar, close. All memory a tape has handed out returns to
 * the backend at the latest when it is closed, so values are read before that. A tape is for one thread and one backward pass.
 */
public final class Tape implements AutoCloseable {

  private record Node(String op, Variable output, Consumer<Tensor> backward, List<Tensor> owned) {}

  /** The backward pass of a {@linkplain #settled settled} result. */
  private static final Consumer<Tensor> NOTHING_LEFT = gradOut -> {};

  private final Backend backend;
  private final boolean recording;
  private final boolean guardNaN;
  private final List<Node> nodes = new ArrayList<>();
  private final Set<Tensor> pending = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean walked;

  private Tape(Backend backend, boolean recording, boolean guardNaN) {
    this.backend = backend;
    this.recording = recording;
    this.guardNaN = guardNaN;
  }

  /** A tape that records. */
  public static Tape recording(Backend backend) {
    return new Tape(backend, true, false);
  }

  /** A tape that records and checks every result and gradient for NaN: an error names the first op that made one. */
  public static Tape guarded(Backend backend) {
    return new Tape(backend, true, true);
  }

  /** A tape that only computes. */
  public static Tape inference(Backend backend) {
    return new Tape(backend, false, false);
  }

  /** A tape of the same backend and NaN guard. */
  Tape nested(boolean recordingToo) {
    return new Tape(backend, recordingToo, guardNaN);
  }

  /** Where this tape computes. */
  public Backend backend() {
    return backend;
  }

  /** The backend's implementation of a kernel contract. */
  public <K extends Kernel> K kernel(Class<K> contract) {
    return backend.kernel(contract);
  }

  /** Memory with unspecified content for an op's output or what it saves; the tape owns it. */
  public Tensor allocate(Shape shape) {
    Tensor tensor = backend.allocate(shape);
    pending.add(tensor);
    return tensor;
  }

  /** Memory with unspecified content. */
  public Tensor allocate(int... dims) {
    return allocate(Shape.of(dims));
  }

  /** Memory with unspecified content for int8 codes of activations; the tape owns it too. */
  public Tensor allocateCodes(Shape shape) {
    Tensor tensor = backend.allocateCodes(shape);
    pending.add(tensor);
    return tensor;
  }

  /** Gives allocated memory back before the tape does. */
  public void release(Tensor tensor) {
    if (pending.remove(tensor)) {
      backend.release(tensor);
    }
  }

  /** A variable without gradient. */
  public Variable constant(Tensor value) {
    return new Variable(value, null);
  }

  /** A variable that is no parameter and gets a gradient, which the caller reads before the tape is closed. */
  public Variable input(Tensor value) {
    return new Variable(value, GradientBuffer.pooled(backend, value.shape()));
  }

  /**
   * The result of an op.
   *
   * @param op name for error messages
   * @param value the output, from {@link #allocate}
   * @param backward adds to the inputs' gradients, given the output's; called at most once
   * @param inputs what the result depends on; with no gradient among them, or on an inference tape, nothing is recorded
   */
  public Variable result(String op, Tensor value, Consumer<Tensor> backward, Variable... inputs) {
    boolean needed = false;
    for (Variable input : inputs) {
      needed |= input.requiresGradient();
    }
    return result(op, value, backward, needed);
  }

  /**
   * The scalar result of an op that has added to its inputs' gradients in its forward pass already, as of a result whose gradient
   * is 1. The backward pass refuses to go past it with another gradient or without one.
   *
   * @param op name for error messages
   * @param value the output, from {@link #allocate}
   * @param inputs what the result depends on
   */
  public Variable settled(String op, Tensor value, Variable... inputs) {
    return result(op, value, NOTHING_LEFT, inputs);
  }

  /** The same where the op itself knows whether anything below it needs a gradient. */
  Variable result(String op, Tensor value, Consumer<Tensor> backward, boolean needed) {
    if (guardNaN) {
      checkNaN(op, "result", value);
    }
    if (!recording || !needed) {
      return constant(value);
    }
    Variable output = new Variable(value, GradientBuffer.pooled(backend, value.shape()));
    nodes.add(new Node(op, output, backward, takePending()));
    return output;
  }

  /** The value of a one-element tensor of this tape's backend. */
  public float scalar(Tensor tensor) {
    if (tensor.size() != 1) {
      throw new IllegalArgumentException("scalar: tensor has shape " + tensor.shape() + "; expected one element");
    }
    return backend.download(tensor)[0];
  }

  /** Whether what is computed on this tape may have a gradient. */
  public boolean isRecording() {
    return recording;
  }

  // Everything allocated since the last node belongs to the next one: no earlier node reads it.
  private List<Tensor> takePending() {
    List<Tensor> owned = List.copyOf(pending);
    pending.clear();
    return owned;
  }

  /** Gradients of a scalar with respect to everything it depends on. */
  public void backward(Variable loss) {
    backward(loss, 1);
  }

  /**
   * Gradients of {@code factor * loss}.
   *
   * @throws IllegalArgumentException when {@code loss} is not a scalar that this tape has recorded
   */
  public void backward(Variable loss, float factor) {
    if (loss.value().size() != 1) {
      throw new IllegalArgumentException("backward: loss has shape " + loss.shape() + "; expected one element");
    }
    if (!loss.requiresGradient()) {
      throw new IllegalArgumentException("backward: loss depends on nothing that has a gradient; expected a recorded result");
    }
    backend.kernel(CopyKernel.class).fill(factor, loss.gradientTarget().tensor());
    walk();
  }

  /** Walks back from a result whose gradient is given. */
  void backward(Variable output, Tensor gradOut) {
    GradientTarget target = output.gradientTarget();
    backend.kernel(CopyKernel.class).copy(gradOut, 1, target.tensor(), target.accumulate());
    walk();
  }

  private void walk() {
    if (walked) {
      throw new IllegalStateException("backward: this tape has been walked; expected one backward pass a tape");
    }
    walked = true;
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.backward == NOTHING_LEFT) {
        checkSettled(node);
      }
      if (node.output.hasGradient()) {
        if (guardNaN) {
          checkNaN(node.op, "gradient", node.output.gradient());
        }
        node.backward.accept(node.output.gradient());
        node.output.gradientBuffer().release();
      }
      releaseAll(node.owned);
      // What the backward itself allocated and did not release.
      releaseAll(takePending());
      nodes.remove(i);
    }
  }

  private void checkSettled(Node node) {
    float gradOut = node.output.hasGradient() ? scalar(node.output.gradient()) : 0;
    if (gradOut != 1) {
      throw new IllegalStateException("backward: gradient " + gradOut + " arrives at the result of " + node.op
          + ", whose inputs got theirs in the forward pass; expected 1 (factors are arguments of that op)");
    }
  }

  private void releaseAll(List<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      backend.release(tensor);
    }
  }

  private void checkNaN(String op, String what, Tensor tensor) {
    for (float element : backend.download(tensor)) {
      if (Float.isNaN(element)) {
        throw new ArithmeticException(op + ": NaN in the " + what + " of shape " + tensor.shape() + "; the first op where one appears");
      }
    }
  }

  /** Hands a tensor of this tape to another one, which will release it. */
  void moveTo(Tape other, Tensor tensor) {
    if (!pending.remove(tensor)) {
      throw new IllegalStateException("tape: " + tensor + " is a view or belongs to another tape; expected the result of an op");
    }
    other.pending.add(tensor);
  }

  @Override
  public void close() {
    for (Node node : nodes) {
      node.output.gradientBuffer().release();
      releaseAll(node.owned);
    }
    nodes.clear();
    releaseAll(takePending());
  }
}
