package io.github.tern4j.bitdistill.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.github.tern4j.bitdistill.report.Machine;
import io.github.tern4j.tensor.BackendProvider;
import io.github.tern4j.tensor.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code doctor}: what works on this machine, and why something does not. */
@Command(name = "doctor", description = "Shows what works on this machine: JDK, CPU, memory, disk, backends.")
final class DoctorCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    Findings findings = new Findings(
        BuildVersion.version(),
        BuildVersion.commit(),
        MachineProbe.machine(),
        Runtime.getRuntime().maxMemory(),
        Files.getFileStore(Path.of("")).getUsableSpace(),
        Backends.providers().stream().map(Finding::of).toList());
    common.output().write(findings, findings::text);
    return 0;
  }

  private record Findings(
      String version,
      String commit,
      @JsonUnwrapped Machine machine,
      long maxHeapBytes,
      long diskFreeBytes,
      List<Finding> backends) {

    String text() {
      List<String> lines = new ArrayList<>();
      lines.add(row("bitdistill", version + " (" + commit + ")"));
      lines.add(row("JDK", machine.jdk()));
      lines.add(row("system", machine.system()));
      lines.add(row("CPU", machine.cpu() + ", " + machine.cores() + " cores, vectors of " + machine.vectorBits() + " bits"));
      lines.add(row("memory", gib(machine.memoryBytes()) + ", of which Java may use " + gib(maxHeapBytes)));
      lines.add(row("disk", gib(diskFreeBytes) + " free here"));
      for (Finding backend : backends) {
        lines.add(row("backend", backend.name() + (backend.usable() ? ": " : ": not usable: ") + backend.detail()));
      }
      return String.join("\n", lines);
    }

    private static String row(String name, String value) {
      return String.format(Locale.ROOT, "%-10s  %s", name, value);
    }

    private static String gib(long bytes) {
      return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
  }

  /** A backend; {@code detail} says what it would use, or why it cannot be used. */
  private record Finding(String name, boolean usable, String detail) {

    static Finding of(BackendProvider provider) {
      return provider.unusable()
          .map(reason -> new Finding(provider.name(), false, reason))
          .orElseGet(() -> new Finding(provider.name(), true, provider.description()));
    }
  }
}
