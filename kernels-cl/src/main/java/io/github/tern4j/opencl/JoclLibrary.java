package io.github.tern4j.opencl;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jocl.CL;

/**
 * Loads JOCL's native half, once.
 *
 * <p>JOCL unpacks it from its jar to a fixed name in {@code java.io.tmpdir}, leaves it there, and loads without a check
 * whatever it finds under that name. So it is shown a directory of our own while its class is initialized, which is deleted
 * right after: a library stays usable without its file (except on Windows, where the file stays).
 */
final class JoclLibrary {

  private static final String DIRECTORY = "java.io.tmpdir";

  /** What JOCL looks for on Linux, macOS and Windows. */
  private static final List<String> LOADERS = List.of("libOpenCL.so.1", "libOpenCL.so",
      "/System/Library/Frameworks/OpenCL.framework/Versions/Current/OpenCL", "OpenCL.dll");

  private static final Optional<String> FAILURE = load();

  private JoclLibrary() {}

  /** Why OpenCL cannot be called, or empty when it can. */
  static Optional<String> failure() {
    return FAILURE;
  }

  private static Optional<String> load() {
    // Asked first, because JOCL prints what it tries.
    if (LOADERS.stream().noneMatch(JoclLibrary::hasOpenCl)) {
      return Optional.of("no libOpenCL; install an OpenCL loader and driver, "
          + "for example 'apt-get install ocl-icd-libopencl1 pocl-opencl-icd'");
    }
    String usual = System.getProperty(DIRECTORY);
    try {
      Path own = Files.createTempDirectory("tern4j-jocl");
      System.setProperty(DIRECTORY, own.toString());
      try {
        // Any call initializes the class, and this one changes nothing.
        CL.setExceptionsEnabled(false);
        return Optional.empty();
      } finally {
        System.setProperty(DIRECTORY, usual);
        delete(own);
      }
    } catch (LinkageError failure) {
      String message = String.valueOf(failure.getMessage());
      return Optional.of("JOCL's native library cannot be loaded: " + message.lines().findFirst().orElse("no reason given"));
    } catch (IOException | SecurityException failure) {
      return Optional.of("JOCL's native library cannot be unpacked in " + usual + ": " + failure.getMessage());
    }
  }

  @SuppressWarnings("restricted") // The library is only looked at.
  private static boolean hasOpenCl(String library) {
    try (Arena arena = Arena.ofConfined()) {
      return SymbolLookup.libraryLookup(library, arena).find("clGetPlatformIDs").isPresent();
    } catch (IllegalArgumentException notFound) {
      return false;
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException stillLoaded) {
      directory.toFile().deleteOnExit();
    }
  }
}
