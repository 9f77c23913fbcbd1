package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
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

/** Products of int8 activations {@code [tokens, in]} with prepared ternary weights {@code [out, in]}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 10, jvmArgs = {"-Xms2g", "-Xmx2g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class TernaryBenchmark {

  /** Backend by name. */
  @Param({"vector"})
  public String backend;

  /** CPU threads. */
  @Param({"1", "2"})
  public int threads;

  /** tokens x in x out. */
  @Param({"1x1024x1024", "1x1024x3072", "1x3072x1024", "128x1024x1024", "128x1024x3072", "128x3072x1024", "2048x512x192",
      "2048x1536x512"})
  public String shape;

  /** Columns of a group, or 0. */
  @Param({"0", "128"})
  public int groupSize;

  private Backend opened;
  private PreparedTernary weight;
  private Tensor codes;
  private Tensor gamma;
  private Tensor out;

  /** Makes the operands and holds the product against exact integers, which floats hold since they are below 2^24. */
  @Setup
  public void open() {
    String[] sizes = shape.split("x");
    int tokens = Integer.parseInt(sizes[0]);
    int in = Integer.parseInt(sizes[1]);
    int outputs = Integer.parseInt(sizes[2]);
    opened = Backends.open(backend, threads);
    byte[] ternary = new byte[outputs * in];
    for (int i = 0; i < ternary.length; i++) {
      ternary[i] = (byte) (Rng.of(1).below(i, 3) - 1);
    }
    MemorySegment packed = Arena.ofAuto().allocate((long) outputs * PackedTernary.bytesPerRow(in));
    PackedTernary.pack(ternary, Shape.of(outputs, in), packed);
    float[] scales = new float[groupSize == 0 ? 1 : outputs * Math.ceilDiv(in, groupSize)];
    Arrays.fill(scales, 1);
    weight = opened.kernel(TernaryProductKernel.class)
        .prepare(new PackedTernary(Shape.of(outputs, in), groupSize, packed, scales));
    MemorySegment bytes = Arena.ofAuto().allocate((long) tokens * in);
    for (int i = 0; i < tokens * in; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) Rng.of(2).bits(i));
    }
    codes = opened.upload(Tensor.of(new NativeStorage(bytes, DType.I8), Shape.of(tokens, in)));
    float[] unit = new float[tokens];
    Arrays.fill(unit, 127);
    gamma = opened.upload(Tensor.of(unit, tokens));
    out = opened.upload(Tensor.zeros(tokens, outputs));
    product();
    float[] got = opened.download(out);
    for (int i = 0; i < got.length; i += 1_009) {
      int sum = 0;
      for (int column = 0; column < in; column++) {
        sum += bytes.get(ValueLayout.JAVA_BYTE, (long) (i / outputs) * in + column) * ternary[i % outputs * in + column];
      }
      if (got[i] != sum) {
        throw new IllegalStateException("ternary " + shape + ": element " + i + " is " + got[i] + "; expected " + sum);
      }
    }
  }

  /** One product. */
  @Benchmark
  public void product() {
    weight.product(codes, gamma, out);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    opened.close();
  }
}
