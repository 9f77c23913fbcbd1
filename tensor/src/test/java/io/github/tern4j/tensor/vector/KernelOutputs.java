package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.KernelTable;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.cache.KeyValueBlocks;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.contract.TestMatrices;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.CachedAttentionKernel;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.DenseProductKernel;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import io.github.tern4j.tensor.kernel.RelationKernel;
import io.github.tern4j.tensor.kernel.RelationMode;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.TopRowsKernel;
import io.github.tern4j.tensor.kernel.UnaryFunction;
import io.github.tern4j.tensor.kernel.UnaryKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hashes of what all kernels of a table give for the same operands. Run as a program it prints them, so that a test can compare
 * Java processes with different vector widths.
 */
final class KernelOutputs {

  private static final long SEED = 2025;
  private static final int SMALL_SIZES = 4;

  private final Rng rng;
  private final Map<String, Integer> hashes = new TreeMap<>();
  private final KernelTable table;
  private long made;

  private KernelOutputs(KernelTable table, long seed) {
    this.table = table;
    this.rng = Rng.of(seed);
  }

  /**
   * Sizes of operands.
   *
   * @param elements of elementwise kernels
   * @param rows of kernels that work on rows of {@code width}
   * @param m of the matrix product {@code [m, k] [k, n]}
   * @param tokens of two sequences of attention, the second one shorter in relations
   * @param headDim even
   */
  record Sizes(int elements, int rows, int width, int m, int n, int k, int tokens, int headDim) {

    /** Sizes by chance, too small to be cut into chunks. */
    static Sizes small(Rng rng) {
      return new Sizes(1 + rng.below(0, 300), 1 + rng.below(1, 9), 1 + rng.below(2, 90), 1 + rng.below(3, 40),
          1 + rng.below(4, 40), 1 + rng.below(5, 300), 1 + rng.below(6, 40), 2 + 2 * rng.below(7, 20));
    }
  }

  /** Hashes by kernel and case, for operands large enough to be cut into chunks. */
  static Map<String, Integer> of(KernelTable table) {
    KernelOutputs outputs = new KernelOutputs(table, SEED);
    outputs.elementwise(1);
    outputs.elementwise(16_403);
    for (int n : new int[] {1, 17, 261}) {
      outputs.rows(67, n);
    }
    outputs.matrices(101, 67, 300);
    outputs.heads(37, 24);
    return outputs.hashes;
  }

  /** Hashes for operands of these sizes with values of this seed. */
  static Map<String, Integer> of(KernelTable table, Sizes sizes, long seed) {
    KernelOutputs outputs = new KernelOutputs(table, seed);
    outputs.elementwise(sizes.elements);
    outputs.rows(sizes.rows, sizes.width);
    outputs.matrices(sizes.m, sizes.n, sizes.k);
    outputs.heads(sizes.tokens, sizes.headDim);
    return outputs.hashes;
  }

  /** Hashes for the sizes of {@link #of(KernelTable)} and for several small ones, which are drawn from this seed. */
  static Map<String, Integer> ofLargeAndSmallSizes(KernelTable table, long seed) {
    Map<String, Integer> all = new TreeMap<>(of(table));
    for (int i = 0; i < SMALL_SIZES; i++) {
      Sizes sizes = Sizes.small(Rng.of(seed).at(i));
      of(table, sizes, seed).forEach((name, hash) -> all.put(sizes + " " + name, hash));
    }
    return all;
  }

  /** Whether a case has the bits of the reference; attention and relations promise an error bound, which their contracts test. */
  static boolean isExact(String name) {
    return !name.contains("attention") && !name.contains("relation");
  }

