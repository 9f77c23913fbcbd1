package io.github.tern4j.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("opencl")
class OpenClProviderTest {

  @RegisterExtension
  static final OpenClUnderTest OPENCL = new OpenClUnderTest();

  @TempDir
  private Path directory;

  @Test
  void theBackendIsFoundByName() {
    try (Backend backend = Backends.open("opencl", 1); Backend named = Backends.open("opencl:0", 1)) {
      assertThat(backend.name()).isEqualTo("opencl:0");
      assertThat(named.name()).isEqualTo("opencl:0");
    }
  }

  @Test
  void devicesAreDescribedInOneLine() {
    assertThat(new OpenClProvider().description()).matches("opencl:0 .+ \\(.+\\), \\d+ compute units, [0-9.]+ GiB.*");
  }

  @Test
  void anUnknownDeviceIsRefusedWithTheKnownOnes() {
    assertThatExceptionOfType(BadInputException.class).isThrownBy(() -> Backends.open("opencl:99", 1))
        .withMessageStartingWith("backend opencl:99: no such device; expected 0 to ").withMessageContaining(": opencl:0 ");
  }

  @Test
  void withoutAPlatformTheReasonIsGiven() throws Exception {
    // OCL_ICD_VENDORS is where the loader ocl-icd looks for platforms; others find theirs elsewhere.
    assumeTrue(Files.isDirectory(Path.of("/etc/OpenCL/vendors")), "no ICD loader with /etc/OpenCL/vendors");
    assertThat(askInAnotherProcess()).contains("unusable: no OpenCL platform; install a driver, "
        + "for example 'apt-get install pocl-opencl-icd'");
  }

  @Test
  void loadingLeavesNoFileBehind() throws Exception {
    askInAnotherProcess();
    try (var left = Files.list(temporary())) {
      assertThat(left).isEmpty();
    }
  }

  private List<String> askInAnotherProcess() throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary(),
        "-cp", System.getProperty("java.class.path"), Probe.class.getName());
    builder.environment().put("OCL_ICD_VENDORS", Files.createDirectories(directory.resolve("vendors")).toString());
    int exit = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
    List<String> lines = Files.readAllLines(output);
    assertThat(exit).as(String.join("\n", lines)).isZero();
    return lines;
  }

  private Path temporary() throws IOException {
    return Files.createDirectories(directory.resolve("temporary"));
  }

  /** Asks the provider in a process of its own. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] arguments) {
      OpenClProvider provider = new OpenClProvider();
      System.out.println("unusable: " + provider.unusable().orElse("no"));
      System.out.println(provider.description());
    }
  }
}
