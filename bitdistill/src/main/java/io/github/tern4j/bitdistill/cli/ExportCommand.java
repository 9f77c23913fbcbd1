package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.infer.FileSizes;
import io.github.tern4j.bitdistill.infer.StudentExport;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.file.SafetensorsWriter;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: writes a model in another format. */
@Command(name = "export", description = "Writes a model in another format.")
final class ExportCommand implements Callable<Integer> {

  /** Formats that can be written. */
  private enum Format {
    /** A packed student in one file. */
    TERNARY,
    /** All weights as they were trained, in one file under Hugging Face's names. */
    SAFETENSORS
  }

  /** Types of floats in the file. */
  private enum Floats {
    F32(SafetensorsType.F32, TableFormat.F32),
    BF16(SafetensorsType.BF16, TableFormat.BF16);

    private final SafetensorsType type;
    private final TableFormat table;

    Floats(SafetensorsType type, TableFormat table) {
      this.type = type;
      this.table = table;
    }
  }

  @Mixin private CommonOptions common;

  @Option(names = "--model", required = true, paramLabel = "DIR", description = "Model directory.")
  private Path model;

  @Option(names = "--format", required = true, paramLabel = "NAME", description = "ternary (packed student) or safetensors.")
  private Format format;

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file to write.")
  private Path out;

  @Option(names = "--floats", paramLabel = "TYPE", defaultValue = "bf16",
      description = "f32 or bf16: of ternary files the embedding and head, of safetensors all weights "
          + "(default: ${DEFAULT-VALUE}).")
  private Floats floats;

  @Option(names = "--head", paramLabel = "FORMAT",
      description = "Embedding and output head of ternary files: f32, bf16, f16, int8, planes or int4, in which they are then "
          + "used without being converted (default: as --floats).")
  private Optional<TableFormat> head;

  /**
   * The answer.
   *
   * @param file what was written
   * @param format its format
   * @param blockWeightBytes packed projections with their scales; 0 for safetensors
   * @param fileBytes the whole file
   */
  private record Exported(String file, String format, long blockWeightBytes, long fileBytes) {

    String text() {
      String blocks = blockWeightBytes == 0 ? "" : String.format(Locale.ROOT, "%,d bytes of block weights, ", blockWeightBytes);
      return String.format(Locale.ROOT, "%s: %s%,d bytes in the whole file", file, blocks, fileBytes);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (!Files.isDirectory(model)) {
      throw new BadInputException(model + ": not a directory; expected a model directory");
    }
    long blockWeightBytes = switch (format) {
      case TERNARY -> ternary().blockWeightBytes();
      case SAFETENSORS -> {
        if (head.isPresent()) {
          throw new BadInputException("--head is for ternary files; expected --floats for safetensors");
        }
        safetensors();
        yield 0;
      }
    };
    Exported exported =
        new Exported(out.toString(), format.name().toLowerCase(Locale.ROOT), blockWeightBytes, Files.size(out));
    common.output().write(exported, exported::text);
    return 0;
  }

  private FileSizes ternary() {
    try (Backend backend = common.openBackend()) {
      return StudentExport.write(model, out, head.orElse(floats.table), backend);
    }
  }

  private void safetensors() {
    try (ModelFiles files = ModelFiles.open(model)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      files.names().forEach(name -> writer.add(name, files.tensor(name), floats.type));
      writer.write(out);
    }
  }
}
