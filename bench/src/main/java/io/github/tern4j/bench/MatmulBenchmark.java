package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
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

/** The product of a linear layer, {@code [rows, in] [out, in]^T}; 2 rows in out floating-point operations a call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgs = {"-Xms2g", "-Xmx2g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatmulBenchmark {

  /** Backend by name. */
  @Param({"vector"})
  public String backend;

  /** CPU threads. */
  @Param({"1", "2"})
  public int threads;

  /** rows x in x out. */
  @Param({"512x512x512", "1024x1024x1024", "512x1024x3072", "1x1024x3072"})
  public String shape;

  private Backend opened;
  private MatmulKernel kernel;
  private Tensor x;
  private Tensor weight;
  private Tensor out;

  /** Makes the operands and holds some elements of the product against double sums. */
  @Setup
  public void open() {
    String[] sizes = shape.split("x");
    int rows = Integer.parseInt(sizes[0]);
    int in = Integer.parseInt(sizes[1]);
    int columns = Integer.parseInt(sizes[2]);
    opened = Backends.open(backend, threads);
    kernel = opened.kernel(MatmulKernel.class);
    x = opened.upload(normal(Rng.of(1), rows, in));
    weight = opened.upload(normal(Rng.of(2), columns, in));
    out = opened.upload(Tensor.zeros(rows, columns));
    linearLayer();
    float[] got = opened.download(out);
    for (int i = 0; i < got.length; i += 1_009) {
      verify(i / columns, i % columns, in, got[i]);
    }
  }

  private void verify(int row, int column, int in, float got) {
    double exact = 0;
    double magnitude = 0;
    for (int k = 0; k < in; k++) {
      double term = (double) x.get(row, k) * weight.get(column, k);
      exact += term;
      magnitude += Math.abs(term);
    }
    if (!(Math.abs(got - exact) <= in * 0x1p-24 * magnitude)) {
      throw new IllegalStateException("matmul " + shape + ": [" + row + ", " + column + "] is " + got + "; expected " + exact);
    }
  }

  private static Tensor normal(Rng rng, int... dims) {
    Tensor tensor = Tensor.zeros(dims);
    for (int i = 0; i < tensor.array().length; i++) {
      tensor.array()[i] = (float) rng.normal(i);
    }
    return tensor;
  }

  /** One product. */
  @Benchmark
  public void linearLayer() {
    kernel.matmul(x, false, weight, true, out, false);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    opened.close();
  }
}
