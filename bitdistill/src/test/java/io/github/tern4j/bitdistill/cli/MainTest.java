package io.github.tern4j.bitdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class MainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** A command that answers with its options, or throws. */
  @Command(name = "echo", description = "Answers.")
  private static final class Echo implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Option(names = "--prompt", defaultValue = "")
    private String prompt;

    private final Supplier<RuntimeException> failure;

    Echo(Supplier<RuntimeException> failure) {
      this.failure = failure;
    }

    @Override
    public Integer call() {
      if (failure != null) {
        throw failure.get();
      }
      common.output().write(Map.of("seed", common.seed()), () -> prompt + " with " + common.threads() + " threads");
      return 0;
    }
  }

  private int run(String... args) {
    return run(null, args);
  }

  private int run(Supplier<RuntimeException> failure, String... args) {
    Console console = new Console(out, new PrintStream(err, true, StandardCharsets.UTF_8), false);
    return Main.run(console, List.of(new Echo(failure)), args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void textGoesToStandardOutputAndNothingToStandardError() {
    assertThat(run("echo", "--threads", "3", "--prompt", "grüße")).isZero();
    assertThat(out()).isEqualTo("grüße with 3 threads\n");
    assertThat(err()).isEmpty();
  }

  @Test
  void jsonIsOneObjectOnOneLine() {
    assertThat(run("echo", "--json", "--seed", "7")).isZero();
    assertThat(out()).isEqualTo("{\"seed\":7}\n");
  }

  @Test
  void aPromptMayBeginWithAnAtSign() {
    assertThat(run("echo", "--prompt", "@home", "--threads", "1")).isZero();
    assertThat(out()).startsWith("@home with");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "ecko | unknown command 'ecko'; did you mean 'echo'? ('bitdistill --help' explains)",
    "echo --sead 3 | unknown option '--sead'; did you mean '--seed'? ('bitdistill echo --help' explains)",
    "echo more | unexpected argument 'more' ('bitdistill echo --help' explains)",
    "echo --threads 0 | invalid value for option '--threads': 0; expected at least 1 ('bitdistill echo --help' explains)",
    "echo --seed x | invalid value for option '--seed': 'x' is not a long ('bitdistill echo --help' explains)",
    "echo --backend gpu | invalid value for option '--backend': 'gpu'; expected auto, reference, vector, opencl or opencl:N"
        + " ('bitdistill echo --help' explains)",
  })
  void wrongUsageIsOneLineAndExitCodeTwo(String args, String line) {
    assertThat(run(args.split(" "))).isEqualTo(2);
    assertThat(err()).isEqualTo("bitdistill: " + line + System.lineSeparator());
    assertThat(out()).isEmpty();
  }

  @Test
  void noCommandIsOneLineThatNamesThem() {
    assertThat(run()).isEqualTo(2);
    assertThat(err()).isEqualTo(
        "bitdistill: no command given; expected one of echo ('bitdistill --help' explains)" + System.lineSeparator());
  }

  @Test
  void badInputIsOneLineAndExitCodeTwo() {
    assertThat(run(() -> new BadInputException("dev.tsv:\n  line 3: label 'x'; expected 0 or 1"), "echo")).isEqualTo(2);
    assertThat(err()).isEqualTo("bitdistill: dev.tsv: line 3: label 'x'; expected 0 or 1" + System.lineSeparator());
  }

  @Test
  void otherFailuresAreOneLineAndExitCodeOne() {
    assertThat(run(() -> new IllegalStateException("odd"), "echo")).isEqualTo(1);
    assertThat(err()).isEqualTo(
        "bitdistill: failed: java.lang.IllegalStateException: odd (--debug shows where)" + System.lineSeparator());
  }

  @Test
  void debugAddsTheStackTrace() {
    assertThat(run(() -> new IllegalStateException("odd"), "echo", "--debug")).isEqualTo(1);
    assertThat(err()).contains("at " + Echo.class.getName() + ".call");
  }

  @Test
  void aFullDiskIsOneLine() {
    assertThat(run(() -> new UncheckedIOException(new IOException("x.bin: No space left on device")), "echo")).isEqualTo(1);
    assertThat(err()).isEqualTo("bitdistill: x.bin: No space left on device" + System.lineSeparator());
  }

  @Test
  void aMissingFileIsNamed() {
    assertThat(run(() -> new UncheckedIOException(new NoSuchFileException("a/b.txt")), "echo")).isEqualTo(1);
    assertThat(err()).isEqualTo("bitdistill: a/b.txt: no such file" + System.lineSeparator());
  }

  @Test
  void anErrorOfTheVirtualMachineIsOneLineToo() {
    assertThat(run(() -> {
      throw new OutOfMemoryError("Java heap space");
    }, "echo")).isEqualTo(1);
    assertThat(err()).startsWith("bitdistill: out of memory (Java heap space): the heap may grow to ").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({"echo", "--help", "--version"})
  void aClosedPipeFailsTheRunWithOneLine(String argument) {
    OutputStream closed = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    };
    Console console = new Console(closed, new PrintStream(err, true, StandardCharsets.UTF_8), false);
    assertThat(Main.run(console, List.of(new Echo(null)), argument)).isEqualTo(1);
    assertThat(err()).isEqualTo(
        "bitdistill: cannot write results to standard output: Broken pipe" + System.lineSeparator());
  }

  @Test
  void helpAndVersionAreResults() {
    assertThat(run("--help")).isZero();
    assertThat(run("echo", "--help")).isZero();
    assertThat(run("--version")).isZero();
    assertThat(out()).contains("Usage: bitdistill [-hV] COMMAND", "Usage: bitdistill echo", "--backend=NAME")
        .containsPattern("bitdistill \\d+\\.\\d+\\.\\d+\\S* \\(\\S+\\)");
    assertThat(err()).isEmpty();
  }

  @Test
  void everyCommandHasTheCommonOptionsAndSaysWhatItDoes() {
    CommandLine all = new CommandLine(CommandLine.Model.CommandSpec.create());
    Main.commands().forEach(all::addSubcommand);
    assertThat(all.getSubcommands()).isNotEmpty();
    all.getSubcommands().values().forEach(MainTest::hasTheCommonOptions);
  }

  private static void hasTheCommonOptions(CommandLine command) {
    var spec = command.getCommandSpec();
    assertThat(spec.usageMessage().description()).as("description of " + spec.qualifiedName()).isNotEmpty();
    if (command.getSubcommands().isEmpty()) {
      assertThat(spec.optionsMap().keySet()).as("options of " + spec.qualifiedName())
          .contains("--seed", "--threads", "--backend", "--json", "--debug", "--help");
    } else {
      command.getSubcommands().values().forEach(MainTest::hasTheCommonOptions);
    }
  }
}
