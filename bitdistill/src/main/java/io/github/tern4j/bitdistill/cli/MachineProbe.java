package io.github.tern4j.bitdistill.cli;

import com.sun.management.OperatingSystemMXBean;
import io.github.tern4j.bitdistill.report.Machine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.incubator.vector.VectorShape;

/** Finds out what this machine is. */
final class MachineProbe {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private static final Path OWN_STATUS = Path.of("/proc/self/status");

  /** The line with the most memory that was resident so far, in units of 1,024 bytes. */
  private static final Pattern PEAK_RESIDENT = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private MachineProbe() {}

  /** This machine, as far as it concerns measurements. */
  static Machine machine() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new Machine(
        cpuName().orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        VectorShape.preferredShape().vectorBitSize(),
        system.getTotalMemorySize(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
  }

  /** The most memory of this process that was resident at a time so far, where the system is Linux. */
  static OptionalLong peakResidentBytes() {
    try {
      Matcher peak = PEAK_RESIDENT.matcher(Files.readString(OWN_STATUS));
      return peak.find() ? OptionalLong.of(Long.parseLong(peak.group(1)) << 10) : OptionalLong.empty();
    } catch (IOException notLinux) {
      return OptionalLong.empty();
    }
  }

  /** The name that Linux gives the CPU; some kinds have none there. */
  private static Optional<String> cpuName() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines.filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }
}
