package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.bitdistill.infer.ModelLayout.Parameter;
import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.file.SafetensorsWriter;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.nn.tokenizer.TokenizerImage;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.dense.DenseMatrix;
import io.github.tern4j.tensor.dense.FloatMatrix;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Writes a student as a {@code .ternary} file ({@link TernaryFile}), quantized as its training forward pass quantizes it. */
public final class StudentExport {

  private static final String TOKENIZER_JSON = "tokenizer.json";

  private StudentExport() {}

  /**
   * Writes a student directory, with its {@code tokenizer.json} if it has one.
   *
   * @param tables format of embedding and head, but not ternary
   * @throws BadInputException when the directory holds no ternary student
   * @throws UncheckedIOException with one line, when the file system fails; an older file is untouched
   */
  public static FileSizes write(Path directory, Path file, TableFormat tables, Backend backend) {
    QwenConfig config = QwenConfig.fromJson(directory);
    Path tokenizer = directory.resolve(TOKENIZER_JSON);
    try (ModelFiles model = ModelFiles.open(directory)) {
      Optional<byte[]> tokenizerJson = Files.exists(tokenizer) ? Optional.of(Files.readAllBytes(tokenizer)) : Optional.empty();
      return write(directory.toString(), config, model, tokenizerJson, file, tables, backend);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * Writes a student whose latent weights are at hand.
   *
   * @param origin what to call the student in messages
   * @param latent weights as training keeps them
   * @param tokenizerJson content of tokenizer.json
   * @param tables format of embedding and head, but not ternary
   * @throws BadInputException when the weights are not those of a ternary student
   * @throws UncheckedIOException with one line, when the file system fails; an older file is untouched
   */
  public static FileSizes write(String origin, QwenConfig config, TensorSource latent, Optional<byte[]> tokenizerJson, Path file,
      TableFormat tables, Backend backend) {
    BitDistillConfig student = config.bitDistill().filter(BitDistillConfig::bitLinear).orElseThrow(() ->
        new BadInputException(origin + ": a full-precision model; expected a student (config.json with bitdistill.bitlinear true)"));
    if (!StoredTable.FORMATS.contains(tables)) {
      throw new BadInputException(origin + ": embedding and head as " + tables.key() + " are not stored; expected "
          + StoredTable.expectedFormats());
    }
    ModelLayout layout = ModelLayout.of(config, origin, latent);
    layout.check(origin, latent);
    SafetensorsWriter writer = new SafetensorsWriter()
        .metadata(TernaryFile.FORMAT_KEY, TernaryFile.FORMAT)
        .metadata(TernaryFile.VERSION_KEY, TernaryFile.VERSION)
        .metadata(TernaryFile.CONFIG_KEY, config.toJson().toString())
        .metadata(TernaryFile.TABLES_KEY, tables.key());
    long blockWeightBytes = 0;
    try (Workers alone = new Workers(1)) {
      for (Parameter parameter : layout.parameters()) {
        String name = parameter.name();
        switch (parameter.role()) {
          case PROJECTION ->
              blockWeightBytes += add(writer, parameter, TernaryWeight.pack(latent.floats(name), student, backend), alone);
          case TABLE -> StoredTable.add(writer, name, table(origin, name, LatentWeights.stored(latent, name), tables));
          case NORM, BIAS -> writer.add(name, latent.floats(name));
        }
      }
    }
    tokenizerJson.map(json -> TokenizerImage.of(TokenizerFile.parse(origin + "/" + TOKENIZER_JSON, json)))
        .ifPresent(image -> writer.addBytes(TernaryFile.TOKENIZER, nativeCopy(image), image.length));
    writer.write(file);
    return FileSizes.of(blockWeightBytes, file);
  }

  private static DenseMatrix table(String origin, String name, FloatMatrix values, TableFormat format) {
    try {
      return format.dense(values);
    } catch (IllegalArgumentException wrongValues) {
      throw new BadInputException(origin + ": " + name + ": " + wrongValues.getMessage(), wrongValues);
    }
  }

  /** Adds a projection and returns the bytes of its words and scales. */
  private static long add(SafetensorsWriter writer, Parameter parameter, PackedTernary packed, Workers workers) {
    boolean asWords = TernaryFile.storesWords(parameter.shape(), packed.groupSize());
    MemorySegment codes = asWords ? TernaryWords.of(packed, workers).segment() : packed.codes();
    if (asWords) {
      writer.addBytes(parameter.name(), codes, Math.toIntExact(codes.byteSize()));
    } else {
      writer.addBytes(parameter.name(), codes, packed.rows(), PackedTernary.bytesPerRow(packed.columns()));
    }
    if (asWords && packed.groupSize() > 0) {
      return codes.byteSize();
    }
    writer.add(TernaryFile.scaleName(parameter.name()),
        Tensor.of(packed.scales(), TernaryFile.scaleShape(parameter.shape(), packed.groupSize()).dims()));
    return codes.byteSize() + (long) Float.BYTES * packed.scales().length;
  }

  private static MemorySegment nativeCopy(byte[] bytes) {
    MemorySegment segment = Arena.ofAuto().allocate(bytes.length);
    segment.copyFrom(MemorySegment.ofArray(bytes));
    return segment;
  }
}
