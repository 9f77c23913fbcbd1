package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A kernel at the sizes it has in training; what it computes is held against the reference kernels in set-up. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgs = {"-Xms4g", "-Xmx4g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class LayerBenchmark {

  /** Backend by name. */
  @Param({"vector"})
  public String backend;

  /** CPU threads. */
  @Param({"1", "2"})
  public int threads;

  /** Training shape by name; {@link LayerShape} has the sizes. */
  @Param({"a", "b", "c"})
  public String shape;

  private Backend opened;

  /** Makes the operands and verifies the results. */
  @Setup
  public void open() {
    opened = Backends.open(backend, threads);
    prepare(LayerShape.named(shape));
    try (Backend reference = Backends.open("reference", 1)) {
      verify(reference);
    }
  }

  /** Makes the operands. */
  abstract void prepare(LayerShape layer);

  /** Runs the kernels once and compares with those of {@code reference}, whose tensors are host tensors. */
  abstract void verify(Backend reference);

  /** A kernel of the backend that is measured. */
  final <K extends Kernel> K kernel(Class<K> contract) {
    return opened.kernel(contract);
  }

  /** An operand of standard normal values on that backend. */
  final Tensor normal(long seed, int... dims) {
    return upload(NormalValues.of(seed, dims));
  }

  /** An operand on that backend. */
  final Tensor upload(Tensor host) {
    return opened.upload(host);
  }

  /** Room for a result on that backend. */
  final Tensor allocate(int... dims) {
    return opened.allocate(Shape.of(dims));
  }

  /** A contiguous copy on the host. */
  final Tensor host(Tensor onBackend) {
    return Tensor.of(opened.download(onBackend), onBackend.shape().dims());
  }

  /** For results that every backend computes to the bit. */
  final void verifySameBits(String op, Tensor result, Tensor expected) {
    float[] got = opened.download(result);
    float[] wanted = expected.toFloats();
    for (int i = 0; i < wanted.length; i++) {
      if (Float.compare(got[i], wanted[i]) != 0) {
        throw new IllegalStateException(
            op + " " + shape + ": element " + i + " of " + result + " is " + got[i] + "; expected " + wanted[i]);
      }
    }
  }

  /** For results that may deviate by {@code bound}. */
  final void verifyWithin(double bound, String op, Tensor result, Tensor expected) {
    float[] got = opened.download(result);
    float[] wanted = expected.toFloats();
    for (int i = 0; i < wanted.length; i++) {
      if (!(Math.abs((double) got[i] - wanted[i]) <= bound)) {
        throw new IllegalStateException(op + " " + shape + ": element " + i + " of " + result + " is " + got[i] + "; expected "
            + wanted[i] + " within " + bound);
      }
    }
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    opened.close();
  }
}
