package io.github.tern4j.autograd.op;

import static io.github.tern4j.autograd.TestBackend.normal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.autograd.Checkpoint;
import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.TestBackend;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import java.lang.foreign.Arena;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of {@link TernaryLinear} for any shape, group size and rule, on reference and vectors. */
class TernaryLinearProperties {

  private static final float EPS = 1e-5f;

  /** Two maps {@code [2, tokens, in]} to {@code [2, tokens, out]} of one input. */
  record Maps(String backend, int threads, int tokens, int in, int out, int groupSize, EpsilonRule rule, long seed) {

    Tensor x() {
      return normal(Rng.of(seed).at("x"), 2, tokens, in);
    }

    Tensor weight(int map) {
      return normal(Rng.of(seed).at("weight").at(map), out, in);
    }
  }

  @Provide
  Arbitrary<Maps> maps() {
    return Combinators.combine(Arbitraries.of("reference", "vector"), Arbitraries.integers().between(1, 3),
        Arbitraries.integers().between(1, 9), Arbitraries.integers().between(1, 130), Arbitraries.integers().between(1, 70),
        Arbitraries.of(0, 0, 16, 27), Arbitraries.of(EpsilonRule.class), Arbitraries.longs()).as(Maps::new);
  }

  private static Variable linear(Tape tape, Maps maps, LinearInput.Codes input, Variable weight) {
    return TernaryLinear.linear(tape, input, weight, maps.groupSize, maps.rule, EPS);
  }

  @Property(tries = 60)
  void theResultIsThePackedProduct(@ForAll("maps") Maps maps) {
    try (Backend backend = Backends.open(maps.backend, maps.threads); Tape tape = Tape.inference(backend)) {
      Tensor x = maps.x();
      Tensor weight = maps.weight(0);
      LinearInput.Codes input = TernaryLinear.codes(tape, tape.constant(x), maps.rule, EPS);
      Variable out = linear(tape, maps, input, tape.constant(weight));

      WeightQuantizerKernel quantizer = backend.kernel(WeightQuantizerKernel.class);
      Tensor scales = maps.groupSize == 0 ? Tensor.zeros(1) : Tensor.zeros(maps.out, Math.ceilDiv(maps.in, maps.groupSize));
      quantizer.scales(weight, maps.groupSize, scales);
      Shape rows = Shape.of(2 * maps.tokens, maps.in);
      Tensor codes = Tensor.of(new NativeStorage(Arena.ofAuto().allocate(rows.size()), DType.I8), rows);
      Tensor gamma = Tensor.zeros(2 * maps.tokens);
      backend.kernel(ActivationQuantizerKernel.class).codes(x, maps.rule, EPS, codes, gamma);
      Tensor packed = Tensor.zeros(2 * maps.tokens, maps.out);
      backend.kernel(TernaryProductKernel.class)
          .product(new LatentTernary(weight, maps.groupSize, scales, maps.rule, EPS).packed(quantizer), codes, gamma, packed);
      assertThat(out.shape()).isEqualTo(Shape.of(2, maps.tokens, maps.out));
      assertThat(out.value().toFloats()).isEqualTo(packed.array());
    }
  }

  /** The quantized values are the same, and so are the products of the backward pass. */
  @Property(tries = 60)
  void gradientsAreThoseOfFakeQuantizedFactors(@ForAll("maps") Maps maps) {
    try (Backend backend = Backends.open(maps.backend, maps.threads)) {
      float[][] integers = gradients(backend, maps, (tape, in) -> ofCodes(tape, maps, in));
      float[][] floats = gradients(backend, maps, (tape, in) -> {
        Variable quantized = FakeQuantize.activation(tape, in[0], maps.rule, EPS, 1);
        return Elementwise.add(tape, ofFloats(tape, maps, quantized, in[1]), ofFloats(tape, maps, quantized, in[2]));
      });
      assertThat(integers).isDeepEqualTo(floats);
    }
  }

  @Property(tries = 20)
  void aCheckpointedMapHasTheSameGradients(@ForAll("maps") Maps maps) {
    try (Backend backend = TestBackend.poisoning()) {
      float[][] plain = gradients(backend, maps, (tape, in) -> ofCodes(tape, maps, in));
      float[][] checkpointed = gradients(backend, maps, (tape, in) -> Checkpoint.checkpoint(tape, in[0],
          (inner, x) -> ofCodes(inner, maps, new Variable[] {x, in[1], in[2]})));
      assertThat(checkpointed).isDeepEqualTo(plain);
    }
  }

