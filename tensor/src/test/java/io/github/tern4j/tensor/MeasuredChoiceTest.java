package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.MeasuredChoice.Candidate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measuring once, remembering, and what happens to files that cannot be read or written. */
class MeasuredChoiceTest {

  private final AtomicInteger calls = new AtomicInteger();
  private final Candidate slow = new Candidate("slow", () -> {
    calls.incrementAndGet();
    LockSupport.parkNanos(50_000);
  });
  private final Candidate fast = new Candidate("fast", calls::incrementAndGet);

  @TempDir
  Path folder;

  @BeforeEach
  void useTheFolder() {
    System.setProperty("tern4j.cache", folder.resolve("cache").toString());
  }

  @AfterEach
  void forgetTheFolder() {
    System.clearProperty("tern4j.cache");
  }

  @Test
  void theFastestIsMeasuredOnceAndRemembered() {
    assertThat(MeasuredChoice.fastest("question", List.of(slow, fast))).isEqualTo("fast");
    assertThat(folder.resolve("cache").resolve("kernels.properties")).exists();
    int measured = calls.get();
    assertThat(MeasuredChoice.fastest("question", List.of(fast, slow))).isEqualTo("fast");
    assertThat(calls.get()).isEqualTo(measured);
  }

  @Test
  void anotherQuestionIsMeasuredForItselfAndKeepsTheFirstAnswer() throws IOException {
    MeasuredChoice.fastest("one", List.of(slow, fast));
    int measured = calls.get();
    MeasuredChoice.fastest("two", List.of(fast, slow));
    assertThat(calls.get()).isGreaterThan(measured);
    assertThat(Files.readString(folder.resolve("cache").resolve("kernels.properties"))).contains("one,", "two,");
  }

  @Test
  void anAnswerThatIsNoCandidateAnyMoreIsMeasuredAgain() {
    MeasuredChoice.fastest("question", List.of(fast, slow));
    Candidate renamed = new Candidate("renamed", fast.call());
    assertThat(MeasuredChoice.fastest("question", List.of(slow, renamed))).isEqualTo("renamed");
  }

  @Test
  void aFolderThatCannotBeMadeChangesNoAnswer() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file");
    assertThat(MeasuredChoice.fastest("question", List.of(slow, fast))).isEqualTo("fast");
  }

  @Test
  void aBrokenFileIsWrittenAnew() throws IOException {
    Files.createDirectories(folder.resolve("cache"));
    Files.writeString(folder.resolve("cache").resolve("kernels.properties"), "\\u00zz");
    assertThat(MeasuredChoice.fastest("question", List.of(slow, fast))).isEqualTo("fast");
    assertThat(Files.readString(folder.resolve("cache").resolve("kernels.properties"))).contains("=fast");
  }
}
