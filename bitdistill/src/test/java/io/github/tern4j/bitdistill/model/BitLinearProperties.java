package io.github.tern4j.bitdistill.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Reduce;
import io.github.tern4j.nn.Initializer;
import io.github.tern4j.nn.LinearProjection;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.Projection;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What holds of {@link BitLinear} for any shape, group size and rule, on reference and vectors. */
class BitLinearProperties {

  private static final float EPS = BitDistillConfig.PAPER_EPS;

  /** One layer and its input {@code [rows, in]}. */
  record Layer(String backendName, int rows, int in, int out, int groupSize, EpsilonRule rule, long seed) {

    Backend open() {
      return Backends.open(backendName, 2);
    }

    BitLinearOptions options(QuantizationShare share) {
      return new BitLinearOptions(groupSize, rule, EPS, EPS, share);
    }

    Tensor input() {
      return normal("x", rows, in);
    }

    /** Standard normal values of a stream of this layer's seed. */
    Tensor normal(String stream, int... dims) {
      Rng rng = Rng.of(seed).at(stream);
      float[] values = new float[Shape.of(dims).intSize()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) rng.normal(i);
      }
      return Tensor.of(values, dims);
    }

    ParameterSource parameters(Backend backend) {
      return ParameterSource.fresh(backend, Rng.of(seed));
    }
  }

  @Provide
  Arbitrary<Layer> layers() {
    return Combinators.combine(Arbitraries.of("reference", "vector"), Arbitraries.integers().between(1, 4),
        Arbitraries.integers().between(8, 300), Arbitraries.integers().between(1, 17),
        Arbitraries.frequencyOf(Tuple.of(1, Arbitraries.just(0)),
            Tuple.of(1, Arbitraries.integers().between(1, 320))),
        Arbitraries.of(EpsilonRule.class), Arbitraries.longs()).as(Layer::new);
  }

  /** Training multiplies the integers that packed inference multiplies, and applies scales in the same order. */
  @Property(tries = 40)
  void trainingGivesThePackedProductToTheBit(@ForAll("layers") Layer layer) {
    try (Backend backend = layer.open(); Tape tape = Tape.inference(backend)) {
      ParameterSource source = layer.parameters(backend);
      BitLinear bitLinear = new BitLinear(layer.options(new QuantizationShare()), source, layer.in, layer.out, false,
          Initializer.normal(0.05));
      Tensor x = layer.input();
      float[] trained = backend.download(bitLinear.apply(tape, tape.constant(x)).value());
      assertThat(trained).isEqualTo(packedProduct(backend, layer, x, source.finish().get("weight").value()));
    }
  }

  /** {@code dW = dY^T Qa(X)} and {@code dX = dY Qw(W)} to the bit, and not what unquantized factors would give. */
  @Property(tries = 40)
  void gradientsAreProductsWithQuantizedFactors(@ForAll("layers") Layer layer) {
    try (Backend backend = layer.open(); Tape tape = Tape.recording(backend)) {
      ParameterSource source = layer.parameters(backend);
      BitLinear bitLinear = new BitLinear(layer.options(new QuantizationShare()), source, layer.in, layer.out, false,
          Initializer.normal(0.05));
      Parameter weight = source.finish().get("weight");
      Variable x = tape.input(layer.input());
      Tensor gradOut = layer.normal("gradOut", layer.rows, layer.out);
      backward(tape, bitLinear.apply(tape, x), gradOut);

      MatmulKernel kernel = backend.kernel(MatmulKernel.class);
      Tensor ofQuantized = Tensor.zeros(layer.out, layer.in);
      kernel.matmul(gradOut, true, quantizedActivations(backend, layer, x.value()), false, ofQuantized, false);
      Tensor ofUnquantized = Tensor.zeros(layer.out, layer.in);
      kernel.matmul(gradOut, true, x.value(), false, ofUnquantized, false);
      assertThat(weight.gradient().toFloats()).isEqualTo(ofQuantized.array()).isNotEqualTo(ofUnquantized.array());

      Tensor gradX = Tensor.zeros(layer.rows, layer.in);
      kernel.matmul(gradOut, false, quantizedWeight(backend, layer, weight.value()), false, gradX, false);
      assertThat(x.gradient().toFloats()).isEqualTo(gradX.array());
    }
  }

  /** At share 0 of the quantization warm-up both quantizers are the identity; outputs and all gradients are those of Linear. */
  @Property(tries = 40)
  void withIdentityQuantizersItIsLinearToTheBit(@ForAll("layers") Layer layer, @ForAll boolean bias) {
    QuantizationShare none = new QuantizationShare();
    none.at(0, 10);
    try (Backend backend = layer.open()) {
      float[][] linear = outputAndGradients(backend, layer,
          source -> new LinearProjection(source, layer.in, layer.out, bias, Initializer.normal(0.05)));
      float[][] bitLinear = outputAndGradients(backend, layer,
          source -> new BitLinear(layer.options(none), source, layer.in, layer.out, bias, Initializer.normal(0.05)));
      assertThat(bitLinear).isDeepEqualTo(linear);
      float[][] quantized = outputAndGradients(backend, layer, source ->
          new BitLinear(layer.options(new QuantizationShare()), source, layer.in, layer.out, bias, Initializer.normal(0.05)));
      assertThat(quantized[0]).isNotEqualTo(linear[0]);
    }
  }

  /** The output, the gradient of x and those of all parameters, after a bias, if there is one, has got values. */
  private static float[][] outputAndGradients(Backend backend, Layer layer, Function<ParameterSource, Projection> projection) {
    ParameterSource source = layer.parameters(backend);
    Projection map = projection.apply(source);
    Parameter[] parameters = source.finish().all().toArray(Parameter[]::new);
    if (parameters.length > 1) {
      System.arraycopy(layer.normal("bias", layer.out).array(), 0, parameters[1].value().array(), 0, layer.out);
    }
    try (Tape tape = Tape.recording(backend)) {
      Variable x = tape.input(layer.input());
      Variable y = map.apply(tape, x);
      float[][] results = new float[2 + parameters.length][];
      results[0] = backend.download(y.value());
      backward(tape, y, layer.normal("gradOut", layer.rows, layer.out));
      results[1] = backend.download(x.gradient());
      for (int i = 0; i < parameters.length; i++) {
        results[2 + i] = backend.download(parameters[i].gradient());
      }
      return results;
    }
  }

  /** Sends {@code gradOut} back through {@code y}: it is the gradient of {@code sum(y gradOut)} by y, exactly. */
  private static void backward(Tape tape, Variable y, Tensor gradOut) {
    Variable product = Elementwise.multiply(tape, y, tape.constant(gradOut));
    tape.backward(Reduce.sum(tape, product.reshape(-1), 0).reshape());
  }

  private static Tensor quantizedActivations(Backend backend, Layer layer, Tensor x) {
    Tensor quantized = Tensor.zeros(x.shape());
    backend.kernel(ActivationQuantizerKernel.class).fakeQuantize(x, layer.rule, EPS, quantized, Tensor.zeros(layer.rows));
    return quantized;
  }

  private static Tensor quantizedWeight(Backend backend, Layer layer, Tensor weight) {
    Tensor quantized = Tensor.zeros(weight.shape());
    backend.kernel(WeightQuantizerKernel.class)
        .fakeQuantize(weight, layer.groupSize, scales(backend, layer, weight), layer.rule, EPS, quantized);
    return quantized;
  }

  private static Tensor scales(Backend backend, Layer layer, Tensor weight) {
    Tensor scales = layer.groupSize == 0 ? Tensor.zeros(1) : Tensor.zeros(layer.out, Math.ceilDiv(layer.in, layer.groupSize));
    backend.kernel(WeightQuantizerKernel.class).scales(weight, layer.groupSize, scales);
    return scales;
  }

  private static float[] packedProduct(Backend backend, Layer layer, Tensor x, Tensor weight) {
    Tensor scales = scales(backend, layer, weight);
    byte[] weightCodes = new byte[layer.out * layer.in];
    backend.kernel(WeightQuantizerKernel.class).codes(weight, layer.groupSize, scales, layer.rule, EPS, weightCodes);
    MemorySegment packed = Arena.ofAuto().allocate((long) layer.out * PackedTernary.bytesPerRow(layer.in));
    PackedTernary.pack(weightCodes, weight.shape(), packed);
    Tensor codes = Tensor.of(new NativeStorage(Arena.ofAuto().allocate(x.size()), DType.I8), x.shape());
    Tensor gamma = Tensor.zeros(layer.rows);
    backend.kernel(ActivationQuantizerKernel.class).codes(x, layer.rule, EPS, codes, gamma);
    Tensor out = Tensor.zeros(layer.rows, layer.out);
    backend.kernel(TernaryProductKernel.class)
        .product(new PackedTernary(weight.shape(), layer.groupSize, packed, scales.array()), codes, gamma, out);
    return out.array();
  }
}
