package io.github.tern4j.autograd;

import static io.github.tern4j.autograd.TestBackend.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.FakeQuantize;
import io.github.tern4j.autograd.op.Linear;
import io.github.tern4j.autograd.op.Reduce;
import io.github.tern4j.autograd.op.RmsNorm;
import io.github.tern4j.autograd.op.SwiGlu;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import java.util.function.BiFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of every tape, whatever is recorded on it. All backends here poison released memory. */
class TapeProperties {

  private static final float EPS = 1e-5f;

  private static float[] gradient(Backend backend, Tensor x, float factor, BiFunction<Tape, Variable, Variable> function) {
    try (Tape tape = Tape.recording(backend)) {
      Variable input = tape.input(backend.upload(x));
      tape.backward(function.apply(tape, input), factor);
      return backend.download(input.gradient());
    }
  }

  private static Variable block(Tape tape, Variable x, Parameter weight, Parameter norm) {
    Variable hidden = Linear.linear(tape, RmsNorm.rmsNorm(tape, x, norm, EPS), weight);
    return Elementwise.add(tape, x, SwiGlu.swiGlu(tape, hidden, hidden));
  }

  @Property(tries = 50)
  void backwardIsLinearInTheGradientThatComesIn(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n) {
    try (Backend backend = TestBackend.poisoning()) {
      Tensor x = normal(Rng.of(seed), n);
      BiFunction<Tape, Variable, Variable> f =
          (tape, in) -> Reduce.mean(tape, Elementwise.multiply(tape, in, Elementwise.unary(tape, UnaryFunction.TANH, in)));
      float[] once = gradient(backend, x, 1, f);
      float[] fourTimes = gradient(backend, x, 4, f);
      for (int i = 0; i < n; i++) {
        // a power of two passes through every rounding unchanged
        assertThat(fourTimes[i]).isEqualTo(4 * once[i]);
      }
    }
  }

  @Property(tries = 50)
  void aVariableUsedManyTimesReceivesTheSum(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int uses) {
    try (Backend backend = TestBackend.poisoning()) {
      Tensor x = normal(Rng.of(seed), 5);
      float[] gradient = gradient(backend, x, 1, (tape, in) -> {
        Variable sum = in;
        for (int i = 1; i < uses; i++) {
          sum = Elementwise.add(tape, sum, in);
        }
        return Reduce.sum(tape, sum, 0).reshape();
      });
      assertThat(gradient).containsOnly((float) uses);
    }
  }

  @Property(tries = 50)
  void theGradientOfABroadcastEqualsThatOfTheExplicitExpansion(@ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int rows,
      @ForAll @IntRange(min = 1, max = 19) int columns) {
    try (Backend backend = TestBackend.poisoning()) {
      Tensor factor = normal(Rng.of(seed).at("factor"), rows, columns);
      Tensor x = normal(Rng.of(seed).at("x"), columns);
      float[] implicit = gradient(backend, x, 1, (tape, in) -> Reduce.mean(tape, Elementwise.multiply(tape, tape.constant(factor), in)));
      Tensor expanded = Tensor.of(x.expand(Shape.of(rows, columns)).toFloats(), rows, columns);
      float[] explicit =
          gradient(backend, expanded, 1, (tape, in) -> Reduce.mean(tape, Elementwise.multiply(tape, tape.constant(factor), in)));
      for (int column = 0; column < columns; column++) {
        double sum = 0;
        for (int row = 0; row < rows; row++) {
          sum += explicit[row * columns + column];
        }
        assertThat(implicit[column]).isEqualTo((float) sum);
      }
    }
  }

  @Property(tries = 30)
  void aCheckpointedBlockGivesTheSameBits(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int rows,
      @ForAll @IntRange(min = 1, max = 33) int width) {
    try (Backend backend = TestBackend.poisoning()) {
      Rng rng = Rng.of(seed);
      Tensor x = normal(rng.at("x"), rows, width);
      Parameter weight = new Parameter("weight", normal(rng.at("w"), width, width), backend, true);
      Parameter norm = new Parameter("norm", normal(rng.at("n"), width), backend, true);
      float[][] plain = gradients(backend, x, weight, norm, (tape, in) -> block(tape, in, weight, norm));
      float[][] checkpointed = gradients(backend, x, weight, norm,
          (tape, in) -> Checkpoint.checkpoint(tape, in, (inner, input) -> block(inner, input, weight, norm)));
      assertThat(checkpointed).isDeepEqualTo(plain);
    }
  }

