package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.bitdistill.infer.ModelLayout.Parameter;
import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.file.SafetensorsWriter;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.dense.Int4Matrix;
import io.github.tern4j.tensor.dense.Int8Matrix;
import io.github.tern4j.tensor.dense.IntegerMatrix;
import io.github.tern4j.tensor.dense.NibblePlane;
import io.github.tern4j.tensor.dense.PlanedInt8Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Embedding or head in a {@code .ternary} file, as it is multiplied: to quantize the 156 million weights of Qwen3-0.6B takes
 * 0.6 s in int8 and 6 s in planes, to map them none. A table consists of tensors whose names begin with its own:
 *
 * <ul>
 *   <li>F32, BF16, F16: {@code [rows, columns]} of that type;
 *   <li>int8: I8 {@code [rows, columns]}, and {@code _scale} F32 {@code [rows]};
 *   <li>planes: the {@link NibblePlane} of the high halves as U8 {@code [bytes]} and that of the low ones, {@code _low}, alike;
 *       {@code _dither} I8 {@code [columns]} and {@code _scale} F32 {@code [rows]};
 *   <li>int4: the {@link NibblePlane} of the codes as U8 {@code [bytes]}, and {@code _scale} BF16 {@code [scales]}.
 * </ul>
 */
final class StoredTable {

  /** The formats in which tables are stored. */
  static final List<TableFormat> FORMATS = List.of(TableFormat.F32, TableFormat.BF16, TableFormat.F16, TableFormat.INT8,
      TableFormat.PLANES, TableFormat.INT4);

  private static final String LOW_SUFFIX = "_low";
  private static final String DITHER_SUFFIX = "_dither";

  private StoredTable() {}

  /** One tensor of a table. */
  record Part(String name, SafetensorsType type, Shape shape) {}

  /** The formats in which tables are stored, for messages. */
  static String expectedFormats() {
    return "one of " + FORMATS.stream().map(TableFormat::key).collect(Collectors.joining(", "));
  }

  /** The tensors of a table. */
  static List<Part> parts(Parameter table, TableFormat format) {
    String name = table.name();
    Shape shape = table.shape();
    Part rowScales = new Part(TernaryFile.scaleName(name), SafetensorsType.F32, Shape.of(shape.dim(0)));
    return switch (format) {
      case F32 -> List.of(new Part(name, SafetensorsType.F32, shape));
      case BF16 -> List.of(new Part(name, SafetensorsType.BF16, shape));
      case F16 -> List.of(new Part(name, SafetensorsType.F16, shape));
      case INT8 -> List.of(new Part(name, SafetensorsType.I8, shape), rowScales);
      case PLANES -> List.of(new Part(name, SafetensorsType.U8, planeShape(shape)),
          new Part(name + LOW_SUFFIX, SafetensorsType.U8, planeShape(shape)),
          new Part(name + DITHER_SUFFIX, SafetensorsType.I8, Shape.of(shape.dim(1))), rowScales);
      case INT4 -> List.of(new Part(name, SafetensorsType.U8, planeShape(shape)),
          new Part(TernaryFile.scaleName(name), SafetensorsType.BF16,
              Shape.of(Math.toIntExact(Int4Matrix.scaleBytes(shape.dim(0), shape.dim(1)) / Short.BYTES))));
      case TERNARY -> throw notStored();
    };
  }

  private static Shape planeShape(Shape table) {
    return Shape.of(Math.toIntExact(NibblePlane.byteSize(table.dim(0), table.dim(1))));
  }

  private static IllegalArgumentException notStored() {
    return new IllegalArgumentException("table of ternary codes; expected " + expectedFormats());
  }

  /** Adds a table to a file. */
  static void add(SafetensorsWriter writer, String name, DenseMatrix table) {
    switch (table) {
      case FloatMatrix floats -> writer.add(name, tensor(floats.memory(), floats.dtype(), floats.rows(), floats.columns()));
      case Int8Matrix int8 -> {
        writer.add(name, tensor(int8.memory(), DType.I8, int8.rows(), int8.columns()));
        addRowScales(writer, name, int8);
      }
      case PlanedInt8Matrix planes -> {
        addPlane(writer, name, planes.high());
        addPlane(writer, name + LOW_SUFFIX, planes.low());
        MemorySegment dither = Arena.ofAuto().allocate(planes.columns());
        for (int column = 0; column < planes.columns(); column++) {
          dither.set(ValueLayout.JAVA_BYTE, column, (byte) planes.dither(column));
        }
        writer.add(name + DITHER_SUFFIX, tensor(dither, DType.I8, planes.columns()));
        addRowScales(writer, name, planes);
      }
      case Int4Matrix int4 -> {
        addPlane(writer, name, int4.codes());
        writer.add(TernaryFile.scaleName(name),
            tensor(int4.scales(), DType.BF16, Math.toIntExact(int4.scales().byteSize() / Short.BYTES)));
      }
    }
  }

  private static void addPlane(SafetensorsWriter writer, String name, NibblePlane plane) {
    writer.addBytes(name, plane.memory(), Math.toIntExact(plane.memory().byteSize()));
  }

  private static void addRowScales(SafetensorsWriter writer, String name, IntegerMatrix table) {
    float[] scales = new float[table.rows()];
    for (int row = 0; row < scales.length; row++) {
      scales[row] = table.rowScale(row);
    }
    writer.add(TernaryFile.scaleName(name), Tensor.of(scales, scales.length));
  }

  private static Tensor tensor(MemorySegment memory, DType type, int... dims) {
    return Tensor.of(new NativeStorage(memory, type), Shape.of(dims));
  }

  /**
   * A mapped table, whose {@link #parts} are there.
   *
   * @throws IllegalArgumentException when it holds what is no number
   */
  static DenseMatrix open(SafetensorsFile file, Parameter table, TableFormat format) {
    String name = table.name();
    String scaleName = TernaryFile.scaleName(name);
    return switch (format) {
      case F32, BF16, F16 -> new FloatMatrix(file.tensor(name));
      case INT8 -> new Int8Matrix(table.shape(), file.bytes(name), file.floats(scaleName).array());
      case PLANES -> new PlanedInt8Matrix(table.shape(), file.bytes(name), file.bytes(name + LOW_SUFFIX),
          file.bytes(name + DITHER_SUFFIX).toArray(ValueLayout.JAVA_BYTE), file.floats(scaleName).array());
      case INT4 -> new Int4Matrix(table.shape(), file.bytes(name), file.bytes(scaleName));
      case TERNARY -> throw notStored();
    };
  }

  /** Whether a table has a scale for each row, beside it. */
  static boolean hasRowScales(TableFormat format) {
    return switch (format) {
      case INT8, PLANES -> true;
      case F32, BF16, F16, INT4, TERNARY -> false;
    };
  }
}
