package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * The product with a dense weight in native memory, {@code [rows, in] [out, in]^T}: one row is decoding, which reads the whole
 * weight for 2 in out operations; 128 rows are a prompt, 256 in out operations.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgs = {"-Xms2g", "-Xmx2g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DenseProductBenchmark {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How the weight lies in memory. */
  public enum Format {
    /** Floats. */
    F32,
    /** Floats in 16 bits, 8 of them precise. */
    BF16,
    /** Floats in 16 bits, 11 of them precise. */
    F16,
    /** Bytes with a scale for each row. */
    INT8,
    /** Half bytes with a scale for each group of columns. */
    INT4,
    /** Bytes in two planes. */
    PLANED_INT8
  }

  /** One weight row in so many is verified. */
  private static final int VERIFIED_ROWS = 1_009;

  /** CPU threads. */
  @Param({"1", "2"})
  public int threads;

  /** How the weight lies in memory. */
  @Param
  public Format format;

  /** Rows of x. */
  @Param({"1", "128"})
  public int rows;

  /** out x in; the first is the head of Qwen3-0.6B. */
  @Param({"151936x1024", "1024x1024", "3072x1024", "1024x3072"})
  public String shape;

  private Backend opened;
  private DenseProductKernel kernel;
  private DenseMatrix weight;
  private Tensor x;
  private Tensor out;

  /** Makes the operands and compares some columns of the product with those of the scalar kernel, to the bit. */
  @Setup
  public void open() {
    String[] sizes = shape.split("x");
    int outputs = Integer.parseInt(sizes[0]);
    int in = Integer.parseInt(sizes[1]);
    opened = Backends.open("vector", threads);
    kernel = opened.kernel(DenseProductKernel.class);
    weight = weight(outputs, in);
    x = NormalValues.of(1, rows, in);
    out = Tensor.zeros(rows, outputs);
    product();
    verify();
  }

  private DenseMatrix weight(int outputs, int in) {
    return switch (format) {
      case F32 -> floats(DType.F32, outputs, in);
      case BF16 -> floats(DType.BF16, outputs, in);
      case F16 -> floats(DType.F16, outputs, in);
      case INT8 -> Int8Matrix.quantize(floats(DType.F32, outputs, in));
      case INT4 -> Int4Matrix.quantize(floats(DType.F32, outputs, in));
      case PLANED_INT8 -> PlanedInt8Matrix.quantize(floats(DType.F32, outputs, in), Rng.of(3));
    };
  }

  private static FloatMatrix floats(DType stored, int outputs, int in) {
    MemorySegment segment = Arena.ofAuto().allocate(stored.bytes((long) outputs * in), Long.BYTES);
    Rng rng = Rng.of(2);
    for (long i = 0; i < (long) outputs * in; i++) {
      float value = (float) rng.uniform(i) - 0.5f;
      switch (stored) {
        case F32 -> segment.set(FLOAT, Float.BYTES * i, value);
        case BF16 -> segment.set(SHORT, Short.BYTES * i, (short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
        case F16 -> segment.set(SHORT, Short.BYTES * i, Float.floatToFloat16(value));
        case I8, I32, I64, TERNARY -> throw new IllegalArgumentException("stored " + stored + "; expected F32, BF16 or F16");
      }
    }
    return new FloatMatrix(Tensor.of(new NativeStorage(segment, stored), Shape.of(outputs, in)));
  }

  private void verify() {
    int[] ids = IntStream.range(0, weight.rows()).filter(row -> row % VERIFIED_ROWS == 0).toArray();
    Tensor expected = Tensor.zeros(rows, ids.length);
    ReferenceKernels.table().get(DenseProductKernel.class).product(weight.select(ids), x, expected);
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < ids.length; i++) {
        if (out.get(row, ids[i]) != expected.get(row, i)) {
          throw new IllegalStateException("dense product " + shape + ": [" + row + ", " + ids[i] + "] is "
              + out.get(row, ids[i]) + "; expected " + expected.get(row, i));
        }
      }
    }
  }

  /** One product. */
  @Benchmark
  public void product() {
    kernel.product(weight, x, out);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    opened.close();
  }
}
