package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** BitLinear on the backend's quantizer and product kernels (golden README, section 3), and the quantizers alone. */
final class BitLinearCase implements GoldenCase {

  private static final String LAYERS = "bitlinear.safetensors";
  private static final String QUANTIZERS = "quantizers.safetensors";

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    float eps = (float) golden.manifest().path("eps").asDouble();
    for (String name : golden.manifest().path("subcases").propertyNames()) {
      try (Tape memory = Tape.inference(backend)) {
        layer(name, golden, memory, eps, findings);
      }
    }
    for (String input : golden.manifest().path("inputs").path(QUANTIZERS).propertyNames()) {
      String name = input.substring(0, input.lastIndexOf('.'));
      try (Tape memory = Tape.inference(backend)) {
        if (name.startsWith("group")) {
          weightGroups(name, Integer.parseInt(name.substring("group".length())), golden, memory, eps, findings);
        } else {
          activation(name, golden, memory, eps, findings);
        }
      }
    }
  }

  private static void layer(String name, GoldenDirectory golden, Tape memory, float eps, Findings findings) {
    Tensor x = rows(memory.backend().upload(golden.floats(LAYERS, name + ".x")));
    Tensor w = memory.backend().upload(golden.floats(LAYERS, name + ".w"));
    Tensor gradY = rows(memory.backend().upload(golden.floats(LAYERS, name + ".dy")));
    ActivationQuantizerKernel activations = memory.kernel(ActivationQuantizerKernel.class);
    WeightQuantizerKernel weights = memory.kernel(WeightQuantizerKernel.class);
    MatmulKernel matmul = memory.kernel(MatmulKernel.class);

    Tensor gamma = memory.allocate(x.dim(0));
    Tensor quantizedX = memory.allocate(x.shape());
    activations.fakeQuantize(x, EpsilonRule.ADDED, eps, quantizedX, gamma);
    findings.floats(LAYERS, name + ".gamma", memory.backend().download(gamma));
    findings.integers(LAYERS, name + ".x_codes", activationCodes(x, memory, eps));

    Tensor delta = memory.allocate(1);
    Tensor quantizedW = memory.allocate(w.shape());
    weights.scales(w, 0, delta);
    weights.fakeQuantize(w, 0, delta, EpsilonRule.ADDED, eps, quantizedW);
    findings.floats(LAYERS, name + ".delta", memory.backend().download(delta));
    findings.integers(LAYERS, name + ".w_codes", weightCodes(w, 0, delta, memory, eps));

    Tensor y = memory.allocate(gradY.shape());
    Tensor codes = memory.allocateCodes(x.shape());
    activations.codes(x, EpsilonRule.ADDED, eps, codes, gamma);
    memory.kernel(LatentProductKernel.class).product(new LatentTernary(w, 0, delta, EpsilonRule.ADDED, eps), codes, gamma, y);
    findings.floats(LAYERS, name + ".y", memory.backend().download(y));
    Tensor gradX = memory.allocate(x.shape());
    matmul.matmul(gradY, false, quantizedW, false, gradX, false);
    findings.floats(LAYERS, name + ".dx", memory.backend().download(gradX));
    Tensor gradW = memory.allocate(w.shape());
    matmul.matmul(gradY, true, quantizedX, false, gradW, false);
    findings.floats(LAYERS, name + ".dw", memory.backend().download(gradW));
  }

  private static void weightGroups(
      String name, int groupSize, GoldenDirectory golden, Tape memory, float eps, Findings findings) {
    Tensor w = memory.backend().upload(golden.floats(QUANTIZERS, name + ".w"));
    WeightQuantizerKernel weights = memory.kernel(WeightQuantizerKernel.class);
    Tensor scales = memory.allocate(w.dim(0), Math.ceilDiv(w.dim(1), groupSize));
    Tensor quantized = memory.allocate(w.shape());
    weights.scales(w, groupSize, scales);
    weights.fakeQuantize(w, groupSize, scales, EpsilonRule.ADDED, eps, quantized);
    findings.floats(QUANTIZERS, name + ".delta", memory.backend().download(scales));
    findings.floats(QUANTIZERS, name + ".dequant", memory.backend().download(quantized));
    findings.integers(QUANTIZERS, name + ".codes", weightCodes(w, groupSize, scales, memory, eps));
  }

  /** {@code int8_token}: a scale for each row; {@code int8_tensor}: the whole tensor as one row. */
  private static void activation(String name, GoldenDirectory golden, Tape memory, float eps, Findings findings) {
    Tensor x = rows(memory.backend().upload(golden.floats(QUANTIZERS, name + ".x")));
    Tensor in = name.endsWith("tensor") ? x.reshape(1, -1) : x;
    Tensor gamma = memory.allocate(in.dim(0));
    Tensor quantized = memory.allocate(in.shape());
    memory.kernel(ActivationQuantizerKernel.class).fakeQuantize(in, EpsilonRule.ADDED, eps, quantized, gamma);
    findings.floats(QUANTIZERS, name + ".gamma", memory.backend().download(gamma));
    findings.floats(QUANTIZERS, name + ".dequant", memory.backend().download(quantized));
    findings.integers(QUANTIZERS, name + ".codes", activationCodes(in, memory, eps));
  }

  private static Tensor rows(Tensor tensor) {
    return tensor.reshape(tensor.shape().rows(), tensor.dim(-1));
  }

  private static long[] activationCodes(Tensor x, Tape memory, float eps) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(x.size());
      Tensor codes = Tensor.of(new NativeStorage(segment, DType.I8), x.shape());
      Tensor gamma = memory.allocate(x.dim(0));
      memory.kernel(ActivationQuantizerKernel.class).codes(x, EpsilonRule.ADDED, eps, codes, gamma);
      return longs(segment.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static long[] weightCodes(Tensor w, int groupSize, Tensor scales, Tape memory, float eps) {
    byte[] codes = new byte[Math.toIntExact(w.size())];
    memory.kernel(WeightQuantizerKernel.class).codes(w, groupSize, scales, EpsilonRule.ADDED, eps, codes);
    return longs(codes);
  }

  private static long[] longs(byte[] bytes) {
    long[] longs = new long[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      longs[i] = bytes[i];
    }
    return longs;
  }
}