  /** {@link #ofLargeAndSmallSizes} of the vector kernels in a Java process with vectors of this width. */
  static Map<String, Integer> atWidth(int bits, long seed) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules", "jdk.incubator.vector", "-Xmx512m", "-Dtern4j.vectorBits=" + bits,
        "-cp", System.getProperty("java.class.path"), KernelOutputs.class.getName(), Long.toString(seed))
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("kernel outputs: exit " + process.exitValue() + " at " + bits + " bits; expected 0");
    }
    Map<String, Integer> hashes = new HashMap<>();
    printed.lines().forEach(line ->
        hashes.put(line.substring(0, line.lastIndexOf('=')), Integer.valueOf(line.substring(line.lastIndexOf('=') + 1))));
    return hashes;
  }

  /** Prints {@link #ofLargeAndSmallSizes} of the vector kernels in this process, with two threads; the argument is the seed. */
  public static void main(String[] arguments) {
    try (Workers workers = new Workers(2)) {
      ofLargeAndSmallSizes(VectorKernels.table(workers), Long.parseLong(arguments[0]))
          .forEach((name, hash) -> System.out.println(name + "=" + hash));
    }
  }

  private void elementwise(int n) {
    Tensor x = values(n);
    Tensor y = values(n);
    Tensor g = values(n);
    for (BinaryFunction function : BinaryFunction.values()) {
      Tensor out = values(n);
      table.get(BinaryKernel.class).apply(function, x, y, out, function == BinaryFunction.ADD);
      record("binary " + function + " " + n, out);
    }
    for (UnaryFunction function : UnaryFunction.values()) {
      Tensor out = values(n);
      Tensor grad = values(n);
      table.get(UnaryKernel.class).apply(function, x, out);
      table.get(UnaryKernel.class).backward(function, x, out, g, grad, true);
      record("unary " + function + " " + n, out, grad);
    }
    Tensor out = values(n);
    Tensor gradGate = values(n);
    Tensor gradUp = values(n);
    table.get(SwiGluKernel.class).swiGlu(x, y, out);
    table.get(SwiGluKernel.class).swiGluBackward(x, y, g, gradGate, true, gradUp, false);
    record("swiGlu " + n, out, gradGate, gradUp);
    Tensor second = values(n);
    table.get(BinaryKernel.class).apply(BinaryFunction.MULTIPLY, second, second, second, false);
    table.get(AdamWKernel.class).step(x, g, y, second, new AdamWKernel.Step(1e-3, 0.9, 0.95, 1e-8, 0.1, 3, 0.5));
    record("adamW " + n, x, y, second);
    double squares = table.get(ReduceKernel.class).sumOfSquares(values(n));
    hashes.put("sumOfSquares " + n, Double.hashCode(squares));
  }

  private void rows(int rows, int n) {
    String size = " " + rows + " x " + n;
    Tensor x = values(rows, n);
    Tensor g = values(rows, n);
    Tensor y = values(rows, n);
    Tensor grad = values(rows, n);
    SoftmaxKernel softmax = table.get(SoftmaxKernel.class);
    softmax.softmax(x, y);
    softmax.softmaxBackward(y, g, grad, false);
    record("softmax" + size, y, grad);
    softmax.logSoftmax(x, y);
    softmax.logSoftmaxBackward(y, g, grad, true);
    record("logSoftmax" + size, y, grad);

    int[] targets = new int[rows];
    boolean[] keep = new boolean[rows];
    int[] ids = new int[3 * rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = i % 7 == 0 ? CrossEntropyKernel.IGNORED : i % n;
      keep[i] = i % 5 != 0;
    }
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i * i % rows;
    }
    Tensor losses = values(rows);
    Tensor statistics = values(rows);
    table.get(CrossEntropyKernel.class).crossEntropy(x, targets, losses, statistics);
    table.get(CrossEntropyKernel.class).crossEntropyBackward(x, targets, statistics, 0.25f, grad, true);
    record("crossEntropy" + size, losses, statistics, grad);
    table.get(KlDivergenceKernel.class).klDivergence(x, g, 5, keep, losses);
    table.get(KlDivergenceKernel.class).klDivergenceBackward(x, g, 5, keep, 0.25f, grad, false);
    record("klDivergence" + size, losses, grad);

    Tensor weight = values(n);
    Tensor gradWeight = values(n);
    table.get(RmsNormKernel.class).rmsNorm(x, weight, 1e-6f, y, statistics);
    table.get(RmsNormKernel.class).rmsNormBackward(x, weight, statistics, g, grad, true, gradWeight, true);
    record("rmsNorm" + size, y, statistics, grad, gradWeight);

    for (EpsilonRule rule : EpsilonRule.values()) {
      Tensor codes = bytes(rows, n);
      table.get(ActivationQuantizerKernel.class).fakeQuantize(x, rule, 1e-5f, y, statistics);
      table.get(ActivationQuantizerKernel.class).codes(x, rule, 1e-5f, codes, statistics);
      record("activations " + rule + size, y, statistics, codes);
      for (int group : new int[] {0, 10}) {
        Tensor scales = group == 0 ? values(1) : values(rows, Math.ceilDiv(n, group));
        byte[] weightCodes = new byte[rows * n];
        table.get(WeightQuantizerKernel.class).scales(x, group, scales);
        table.get(WeightQuantizerKernel.class).fakeQuantize(x, group, scales, rule, 1e-5f, y);
        table.get(WeightQuantizerKernel.class).codes(x, group, scales, rule, 1e-5f, weightCodes);
        record("weights " + rule + " " + group + size, y, scales);
        hashes.put("weight codes " + rule + " " + group + size, Arrays.hashCode(weightCodes));
        ternaryProduct(weightCodes, Shape.of(rows, n), group, scales, size);
        latentProduct(new LatentTernary(x, group, scales, rule, 1e-5f), size);
      }
    }
    Tensor gathered = values(ids.length, n);
    table.get(EmbeddingKernel.class).gather(x, ids, gathered);
    table.get(EmbeddingKernel.class).scatterAdd(gathered, ids, grad);
    record("embedding" + size, gathered, grad);
    Tensor columns = values(1, n);
    Tensor one = values(1, 1);
    table.get(ReduceKernel.class).sumTo(x, 0.5f, columns, true);
    table.get(ReduceKernel.class).sumTo(x, 0.5f, losses.reshape(rows, 1), false);
    table.get(ReduceKernel.class).sumTo(x, 0.5f, one, false);
    int[] index = new int[rows];
    table.get(ReduceKernel.class).maxLast(x, statistics, index);
    record("reduce" + size, columns, losses, one, statistics);
    hashes.put("maxLast" + size, Arrays.hashCode(index));
    Tensor turned = values(n, rows);
    table.get(CopyKernel.class).copy(x.transpose(0, 1), 1.5f, turned, true);
    table.get(CopyKernel.class).copy(weight.reshape(1, n).expand(Shape.of(rows, n)), 1, y, false);
    table.get(CopyKernel.class).fill(2, x.slice(1, 0, 1));
    record("copy" + size, turned, y, x);
    table.get(BinaryKernel.class).apply(BinaryFunction.MULTIPLY, g, losses.reshape(rows, 1).expand(Shape.of(rows, n)), y, true);
    table.get(BinaryKernel.class).apply(BinaryFunction.DIVIDE, weight.expand(Shape.of(rows, n)), g, grad, false);
    record("binary of rows" + size, y, grad);
  }

  private void ternaryProduct(byte[] weightCodes, Shape shape, int group, Tensor scales, String size) {
    MemorySegment packed = Arena.ofAuto().allocate((long) shape.dim(0) * PackedTernary.bytesPerRow(shape.dim(1)));
    PackedTernary.pack(weightCodes, shape, packed);
    Tensor out = values(5, shape.dim(0));
    Tensor codes = bytes(5, shape.dim(1));
    table.get(TernaryProductKernel.class)
        .product(new PackedTernary(shape, group, packed, scales.toFloats()), codes, values(5), out);
    record("ternary product " + group + size, out);
  }

  private void latentProduct(LatentTernary weight, String size) {
    Tensor out = values(11, weight.rows());
    table.get(LatentProductKernel.class).product(weight, bytes(11, weight.columns()), values(11), out);
    record("latent product " + weight.rule() + " " + weight.groupSize() + size, out);
  }

  private void matrices(int m, int n, int k) {
    for (int orientation = 0; orientation < 4; orientation++) {
      boolean transposeA = (orientation & 1) != 0;
      boolean transposeB = (orientation & 2) != 0;
      Tensor out = values(m, n);
      table.get(MatmulKernel.class).matmul(transposeA ? values(k, m) : values(m, k), transposeA,
          transposeB ? values(n, k) : values(k, n), transposeB, out, true);
      record("matmul " + orientation, out);
    }
    MemorySegment bf16 = ((FloatMatrix) TestMatrices.BF16.of(values(n, k).array(), n, k, 1)).memory();
    Tensor stored = Tensor.of(new NativeStorage(bf16, DType.BF16), Shape.of(n, k));
    Tensor product = values(m, n);
    table.get(MatmulKernel.class).matmul(values(m, k), false, stored, true, product, false);
    record("matmul bf16", product);
    for (TestMatrices format : TestMatrices.values()) {
      DenseMatrix weight = format.of(values(n, k).array(), n, k, 1);
      Tensor out = values(m, n);
      table.get(DenseProductKernel.class).product(weight, values(m, k), out);
      Tensor one = values(1, n);
      table.get(DenseProductKernel.class).product(weight, values(1, k), one);
      record("dense product " + format, out, one);
    }
    int[] ids = new int[Math.min(n, 5)];
    Tensor products = Tensor.zeros(ids.length);
    PlanedInt8Matrix planes = (PlanedInt8Matrix) TestMatrices.PLANED_INT8.of(values(n, k).array(), n, k, 0);
    table.get(TopRowsKernel.class).topRows(planes, values(1, k), ids, products.array());
    record("top rows", products);
    hashes.put("top rows ids", Arrays.hashCode(ids));
  }

  private void heads(int tokens, int headDim) {
    Tensor q = values(2, tokens, 4, headDim);
    Tensor k = values(2, tokens, 2, headDim);
    Tensor v = values(2, tokens, 2, headDim);
    Tensor cos = values(tokens, headDim / 2);
    Tensor sin = values(tokens, headDim / 2);
    Tensor rotated = values(2, tokens, 4, headDim);
    table.get(RopeKernel.class).rope(q, cos, sin, true, rotated, false);
    table.get(RopeKernel.class).rope(q, cos, sin, false, rotated, true);
    record("rope", rotated);

    Tensor out = values(2, tokens, 4, headDim);
    Tensor statistics = values(2, 4, tokens);
    Tensor gradQ = values(2, tokens, 4, headDim);
    Tensor gradK = values(2, tokens, 2, headDim);
    Tensor gradV = values(2, tokens, 2, headDim);
    AttentionKernel attention = table.get(AttentionKernel.class);
    attention.attention(q, k, v, true, out, statistics);
    attention.attentionBackward(q, k, v, true, out, statistics, rotated, gradQ, true, gradK, false, gradV, true);
    record("attention", out, statistics, gradQ, gradK, gradV);

    Tensor token = values(2, 1, 4, headDim);
    Tensor tokenOut = values(2, 1, 4, headDim);
    Tensor tokenStatistics = values(2, 4, 1);
    attention.attention(token, k, v, true, tokenOut, tokenStatistics);
    record("attention of one token", tokenOut, tokenStatistics);
    for (KeyValueFormat format : KeyValueFormat.values()) {
      KeyValueBlocks memory = new KeyValueBlocks(format, 2, headDim);
      memory.reserve(tokens);
      for (int position = 0; position < tokens; position++) {
        int at = position * 2 * headDim;
        memory.put(position, k.array(), k.arrayOffset() + at, v.array(), v.arrayOffset() + at);
      }
      Tensor cached = values(4, headDim);
      table.get(CachedAttentionKernel.class).attention(memory, tokens / 3, tokens, values(4, headDim), cached);
      record("cached attention " + format, cached);
    }

    int[] lengths = {tokens, (tokens + 1) / 2};
    Tensor losses = values(2, 2, tokens);
    RelationKernel relation = table.get(RelationKernel.class);
    for (RelationMode mode : RelationMode.values()) {
      Tensor teacher = values(2, tokens, 2, 33);
      relation.relation(teacher, k, lengths, mode, 1.5f, losses);
      relation.relationBackward(teacher, k, lengths, mode, 1.5f, 2, gradK, true);
      record("relation " + mode, losses, gradK);
    }
  }

  private void record(String name, Tensor... outputs) {
    int hash = 0;
    for (Tensor output : outputs) {
      hash = 31 * hash + Arrays.hashCode(output.toFloats());
    }
    hashes.put(name, hash);
  }

  /** Values of magnitude up to 4 or so, with some zeros. */
  private Tensor values(int... dims) {
    Rng stream = rng.at(made++);
    float[] values = new float[Shape.of(dims).intSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 19 == 7 ? 0 : (float) stream.normal(i);
    }
    return Tensor.of(values, dims);
  }

  private Tensor bytes(int... dims) {
    Shape shape = Shape.of(dims);
    Rng stream = rng.at(made++);
    MemorySegment segment = Arena.ofAuto().allocate(shape.size());
    for (int i = 0; i < shape.size(); i++) {
      segment.set(ValueLayout.JAVA_BYTE, i, (byte) stream.bits(i));
    }
    return Tensor.of(new NativeStorage(segment, DType.I8), shape);
  }
}