  private static Variable ofCodes(Tape tape, Maps maps, Variable[] in) {
    LinearInput.Codes codes = TernaryLinear.codes(tape, in[0], maps.rule, EPS);
    return Elementwise.add(tape, linear(tape, maps, codes, in[1]), linear(tape, maps, codes, in[2]));
  }

  private static Variable ofFloats(Tape tape, Maps maps, Variable quantized, Variable weight) {
    return Linear.linear(tape, quantized, FakeQuantize.weight(tape, weight, maps.groupSize, maps.rule, EPS, 1));
  }

  /** Gradients of the input and of both weights, of the sum of the result times fixed numbers. */
  private static float[][] gradients(Backend backend, Maps maps, BiFunction<Tape, Variable[], Variable> function) {
    Parameter first = new Parameter("first", backend.upload(maps.weight(0)), backend, true);
    Parameter second = new Parameter("second", backend.upload(maps.weight(1)), backend, true);
    Tensor factors = normal(Rng.of(maps.seed).at("factors"), 2, maps.tokens, maps.out);
    try (Tape tape = Tape.recording(backend)) {
      Variable x = tape.input(backend.upload(maps.x()));
      Variable out = function.apply(tape, new Variable[] {x, first, second});
      Variable product = Elementwise.multiply(tape, out, tape.constant(factors));
      tape.backward(Reduce.sum(tape, product.reshape(-1), 0).reshape());
      return new float[][] {
          backend.download(x.gradient()), backend.download(first.gradient()), backend.download(second.gradient())};
    }
  }

  @Example
  void aFrozenWeightOrInputGetsNoGradient() {
    Maps maps = new Maps("vector", 1, 3, 40, 17, 0, EpsilonRule.ADDED, 1);
    try (Backend backend = Backends.open("vector", 1); Tape tape = Tape.recording(backend)) {
      Parameter weight = new Parameter("weight", maps.weight(0), backend, true);
      Variable out = linear(tape, maps, TernaryLinear.codes(tape, tape.constant(maps.x()), maps.rule, EPS), weight);
      tape.backward(Reduce.mean(tape, out));
      assertThat(weight.hasGradient()).isTrue();
    }
    try (Backend backend = Backends.open("vector", 1); Tape tape = Tape.recording(backend)) {
      Variable x = tape.input(maps.x());
      Variable out = linear(tape, maps, TernaryLinear.codes(tape, x, maps.rule, EPS), tape.constant(maps.weight(0)));
      tape.backward(Reduce.mean(tape, out));
      assertThat(x.hasGradient()).isTrue();
    }
  }

  @Example
  void innerDimensionsThatDifferAreRefused() {
    try (Backend backend = Backends.open("reference", 1); Tape tape = Tape.inference(backend)) {
      LinearInput.Codes input = TernaryLinear.codes(tape, tape.constant(Tensor.zeros(2, 3, 8)), EpsilonRule.ADDED, EPS);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TernaryLinear.linear(tape, input, tape.constant(Tensor.zeros(5, 7)), 0, EpsilonRule.ADDED, EPS))
          .withMessage("ternary linear: inner dimensions differ: x [2, 3, 8] x weight^T [5, 7] (8 != 7)");
    }
  }

  @Example
  void stepsAfterTheFirstTakeNothingNewFromTheSystem() {
    Maps maps = new Maps("reference", 1, 4, 40, 17, 16, EpsilonRule.ADDED, 2);
    try (Backend backend = TestBackend.poisoning()) {
      long[] allocated = new long[3];
      for (int step = 0; step < allocated.length; step++) {
        Parameter weight = new Parameter("weight", maps.weight(0), backend, true);
        try (Tape tape = Tape.recording(backend)) {
          Variable out = linear(tape, maps, TernaryLinear.codes(tape, tape.constant(maps.x()), maps.rule, EPS), weight);
          tape.backward(Reduce.mean(tape, out));
        }
        backend.release(weight.gradient());
        allocated[step] = ((CpuBackend) backend).pool().allocatedBytes();
      }
      assertThat(allocated[2]).isEqualTo(allocated[0]);
    }
  }
}
