package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.bitdistill.infer.ModelLayout.Parameter;
import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerImage;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A mapped {@code .ternary} file: a whole student ready to run, in the safetensors container.
 *
 * <ul>
 *   <li>{@code __metadata__}: {@code format} = {@value #FORMAT}, {@code version} = {@value #VERSION}, {@code config} = the
 *       model's config.json as a text, {@code tables} = the format of embedding and head;
 *   <li>each projection under its own name as U8 {@code [bytes]}, the words of {@link TernaryWords}, which are multiplied where
 *       they are mapped; beside it {@code weight_scale}, F32 {@code [1]}, unless groups have scales, which are among the words;
 *   <li>small projections, of which words would take more bytes because they fill up rows, instead as U8
 *       {@code [out, ceil(in / 4)]} in the layout of {@link PackedTernary}, with {@code weight_scale} F32 {@code [1]} or
 *       {@code [out, groups]};
 *   <li>embedding and, if it is not tied, head as they are multiplied ({@link StoredTable}); norms and biases as F32;
 *   <li>optionally {@value #TOKENIZER}, a {@link TokenizerImage} as U8.
 * </ul>
 *
 * <p>Everything is checked when the file is opened, words and codes included; the values of embedding and head when they are
 * used.
 */
public final class TernaryFile implements AutoCloseable {

  static final String FORMAT = "tern4j-ternary";
  static final String VERSION = "4";
  static final String TOKENIZER = "tokenizer";
  static final String FORMAT_KEY = "format";
  static final String VERSION_KEY = "version";
  static final String CONFIG_KEY = "config";
  static final String TABLES_KEY = "tables";
  private static final String SCALE_SUFFIX = "_scale";

  /** The lower bit of each of the 32 codes in a long. */
  private static final long LOWER_BITS = 0x5555555555555555L;

  private final SafetensorsFile file;
  private final QwenConfig config;
  private final BitDistillConfig student;
  private final TableFormat tables;
  private final ModelLayout layout;
  private final Map<String, Parameter> parameters;
  private final Map<String, TernaryWords> words = new HashMap<>();

  private TernaryFile(SafetensorsFile file) {
    this.file = file;
    requireFormat(file);
    this.tables = StoredTable.FORMATS.stream().filter(known -> known.key().equals(text(file, TABLES_KEY))).findFirst()
        .orElseThrow(() -> another(file, TABLES_KEY, StoredTable.expectedFormats()));
    this.config = QwenConfig.fromJson(JsonFile.parse(file + ": " + CONFIG_KEY, text(file, CONFIG_KEY)));
    this.student = config.bitDistill().filter(BitDistillConfig::bitLinear).orElseThrow(() ->
        new BadInputException(file + ": config has no ternary projections; expected bitdistill.bitlinear true"));
    this.layout = ModelLayout.of(config, file.toString(), file);
    this.parameters = layout.parameters().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
    requireTensors();
    for (Parameter parameter : layout.parameters()) {
      switch (parameter.role()) {
        case PROJECTION -> {
          if (storesWords(parameter.shape(), student.groupSize())) {
            words.put(parameter.name(), words(parameter));
          }
          if (hasScales(parameter)) {
            requireFinite(scaleName(parameter.name()), 0);
          }
        }
        case NORM, BIAS -> requireFinite(parameter.name(), Float.NEGATIVE_INFINITY);
        case TABLE -> {
          if (StoredTable.hasRowScales(tables)) {
            requireFinite(scaleName(parameter.name()), 0);
          }
        }
      }
    }
  }

  /**
   * Maps and checks a file.
   *
   * @throws BadInputException with one line, when it is not such a file or contradicts itself
   */
  public static TernaryFile open(Path path) {
    TernaryFile file = openUnread(path);
    try {
      file.checkProjections();
      return file;
    } catch (Throwable thrown) {
      file.close();
      throw thrown;
    }
  }

  /**
   * The same without reading the projections, for who calls {@link #checkProjections} before using what comes of them.
   *
   * @throws BadInputException with one line, when it is not such a file or contradicts itself
   */
  public static TernaryFile openUnread(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return new TernaryFile(file);
    } catch (Throwable thrown) {
      file.close();
      throw thrown;
    }
  }

  /**
   * Reads all projections.
   *
   * @throws BadInputException with one line, when there are bits that are no ternary codes
   */
  public void checkProjections() {
    for (Parameter parameter : layout.parameters()) {
      if (parameter.role() == ModelLayout.Role.PROJECTION) {
        TernaryWords stored = words.get(parameter.name());
        if (stored == null) {
          requireCodes(parameter);
        } else {
          try {
            stored.check();
          } catch (IllegalArgumentException wrong) {
            throw wrongWords(parameter, wrong);
          }
        }
      }
    }
  }

  /** Whether a file says that it is of this format; other safetensors files and broken ones are not. */
  public static boolean isTernary(SafetensorsFile file) {
    return FORMAT.equals(file.metadata().get(FORMAT_KEY));
  }

  /** Name of the scales that belong to a projection. */
  static String scaleName(String weight) {
    return weight + SCALE_SUFFIX;
  }

  private static void requireFormat(SafetensorsFile file) {
    requireText(file, FORMAT_KEY, FORMAT, FORMAT);
    requireText(file, VERSION_KEY, VERSION, VERSION + ": export the student again");
  }

  private static String text(SafetensorsFile file, String key) {
    String text = file.metadata().get(key);
    if (text == null) {
      throw new BadInputException(file + ": metadata has no " + key + "; expected a file of format " + FORMAT);
    }
    return text;
  }

  private static void requireText(SafetensorsFile file, String key, String text, String expected) {
    if (!text(file, key).equals(text)) {
      throw another(file, key, expected);
    }
  }

  private static BadInputException another(SafetensorsFile file, String key, String expected) {
    return new BadInputException(file + ": metadata has another " + key + "; expected " + expected);
  }

  /** All tensors of the model and no others, in the types and shapes of the format. */
  private void requireTensors() {
    List<String> problems = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(file.names());
    left.remove(TOKENIZER);
    for (Parameter parameter : layout.parameters()) {
      String name = parameter.name();
      left.remove(name);
      switch (parameter.role()) {
        case PROJECTION -> {
          boolean asWords = storesWords(parameter.shape(), student.groupSize());
          require(name, asWords ? Optional.empty() : Optional.of(packedShape(parameter)), SafetensorsType.U8, problems);
          if (hasScales(parameter)) {
            left.remove(scaleName(name));
            require(scaleName(name), Optional.of(scaleShape(parameter.shape(), student.groupSize())), SafetensorsType.F32, problems);
          }
        }
        case TABLE -> {
          for (StoredTable.Part part : StoredTable.parts(parameter, tables)) {
            left.remove(part.name());
            require(part.name(), Optional.of(part.shape()), part.type(), problems);
          }
        }
        case NORM, BIAS -> require(name, Optional.of(parameter.shape()), SafetensorsType.F32, problems);
      }
    }
    if (file.names().contains(TOKENIZER) && file.type(TOKENIZER) != SafetensorsType.U8) {
      problems.add(TOKENIZER + " is " + file.type(TOKENIZER) + ", expected U8");
    }
    left.forEach(name -> problems.add("unexpected " + name + " " + file.shape(name)));
    if (!problems.isEmpty()) {
      throw new BadInputException(file + ": tensors do not fit the model: " + String.join("; ", problems).replaceAll("\\R", " "));
    }
  }

  /** Whether a projection is stored as words: where they take no more bytes than packed codes. */
  static boolean storesWords(Shape shape, int groupSize) {
    long packed = (long) shape.dim(0) * PackedTernary.bytesPerRow(shape.dim(1));
    return TernaryWords.byteSize(shape, groupSize) <= packed + (groupSize == 0 ? 0 : Float.BYTES * scaleShape(shape, groupSize).size());
  }

  /** Whether the scales of a projection are a tensor of their own. */
  private boolean hasScales(Parameter projection) {
    return student.groupSize() == 0 || !storesWords(projection.shape(), student.groupSize());
  }

  private static Shape packedShape(Parameter projection) {
    return Shape.of(projection.shape().dim(0), PackedTernary.bytesPerRow(projection.shape().dim(1)));
  }

  /** Shape of the scales of a weight. */
  public static Shape scaleShape(Shape weight, int groupSize) {
    return groupSize == 0 ? Shape.of(1) : Shape.of(weight.dim(0), Math.ceilDiv(weight.dim(1), groupSize));
  }

  /** The size of words is checked later. */
  private void require(String name, Optional<Shape> shape, SafetensorsType type, List<String> problems) {
    if (!file.names().contains(name)) {
      problems.add("missing " + name + shape.map(expected -> " " + expected).orElse(""));
    } else if (!shape.map(file.shape(name)::equals).orElse(true) || type != file.type(name)) {
      problems.add(name + " is " + file.type(name) + " " + file.shape(name) + ", expected " + type
          + shape.map(expected -> " " + expected).orElse(""));
    }
  }

  private TernaryWords words(Parameter projection) {
    try {
      return new TernaryWords(projection.shape(), student.groupSize(), file.bytes(projection.name()));
    } catch (IllegalArgumentException wrong) {
      throw wrongWords(projection, wrong);
    }
  }

  private BadInputException wrongWords(Parameter projection, IllegalArgumentException wrong) {
    return new BadInputException(file + ": " + projection.name() + ": " + wrong.getMessage(), wrong);
  }

  /** Two bits hold 0, 1 or 2; a 3, both bits set, is no code. Bits behind the last column of a row hold 1, the code 0. */
  private void requireCodes(Parameter projection) {
    MemorySegment bytes = file.bytes(projection.name());
    long longs = bytes.byteSize() / Long.BYTES * Long.BYTES;
    long at = 0;
    for (; at < longs; at += Long.BYTES) {
      long codes = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      if ((codes & codes >>> 1 & LOWER_BITS) != 0) {
        throw notCodes(projection, at);
      }
    }
    for (; at < bytes.byteSize(); at++) {
      int codes = bytes.get(ValueLayout.JAVA_BYTE, at);
      if ((codes & codes >>> 1 & LOWER_BITS & 0xFF) != 0) {
        throw notCodes(projection, at);
      }
    }
    int columns = projection.shape().dim(1);
    int rowBytes = PackedTernary.bytesPerRow(columns);
    for (long row = 0; columns % 4 != 0 && row < projection.shape().dim(0); row++) {
      long last = (row + 1) * rowBytes - 1;
      int padding = (bytes.get(ValueLayout.JAVA_BYTE, last) & 0xFF) >>> 2 * (columns % 4);
      if (padding != 0x55 >>> 2 * (columns % 4)) {
        throw notCodes(projection, last);
      }
    }
  }

  private BadInputException notCodes(Parameter projection, long at) {
    return new BadInputException(file + ": " + projection.name() + " holds bits that are no ternary code near byte " + at
        + "; expected codes 0, 1 and 2, and 1 behind the last column");
  }

  private void requireFinite(String name, float least) {
    for (float value : file.floats(name).array()) {
      if (!(value >= least && Float.isFinite(value))) {
        throw new BadInputException(file + ": " + name + " holds " + value + "; expected " + (least == 0 ? "scales from 0" : "finite numbers"));
      }
    }
  }

  /** Sizes and switches of the model. */
  public QwenConfig config() {
    return config;
  }

  /** The format of embedding and head. */
  TableFormat tables() {
    return tables;
  }

  /** The parameters of the model. */
  public ModelLayout layout() {
    return layout;
  }

  /**
   * The tokenizer in a file, if there is one. Weights are neither read nor checked.
   *
   * @throws BadInputException with one line, when it is not such a file
   */
  public static Optional<Tokenizer> tokenizer(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      requireFormat(file);
      return tokenizer(file);
    }
  }

  private static Optional<Tokenizer> tokenizer(SafetensorsFile file) {
    return file.names().contains(TOKENIZER)
        ? Optional.of(TokenizerImage.read(file + ": " + TOKENIZER, file.bytes(TOKENIZER).toArray(ValueLayout.JAVA_BYTE)))
        : Optional.empty();
  }

  /** The tokenizer in this file, if there is one. */
  public Optional<Tokenizer> tokenizer() {
    return tokenizer(file);
  }

  /** The codes and scales of a projection; codes that are not stored as words are mapped. */
  public PackedTernary packed(Parameter projection) {
    float[] scales = hasScales(projection) ? file.floats(scaleName(projection.name())).array() : new float[] {1};
    TernaryWords stored = words.get(projection.name());
    return stored == null
        ? new PackedTernary(projection.shape(), student.groupSize(), file.bytes(projection.name()), scales)
        : stored.unpack(scales[0]);
  }

  /** Bytes of packed projections and their scales, and of the whole file. */
  public FileSizes sizes() {
    long blocks = 0;
    for (Parameter parameter : layout.parameters()) {
      if (parameter.role() == ModelLayout.Role.PROJECTION) {
        blocks += file.bytes(parameter.name()).byteSize();
        blocks += hasScales(parameter) ? file.bytes(scaleName(parameter.name())).byteSize() : 0;
      }
    }
    return FileSizes.of(blocks, file.file());
  }

  /**
   * The weights, which close this file.
   *
   * @param tables format of embedding and head, if not the stored one
   */
  WeightSource weights(Optional<TableFormat> tables, Backend backend) {
    return new Weights(this, tables, backend);
  }

  private record Weights(TernaryFile file, Optional<TableFormat> wanted, Backend backend) implements WeightSource {

    @Override
    public TableWeight table(String name) {
      TableFormat tables = wanted.orElse(file.tables);
      try {
        DenseMatrix stored = StoredTable.open(file.file, file.parameters.get(name), file.tables);
        if (tables == file.tables) {
          return new DenseWeight(stored, backend);
        }
        if (stored instanceof FloatMatrix floats) {
          return tables.convert(floats, backend);
        }
      } catch (IllegalArgumentException wrongValues) {
        throw new BadInputException(file.file + ": " + name + ": " + wrongValues.getMessage(), wrongValues);
      }
      throw new BadInputException(file.file + ": " + name + " is stored as " + file.tables.key() + ", asked for as " + tables.key()
          + "; expected " + file.tables.key() + ", or a file with a table of floats");
    }

    @Override
    public WeightMatrix projection(String name) {
      Parameter projection = file.parameters.get(name);
      TernaryWords words = file.words.get(name);
      if (words == null) {
        return new TernaryWeight(file.packed(projection), backend);
      }
      float scale = file.hasScales(projection) ? file.file.floats(scaleName(name)).array()[0] : Float.NaN;
      return new TernaryWeight(words, scale, backend);
    }

    @Override
    public Tensor vector(String name) {
      return file.file.floats(name);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    file.close();
  }
}
