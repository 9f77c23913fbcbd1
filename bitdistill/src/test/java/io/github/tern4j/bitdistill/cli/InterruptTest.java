package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tern4j.bitdistill.stage.StoppedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals end a process, so each test sends them to one of its own. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "sends POSIX signals")
class InterruptTest {

  /** Numbers of signals on Linux. */
  private static final Map<String, Integer> SIGNALS = Map.of("INT", 2, "TERM", 15);

  /** A job that stops at a signal when it is told {@code polite}, and never otherwise. */
  static final class Job {
    public static void main(String[] args) throws Exception {
      System.exit(Interrupt.stoppable(Console.system(), stopRequested -> {
        System.out.println("started");
        while (!stopRequested.getAsBoolean() || args[0].equals("stubborn")) {
          Thread.sleep(5);
        }
        throw new StoppedException(3, 10);
      }));
    }
  }

  @Test
  void aJobThatIsNotInterruptedKeepsItsExitCode() throws Exception {
    Console console = new Console(OutputStream.nullOutputStream(), System.err, false);
    assertThat(Interrupt.stoppable(console, stopRequested -> stopRequested.getAsBoolean() ? 2 : 1)).isEqualTo(1);
  }

  /** A shell starts background jobs with SIGINT ignored, and so does every process below it: no job would ever hear the signal. */
  private static void assumeHeard(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.isReadable(status)) {
      String ignored = Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
      long mask = Long.parseUnsignedLong(ignored.substring(ignored.indexOf(':') + 1).strip(), 16);
      assumeTrue((mask >>> SIGNALS.get(signal) - 1 & 1) == 0, () -> "SIG" + signal + " is ignored in this process");
    }
  }

  private static Process start(String kind) throws IOException {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-XX:TieredStopAtLevel=1",
        "-cp", System.getProperty("java.class.path"), Job.class.getName(), kind).redirectErrorStream(true).start();
  }

  private static void signal(Process process, String name) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void oneSignalLetsTheJobWriteItsCheckpoint(String name, int exitCode) throws Exception {
    assumeHeard(name);
    Process job = start("polite");
    try (BufferedReader lines = job.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("started");
      signal(job, name);
      assertThat(lines.readLine()).isEqualTo("stopping after this step; once more stops at once");
      assertThat(lines.readLine()).isEqualTo("bitdistill: stopped after step 3 of 10; --resume goes on from there");
      assertThat(job.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(job.exitValue()).isEqualTo(exitCode);
    } finally {
      job.destroyForcibly();
    }
  }

  @Test
  void aSecondSignalStopsAtOnce() throws Exception {
    assumeHeard("INT");
    Process job = start("stubborn");
    try (BufferedReader lines = job.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("started");
      signal(job, "INT");
      assertThat(lines.readLine()).startsWith("stopping");
      signal(job, "INT");
      assertThat(lines.readLine()).isNull();
      assertThat(job.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(job.exitValue()).isEqualTo(130);
    } finally {
      job.destroyForcibly();
    }
  }
}
