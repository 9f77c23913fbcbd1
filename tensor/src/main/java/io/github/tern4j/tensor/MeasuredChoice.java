package io.github.tern4j.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Which of several bodies of a kernel, all with the same results, is fastest on this CPU: measured the first time, in two or three
 * seconds, and then remembered in {@code kernels.properties} of the folder {@code tern4j} in the user's folder for caches
 * ({@code XDG_CACHE_HOME}, {@code ~/.cache} if it is not set; the system property {@code tern4j.cache} names another folder).
 * What is remembered counts for the same model of CPU and version of Java. Where the file can be neither read nor written, each
 * process measures.
 */
public final class MeasuredChoice {

  private static final int SETTLED_CALLS = 2_000;
  private static final long MOST_NANOS = 4_000_000_000L;

  /**
   * A body.
   *
   * @param name what is remembered
   * @param call a call of some ten microseconds, the same work for all candidates
   */
  public record Candidate(String name, Runnable call) {}

  private MeasuredChoice() {}

  /**
   * The name of the fastest candidate.
   *
   * @param question what is chosen, with everything but CPU and Java that the answer depends on
   */
  public static String fastest(String question, List<Candidate> candidates) {
    Optional<Path> file = file();
    String key = question + ", " + cpu() + ", Java " + Runtime.version();
    Properties known = file.map(MeasuredChoice::read).orElseGet(Properties::new);
    String answer = known.getProperty(key, "");
    if (candidates.stream().anyMatch(candidate -> candidate.name().equals(answer))) {
      return answer;
    }
    long[] least = new long[candidates.size()];
    boolean settled = measure(candidates, least);
    int fastest = 0;
    for (int i = 1; i < least.length; i++) {
      fastest = least[i] < least[fastest] ? i : fastest;
    }
    String measured = candidates.get(fastest).name();
    if (settled && file.isPresent()) {
      known.setProperty(key, measured);
      write(file.get(), known);
    }
    return measured;
  }

  /**
   * Calls in turns, until the JIT has compiled all candidates: until each has taken about its least time {@value #SETTLED_CALLS}
   * times. Returns whether that was so before the time was up; what was measured otherwise is not worth remembering.
   */
  private static boolean measure(List<Candidate> candidates, long[] least) {
    int[] settled = new int[least.length];
    Arrays.fill(least, Long.MAX_VALUE);
    long begin = System.nanoTime();
    while (Arrays.stream(settled).min().orElseThrow() < SETTLED_CALLS) {
      if (System.nanoTime() - begin > MOST_NANOS) {
        return false;
      }
      for (int i = 0; i < least.length; i++) {
        long start = System.nanoTime();
        candidates.get(i).call().run();
        long nanos = System.nanoTime() - start;
        settled[i] = nanos < least[i] / 2 ? 0 : settled[i] + (nanos < 2 * least[i] ? 1 : 0);
        least[i] = Math.min(least[i], nanos);
      }
    }
    return true;
  }

  /** Empty where the user has no folder: it must be absolute, and Java calls a home that is unknown "?". */
  private static Optional<Path> file() {
    String folder = System.getProperty("tern4j.cache");
    if (folder != null) {
      return Optional.of(Path.of(folder, "kernels.properties"));
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    boolean named = caches != null && Path.of(caches).isAbsolute();
    Path parent = named ? Path.of(caches) : Path.of(System.getProperty("user.home"), ".cache");
    return parent.isAbsolute() ? Optional.of(parent.resolve("tern4j").resolve("kernels.properties")) : Optional.empty();
  }

  private static String cpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      Optional<String> model = lines.filter(line -> line.startsWith("model")).limit(2).reduce((first, second) -> first + second);
      return model.map(text -> text.replaceAll("\\s+", " ")).orElse(System.getProperty("os.arch"));
    } catch (IOException | UncheckedIOException otherSystem) {
      return System.getProperty("os.arch") + " " + System.getenv("PROCESSOR_IDENTIFIER");
    }
  }

  private static Properties read(Path file) {
    Properties known = new Properties();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      known.load(reader);
    } catch (IOException | IllegalArgumentException nothingKnown) {
      known.clear();
    }
    return known;
  }

  /** Aside and renamed, so that no other process reads half a file. */
  private static void write(Path file, Properties known) {
    try {
      Files.createDirectories(file.getParent());
      Path aside = Files.createTempFile(file.getParent(), "kernels", ".tmp");
      try {
        try (var writer = Files.newBufferedWriter(aside, StandardCharsets.UTF_8)) {
          known.store(writer, "The fastest of several bodies of a kernel; may be deleted");
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException readOnly) {
      // Measured again next time.
    }
  }
}
