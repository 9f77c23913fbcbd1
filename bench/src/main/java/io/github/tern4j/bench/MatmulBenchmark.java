package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
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

/**
 * The three products of a linear layer: forward {@code [rows, in] [out, in]^T}, the gradient of its input
 * {@code [rows, out] [out, in]}, that of its weight {@code [rows, out]^T [rows, in]}; 2 rows in out floating-point operations a
 * call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgs = {"-Xms2g", "-Xmx2g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatmulBenchmark {

  /** A prime, so that elements of many rows and columns are verified. */
  private static final int VERIFIED_STRIDE = 1_009;

  /** Calls before results are verified, so that adding and overwriting differ. */
  private static final int CALLS = 2;

  /** Backend by name. */
  @Param({"vector"})
  public String backend;

  /** CPU threads. */
  @Param({"1", "2"})
  public int threads;

  /** rows x in x out: squares, one token, then up and down projection of the training shapes a, b and c ({@link LayerShape}). */
  @Param({"512x512x512", "1024x1024x1024", "1x1024x3072", "4096x192x512", "4096x512x192", "2048x512x1536", "2048x1536x512",
      "512x1024x3072", "512x3072x1024"})
  public String shape;

  /** Whether products are added to what is there, as gradients are. */
  @Param({"false", "true"})
  public boolean accumulate;

  private Backend opened;
  private MatmulKernel kernel;
  private Tensor x;
  private Tensor weight;
  private Tensor out;
  private Tensor gradOut;
  private Tensor gradX;
  private Tensor gradWeight;

  /** Makes the operands and holds some elements of the products against double sums. */
  @Setup
  public void open() {
    String[] sizes = shape.split("x");
    int rows = Integer.parseInt(sizes[0]);
    int in = Integer.parseInt(sizes[1]);
    int columns = Integer.parseInt(sizes[2]);
    opened = Backends.open(backend, threads);
    kernel = opened.kernel(MatmulKernel.class);
    Tensor hostX = NormalValues.of(1, rows, in);
    Tensor hostWeight = NormalValues.of(2, columns, in);
    Tensor hostGradOut = NormalValues.of(3, rows, columns);
    x = opened.upload(hostX);
    weight = opened.upload(hostWeight);
    gradOut = opened.upload(hostGradOut);
    out = opened.upload(Tensor.zeros(rows, columns));
    gradX = opened.upload(Tensor.zeros(rows, in));
    gradWeight = opened.upload(Tensor.zeros(columns, in));
    for (int call = 0; call < CALLS; call++) {
      linearLayer();
      gradientOfInput();
      gradientOfWeight();
    }
    verify("linearLayer", out, hostX, hostWeight.transpose(0, 1));
    verify("gradientOfInput", gradX, hostGradOut, hostWeight);
    verify("gradientOfWeight", gradWeight, hostGradOut.transpose(0, 1), hostX);
  }

  private void verify(String product, Tensor result, Tensor left, Tensor right) {
    float[] got = opened.download(result);
    for (int i = 0; i < got.length; i += VERIFIED_STRIDE) {
      verify(product, i / result.dim(1), i % result.dim(1), got[i], left, right);
    }
  }

  private void verify(String product, int row, int column, float got, Tensor left, Tensor right) {
    double exact = 0;
    double magnitude = 0;
    for (int k = 0; k < left.dim(1); k++) {
      double term = (double) left.get(row, k) * right.get(k, column);
      exact += term;
      magnitude += Math.abs(term);
    }
    int products = accumulate ? CALLS : 1;
    if (!(Math.abs(got - products * exact) <= products * left.dim(1) * 0x1p-24 * magnitude)) {
      throw new IllegalStateException("matmul " + product + " " + shape + ": [" + row + ", " + column + "] is " + got
          + "; expected " + products * exact);
    }
  }

  /** The layer. */
  @Benchmark
  public void linearLayer() {
    kernel.matmul(x, false, weight, true, out, accumulate);
  }

  /** The gradient of its input. */
  @Benchmark
  public void gradientOfInput() {
    kernel.matmul(gradOut, false, weight, false, gradX, accumulate);
  }

  /** The gradient of its weight. */
  @Benchmark
  public void gradientOfWeight() {
    kernel.matmul(gradOut, true, x, false, gradWeight, accumulate);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    opened.close();
  }
}
