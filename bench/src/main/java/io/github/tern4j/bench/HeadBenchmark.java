package io.github.tern4j.bench;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

/** The likeliest tokens of a Gaussian head of Qwen3-0.6B's shape, 151,936 x 1,024; DenseProductBenchmark has whole products. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgs = {"-Xms2g", "-Xmx2g", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeadBenchmark {

  private static final int VOCABULARY = 151_936;
  private static final int HIDDEN = 1_024;

  /** CPU threads. */
  @Param({"1", "2"})
  public int threads;

  /** How many tokens. */
  @Param({"1", "40"})
  public int k;

  /** Standard deviations by which the logit of one token lies above the others. */
  @Param({"0", "10"})
  public int peak;

  private Backend opened;
  private TopRowsKernel kernel;
  private PlanedInt8Matrix head;
  private Tensor x;
  private int[] ids;
  private float[] logits;

  /** Makes the operands and compares the result with that of all products. */
  @Setup
  public void open() {
    opened = Backends.open("vector", threads);
    kernel = opened.kernel(TopRowsKernel.class);
    MemorySegment segment = Arena.ofAuto().allocate((long) Float.BYTES * VOCABULARY * HIDDEN, Long.BYTES);
    for (long i = 0; i < (long) VOCABULARY * HIDDEN; i++) {
      segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) Rng.of(2).normal(i));
    }
    FloatMatrix floats = new FloatMatrix(Tensor.of(new NativeStorage(segment, DType.F32), Shape.of(VOCABULARY, HIDDEN)));
    head = PlanedInt8Matrix.quantize(floats, Rng.of(3));
    x = NormalValues.of(1, 1, HIDDEN);
    // A row has a norm of 32, and so has x: a part of peak / 32 of the row gives its logit so many standard deviations.
    for (int i = 0; i < HIDDEN; i++) {
      x.array()[i] += peak / 32f * floats.value(VOCABULARY / 2, i);
    }
    ids = new int[k];
    logits = new float[k];
    topRows();
    verify();
  }

  private void verify() {
    Tensor all = Tensor.zeros(1, VOCABULARY);
    opened.kernel(DenseProductKernel.class).product(head, x, all);
    int larger = 0;
    for (float logit : all.array()) {
      larger += logit > logits[k - 1] ? 1 : 0;
    }
    for (int i = 0; i < k; i++) {
      if (larger >= k || logits[i] != all.array()[ids[i]] || i > 0 && logits[i] > logits[i - 1]) {
        throw new IllegalStateException("top rows: " + logits[i] + " of row " + ids[i] + " in place " + i + ", " + larger
            + " larger than the last; expected the " + k + " largest of all products");
      }
    }
  }

  /** One search. */
  @Benchmark
  public void topRows() {
    kernel.topRows(head, x, ids, logits);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    opened.close();
  }
}
