package io.github.tern4j.nn.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Replaces a whole directory: it is built as {@code name.tmp-PID}, forced to the disk and renamed.
 *
 * <p>No portable call exchanges two directories, so an old one is renamed to {@code name.old-PID} just before and deleted just
 * after. A process killed between the two renames leaves no {@code name}; {@link #recover} puts the old directory back.
 */
public final class AtomicDirectory {

  /** Fills a directory. */
  @FunctionalInterface
  public interface Body {

    /** Writes everything into {@code directory}, which exists and is empty. */
    void write(Path directory) throws IOException;
  }

  private AtomicDirectory() {}

  /**
   * Replaces {@code directory} with all it holds by what {@code body} writes; missing parents are made.
   *
   * @throws UncheckedIOException with one line, when the file system fails; the old content is untouched
   */
  public static void replace(Path directory, Body body) {
    Path target = Aside.target(directory);
    recover(directory);
    Path building = Aside.take(target);
    try {
      AtomicFile.makeParent(target);
      build(building, target, body);
    } catch (IOException e) {
      throw FileFailure.writing(directory, e);
    } finally {
      Aside.release(building);
    }
    recover(directory);
  }

  /**
   * Removes what killed runs left beside {@code directory}, and puts back the old directory of one that was killed while it
   * renamed.
   *
   * @throws UncheckedIOException with one line, when the file system fails
   */
  public static void recover(Path directory) {
    try {
      Aside.recover(Aside.target(directory));
    } catch (IOException e) {
      throw FileFailure.writing(directory, e);
    }
  }

  private static void build(Path building, Path target, Body body) throws IOException {
    try {
      Files.createDirectory(building);
      body.write(building);
      force(building);
      swap(building, target);
    } catch (Throwable thrown) {
      Aside.deleteAfter(thrown, building);
      throw thrown;
    }
    Aside.forceDirectory(target.getParent());
  }

  private static void swap(Path building, Path target) throws IOException {
    if (!Files.exists(target)) {
      Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path old = Aside.old(target);
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw failure;
    }
  }

  private static void force(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(directory)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      if (Files.isDirectory(path)) {
        Aside.forceDirectory(path);
      } else {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }
}
