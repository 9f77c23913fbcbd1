package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** A backend that remembers, as a hash for each call, which integer codes its quantizers have given. */
final class CodeTrace implements Backend {

  private final Backend backend;
  private final List<Integer> hashes = new ArrayList<>();

  CodeTrace(Backend backend) {
    this.backend = backend;
  }

  /** Hashes so far, one for each call of a quantizer. */
  List<Integer> hashes() {
    return hashes;
  }

  @Override
  public <K extends Kernel> K kernel(Class<K> contract) {
    K kernel = backend.kernel(contract);
    Kernel traced = switch (kernel) {
      case WeightQuantizerKernel weights -> new Weights(weights);
      case ActivationQuantizerKernel activations -> new Activations(activations);
      default -> kernel;
    };
    return contract.cast(traced);
  }

  private final class Weights implements WeightQuantizerKernel {

    private final WeightQuantizerKernel kernel;

    Weights(WeightQuantizerKernel kernel) {
      this.kernel = kernel;
    }

    @Override
    public void scales(Tensor weight, int groupSize, Tensor scales) {
      kernel.scales(weight, groupSize, scales);
    }

    @Override
    public void fakeQuantize(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, Tensor out) {
      byte[] codes = new byte[Math.toIntExact(weight.size())];
      codes(weight, groupSize, scales, rule, eps, codes);
      hashes.add(Arrays.hashCode(codes));
      kernel.fakeQuantize(weight, groupSize, scales, rule, eps, out);
    }

    @Override
    public void codes(Tensor weight, int groupSize, Tensor scales, EpsilonRule rule, float eps, byte[] codes) {
      kernel.codes(weight, groupSize, scales, rule, eps, codes);
    }
  }

  private final class Activations implements ActivationQuantizerKernel {

    private final ActivationQuantizerKernel kernel;

    Activations(ActivationQuantizerKernel kernel) {
      this.kernel = kernel;
    }

    @Override
    public void fakeQuantize(Tensor x, EpsilonRule rule, float eps, Tensor out, Tensor gamma) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment codes = arena.allocate(x.size());
        codes(x, rule, eps, Tensor.of(new NativeStorage(codes, DType.I8), Shape.of(x.shape().rows(), x.dim(-1))), gamma);
        hashes.add(Arrays.hashCode(codes.toArray(ValueLayout.JAVA_BYTE)));
      }
      kernel.fakeQuantize(x, rule, eps, out, gamma);
    }

    @Override
    public void codes(Tensor x, EpsilonRule rule, float eps, Tensor codes, Tensor gamma) {
      kernel.codes(x, rule, eps, codes, gamma);
    }
  }

  @Override
  public void forEachChunk(int chunks, IntConsumer body) {
    backend.forEachChunk(chunks, body);
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Tensor allocate(Shape shape) {
    return backend.allocate(shape);
  }

  @Override
  public void write(Tensor host, Tensor target) {
    backend.write(host, target);
  }

  @Override
  public Tensor allocateCodes(Shape shape) {
    return backend.allocateCodes(shape);
  }

  @Override
  public void release(Tensor tensor) {
    backend.release(tensor);
  }

  @Override
  public Tensor upload(Tensor host) {
    return backend.upload(host);
  }

  @Override
  public float[] download(Tensor tensor) {
    return backend.download(tensor);
  }

  @Override
  public void close() {
    backend.close();
  }
}
