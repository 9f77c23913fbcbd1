package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.bitdistill.verify.SmallGoldenSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream people = new ByteArrayOutputStream();
  private final Console console = new Console(out, new PrintStream(people, false, StandardCharsets.UTF_8), false);

  @TempDir private Path directory;

  private int verify(String... more) {
    String[] args = new String[more.length + 5];
    System.arraycopy(new String[] {"verify", "--golden", directory.toString(), "--backend", "reference"}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return Main.run(console, Main.commands(), args);
  }

  @Test
  void jsonIsOneObjectACase() throws IOException {
    SmallGoldenSet.write(directory);
    assertThat(verify("--json")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"case\":\"ops\",\"passed\":true,\"worst_ratio\":0.0}\n");
    assertThat(people.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aCaseThatFailsEndsWithOneAndSaysWhy() throws IOException {
    SmallGoldenSet.write(directory, 0, 21, 30);
    assertThat(verify()).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("ops                    FAILED     2 compared, worst at 2.00 of its limit: ops.safetensors:relu.grad.x\n");
    assertThat(people.toString(StandardCharsets.UTF_8))
        .isEqualTo("  ops: ops.safetensors:relu.grad.x is off by 2.00 times its limit" + System.lineSeparator());
  }

  @Test
  void aDirectoryThatIsNoGoldenSetIsBadInput() {
    assertThat(verify("--json")).isEqualTo(2);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(people.toString(StandardCharsets.UTF_8).lines()).singleElement().asString()
        .endsWith("no golden set: there is no index.json; expected the directory that holds it");
  }
}
