package io.github.tern4j.bitdistill.infer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The two sizes of a model that have to be told together: papers count the projections alone, disks and memory hold the
 * embedding too.
 *
 * @param blockWeightBytes codes and scales of the projections of all layers
 * @param fileBytes the whole file
 */
public record FileSizes(long blockWeightBytes, long fileBytes) {

  static FileSizes of(long blockWeightBytes, Path file) {
    try {
      return new FileSizes(blockWeightBytes, Files.size(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
