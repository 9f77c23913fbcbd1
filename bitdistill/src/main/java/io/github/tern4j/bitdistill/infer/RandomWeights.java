package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.bitdistill.infer.ModelLayout.Parameter;
import io.github.tern4j.bitdistill.infer.ModelLayout.Role;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Random weights for measurements of speed, made in the format in which they are multiplied. A block of them is drawn and
 * repeated, so that billions take seconds; each weight has memory of its own, as in a real model.
 */
final class RandomWeights implements WeightSource {

  /** Weights that are drawn. Odd, so that neighbouring rows differ. */
  private static final int DRAWN = (1 << 18) - 1;

  /** Width of the uniform distribution of dense weights: the standard deviation is that of a fresh Qwen3, 0.02. */
  private static final double WIDTH = 0.02 * Math.sqrt(12);

  /** A scale of ternary weights: what the quantizer makes of Gaussian weights with standard deviation 0.02. */
  private static final float TERNARY_SCALE = 0.016f;

  /** The same for groups, an F16 as in the ternary models that are published. */
  private static final float GROUP_SCALE = Float.float16ToFloat(Float.floatToFloat16(TERNARY_SCALE));

  /** Bytes of four ternary codes. */
  private static final int FOUR_CODES = 3 * 3 * 3 * 3;

  private final QwenConfig config;
  private final WeightFormat format;
  private final Backend backend;
  private final Rng rng;
  private final Map<String, Parameter> parameters;

  RandomWeights(QwenConfig config, WeightFormat format, Backend backend, Rng rng) {
    this.config = config;
    this.format = format;
    this.backend = backend;
    this.rng = rng;
    this.parameters = ModelLayout.of(config).parameters().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
  }

  @Override
  public TableWeight table(String name) {
    DType drawn = switch (format.tables()) {
      case F32 -> DType.F32;
      case BF16, INT8, PLANES, INT4, TERNARY -> DType.BF16;
      case F16 -> DType.F16;
    };
    return format.tables().convert(floats(drawn, shape(name)), backend);
  }

  @Override
  public WeightMatrix projection(String name) {
    return format.ternary()
        ? new TernaryWeight(ternary(shape(name), config.bitDistill().orElseThrow().groupSize()), backend)
        : new DenseWeight(floats(format.projections(), shape(name)), backend);
  }

  @Override
  public Tensor vector(String name) {
    Tensor values = Tensor.zeros(shape(name));
    Arrays.fill(values.array(), parameters.get(name).role() == Role.NORM ? 1 : 0);
    return values;
  }

  private Shape shape(String name) {
    return parameters.get(name).shape();
  }

  private FloatMatrix floats(DType type, Shape shape) {
    float[] drawn = new float[DRAWN];
    for (int i = 0; i < DRAWN; i++) {
      drawn[i] = (float) (WIDTH * (rng.uniform(i) - 0.5));
    }
    MemorySegment memory = NativeFloats.allocate(type, shape);
    int first = (int) Math.min(DRAWN, shape.size());
    NativeFloats.narrow(type, drawn, memory, first);
    repeat(memory, type.bytes(first));
    return NativeFloats.matrix(memory, type, shape);
  }

  private PackedTernary ternary(Shape shape, int groupSize) {
    MemorySegment codes = NativeFloats.allocate(DType.TERNARY, shape);
    int first = (int) Math.min(DRAWN, codes.byteSize());
    for (int i = 0; i < first; i++) {
      codes.set(ValueLayout.JAVA_BYTE, i, fourCodes(rng.below(i, FOUR_CODES)));
    }
    repeat(codes, first);
    float[] scales = new float[groupSize == 0 ? 1 : shape.dim(0) * Math.ceilDiv(shape.dim(1), groupSize)];
    Arrays.fill(scales, groupSize == 0 ? TERNARY_SCALE : GROUP_SCALE);
    return new PackedTernary(shape, groupSize, codes, scales);
  }

  /** The digits of a number to base 3, two bits each. */
  private static byte fourCodes(int number) {
    return (byte) (number % 3 | number / 3 % 3 << 2 | number / 9 % 3 << 4 | number / 27 << 6);
  }

  /** Fills a segment with its first {@code bytes}. */
  private static void repeat(MemorySegment segment, long bytes) {
    for (long at = bytes; at < segment.byteSize(); at += bytes) {
      MemorySegment.copy(segment, 0, segment, at, Math.min(bytes, segment.byteSize() - at));
    }
  }

  @Override
  public void close() {
    // Nothing is mapped.
  }
}
