package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The temporary names beside a target: {@code name.tmp-PID} is being built and never complete, {@code name.old-PID} is a
 * directory that a new one is replacing and always complete.
 */
final class Aside {

  private static final long PID = ProcessHandle.current().pid();

  /** What threads of this process write now; the process number alone does not tell, since containers use the same one again. */
  private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

  private Aside() {}

  /** The absolute form of a path that is to be written. */
  static Path target(Path path) {
    Path target = path.toAbsolutePath().normalize();
    if (target.getFileName() == null) {
      throw new BadInputException(path + ": cannot be written; expected the name of a file or directory, not the root");
    }
    return target;
  }

  /** Takes the temporary name for building {@code target}, an absolute path. */
  static Path take(Path target) {
    Path building = named(target, "tmp");
    if (!IN_USE.add(building)) {
      throw new IllegalStateException("write: " + target + " is being written by another thread; expected one writer a file");
    }
    return building;
  }

  static void release(Path building) {
    IN_USE.remove(building);
  }

  /** Where the directory {@code target} waits while it is replaced. */
  static Path old(Path target) {
    return named(target, "old");
  }

  private static Path named(Path target, String kind) {
    return target.resolveSibling(target.getFileName() + "." + kind + "-" + PID);
  }

  /**
   * Clears what runs that were killed have left beside {@code target}: unfinished content is deleted; an old directory takes its
   * place again where the new one did not, and is deleted otherwise. What a living process writes stays.
   */
  static void recover(Path target) throws IOException {
    for (Path unfinished : leftovers(target, "tmp")) {
      delete(unfinished);
    }
    for (Path old : leftovers(target, "old")) {
      if (Files.exists(target)) {
        // Under the name of something unfinished first, so that a half-deleted directory never counts as a complete one.
        Path doomed = target.resolveSibling(old.getFileName().toString().replaceFirst("\\.old-(\\d+)$", ".tmp-$1"));
        Files.move(old, doomed, StandardCopyOption.ATOMIC_MOVE);
        delete(doomed);
      } else {
        Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static List<Path> leftovers(Path target, String kind) throws IOException {
    Pattern leftover = Pattern.compile(Pattern.quote(target.getFileName() + "." + kind + "-") + "(\\d{1,18})");
    List<Path> found = new ArrayList<>();
    if (!Files.isDirectory(target.getParent())) {
      return found;
    }
    try (Stream<Path> siblings = Files.list(target.getParent())) {
      siblings.forEach(sibling -> {
        Matcher matcher = leftover.matcher(sibling.getFileName().toString());
        if (matcher.matches() && isAbandoned(target, Long.parseLong(matcher.group(1)))) {
          found.add(sibling);
        }
      });
    }
    return found;
  }

  private static boolean isAbandoned(Path target, long pid) {
    return pid == PID ? !IN_USE.contains(named(target, "tmp")) : ProcessHandle.of(pid).isEmpty();
  }

  /** Deletes a file or a directory with all it holds; nothing happens when it is not there. */
  static void delete(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(path);
      return;
    }
    Files.walkFileTree(path, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        Files.delete(file);
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
        if (failure != null) {
          throw failure;
        }
        Files.delete(directory);
        return FileVisitResult.CONTINUE;
      }
    });
  }

  /** Deletes {@code path} while {@code thrown} is on its way to the caller. */
  static void deleteAfter(Throwable thrown, Path path) {
    try {
      delete(path);
    } catch (IOException e) {
      thrown.addSuppressed(e);
    }
  }

  /** Forces the names in a directory to the disk; Windows neither allows nor needs it. */
  static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      return;
    }
  }
}
