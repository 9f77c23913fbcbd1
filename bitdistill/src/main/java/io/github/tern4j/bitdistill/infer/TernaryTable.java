package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A table with ternary codes and a scale for each {@value #GROUP} columns of a row, as published ternary Qwen3 models have it.
 * Rows are looked up in packed codes; products go through the form that the kernel prepares of them.
 */
final class TernaryTable implements TableWeight {

  /** Columns that share a scale. */
  static final int GROUP = 128;

  /** Rows that are quantized at a time. */
  private static final int ROWS_AT_ONCE = 1024;

  private final PackedTernary codes;
  private final TernaryWeight product;
  private final Backend backend;

  TernaryTable(PackedTernary codes, Backend backend) {
    this.codes = codes;
    this.product = new TernaryWeight(codes, backend);
    this.backend = backend;
  }

  /**
   * Quantizes a table by the means of its groups, which are then rounded to F16: {@code code = clip(rint(w / mean|w|), -1, 1)}.
   *
   * @throws IllegalArgumentException when a group has a value that is not finite, or a mean too large for F16
   */
  static TernaryTable quantize(FloatMatrix table, Backend backend) {
    WeightQuantizerKernel kernel = backend.kernel(WeightQuantizerKernel.class);
    int columns = table.columns();
    int groups = Math.ceilDiv(columns, GROUP);
    long rowBytes = PackedTernary.bytesPerRow(columns);
    MemorySegment codes = Arena.ofAuto().allocate(table.rows() * rowBytes, Long.BYTES);
    float[] scales = new float[Math.multiplyExact(table.rows(), groups)];
    for (int first = 0; first < table.rows(); first += ROWS_AT_ONCE) {
      int rows = Math.min(ROWS_AT_ONCE, table.rows() - first);
      Tensor values = Tensor.zeros(rows, columns);
      for (int row = 0; row < rows; row++) {
        table.widen(first + row, values.array(), row * columns);
      }
      Tensor means = Tensor.zeros(rows, groups);
      kernel.scales(values, GROUP, means);
      PackedTernary packed =
          new LatentTernary(values, GROUP, means, EpsilonRule.LOWER_BOUND, Float.MIN_NORMAL).packed(kernel);
      MemorySegment.copy(packed.codes(), 0, codes, first * rowBytes, packed.codes().byteSize());
      for (int i = 0; i < rows * groups; i++) {
        float scale = Float.float16ToFloat(Float.floatToFloat16(packed.scales()[i]));
        if (!Float.isFinite(scale)) {
          throw new IllegalArgumentException("ternary table: row " + (first + i / groups) + " has a group with mean magnitude "
              + packed.scales()[i] + "; expected finite weights and means of at most 65504");
        }
        scales[first * groups + i] = scale;
      }
    }
    return new TernaryTable(new PackedTernary(Shape.of(table.rows(), columns), GROUP, codes, scales), backend);
  }

  @Override
  public void multiply(Activation x, Tensor out) {
    product.multiply(x, out);
  }

  @Override
  public void gather(int[] ids, Tensor out) {
    for (int i = 0; i < ids.length; i++) {
      codes.widen(ids[i], out.array(), out.arrayOffset() + i * codes.columns());
    }
  }

  @Override
  public TernaryTable rows(int[] ids) {
    return new TernaryTable(codes.select(ids), backend);
  }

  @Override
  public long byteSize() {
    return product.byteSize();
  }
}