  private static float[][] gradients(Backend backend, Tensor x, Parameter weight, Parameter norm,
      BiFunction<Tape, Variable, Variable> block) {
    weight.clearGradient();
    norm.clearGradient();
    // two blocks, so that parameters are used twice and the order of their contributions shows
    float[] ofX = gradient(backend, x, 1, (tape, in) -> Reduce.mean(tape, block.apply(tape, block.apply(tape, in))));
    return new float[][] {ofX, backend.download(weight.gradient()), backend.download(norm.gradient())};
  }

  @Property(tries = 50)
  void theGradientThroughAQuantizerIsTheIncomingOneToTheBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int rows,
      @ForAll @IntRange(min = 1, max = 33) int columns, @ForAll boolean weight) {
    try (Backend backend = TestBackend.poisoning()) {
      Tensor incoming = normal(Rng.of(seed).at("incoming"), rows, columns);
      float[] through = gradient(backend, normal(Rng.of(seed).at("x"), rows, columns), 1, (tape, in) -> {
        Variable quantized = weight
            ? FakeQuantize.weight(tape, in, 0, EpsilonRule.ADDED, EPS, 1)
            : FakeQuantize.activation(tape, in, EpsilonRule.ADDED, EPS, 1);
        Variable product = Elementwise.multiply(tape, quantized, tape.constant(incoming));
        return Reduce.sum(tape, product.reshape(-1), 0).reshape();
      });
      assertThat(through).containsExactly(incoming.toFloats());
    }
  }

  @Property(tries = 30)
  void gradientsOfMicroBatchesAddUpInParameters(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int parts) {
    try (Backend backend = TestBackend.poisoning()) {
      Parameter weight = new Parameter("weight", normal(Rng.of(seed), 4), backend, true);
      for (int part = 0; part < parts; part++) {
        try (Tape tape = Tape.recording(backend)) {
          tape.backward(Reduce.sum(tape, weight, 0).reshape(), 0.5f);
        }
      }
      assertThat(backend.download(weight.gradient())).containsOnly(0.5f * parts);
      weight.clearGradient();
      assertThat(weight.hasGradient()).isFalse();
    }
  }

  @Example
  void anInferenceTapeRecordsNothing() {
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.inference(backend)) {
      Parameter weight = new Parameter("weight", normal(Rng.of(1), 3), backend, true);
      Variable sum = Reduce.sum(tape, weight, 0).reshape();
      assertThat(sum.requiresGradient()).isFalse();
      assertThatThrownBy(() -> tape.backward(sum)).hasMessageContaining("depends on nothing that has a gradient");
    }
  }

  @Example
  void theGuardNamesTheFirstOpThatMakesANaN() {
    try (Backend backend = TestBackend.poisoning(); Tape tape = Tape.guarded(backend)) {
      Variable x = tape.input(Tensor.of(new float[] {-1}, 1));
      assertThatThrownBy(() -> Elementwise.unary(tape, UnaryFunction.SQRT, x))
          .isInstanceOf(ArithmeticException.class).hasMessageStartingWith("sqrt: NaN in the result");
    }
  }

  @Example
  void aStepGivesAllItsMemoryBack() {
    try (Backend backend = TestBackend.poisoning()) {
      Tensor x = normal(Rng.of(3), 4, 8);
      Parameter weight = new Parameter("weight", normal(Rng.of(4), 8, 8), backend, true);
      Parameter norm = new Parameter("norm", normal(Rng.of(5), 8), backend, true);
      long[] allocated = new long[3];
      for (int step = 0; step < 3; step++) {
        try (Tape tape = Tape.recording(backend)) {
          tape.backward(Reduce.mean(tape, block(tape, tape.constant(x), weight, norm)));
        }
        weight.clearGradient();
        norm.clearGradient();
        allocated[step] = ((CpuBackend) backend).pool().allocatedBytes();
      }
      assertThat(allocated[2]).isEqualTo(allocated[0]);
    }
  }
}
