package io.github.tern4j.nn.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Replaces a file at once: readers and crashes see the old content or the new one, never a part.
 *
 * <p>The content goes to {@code name.tmp-PID} beside the file, is forced to the disk and renamed. When anything fails (full disk,
 * exception, interrupt) the temporary file is removed; what a killed process left is removed by the next writer of the same file.
 */
public final class AtomicFile {

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Body {

    /** Writes everything to {@code channel}, which stays open. */
    void write(FileChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Replaces {@code file} by what {@code body} writes; missing parent directories are made.
   *
   * @throws UncheckedIOException with one line, when the file system fails; the old content is untouched
   */
  public static void write(Path file, Body body) {
    Path target = Aside.target(file);
    AtomicDirectory.recover(file);
    Path building = Aside.take(target);
    try {
      makeParent(target);
      build(building, target, body);
    } catch (IOException e) {
      throw FileFailure.writing(file, e);
    } finally {
      Aside.release(building);
    }
  }

  private static void build(Path building, Path target, Body body) throws IOException {
    try {
      try (FileChannel channel = FileChannel.open(building, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        body.write(channel);
        channel.force(true);
      }
      Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (Throwable thrown) {
      Aside.deleteAfter(thrown, building);
      throw thrown;
    }
    Aside.forceDirectory(target.getParent());
  }

  /** Replaces {@code file} by these bytes, as {@link #write(Path, Body)} does. */
  public static void write(Path file, byte[] bytes) {
    write(file, channel -> {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    });
  }

  static void makeParent(Path target) throws IOException {
    if (!Files.isDirectory(target.getParent())) {
      Files.createDirectories(target.getParent());
    }
  }
}
