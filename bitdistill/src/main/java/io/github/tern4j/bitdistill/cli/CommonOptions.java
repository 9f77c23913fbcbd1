package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options of every command, and with them the way to the console. A command class has one as
 * {@code @Mixin private CommonOptions common;}.
 */
final class CommonOptions {

  private static final Pattern BACKEND = Pattern.compile("auto|reference|vector|opencl(:\\d{1,9})?");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private int threads = Runtime.getRuntime().availableProcessors();
  private String backend = "auto";

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", order = 90,
      description = "Seed of all random numbers (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--json", order = 93, description = "Results as JSON, one object a line, and nothing else on standard output.")
  private boolean json;

  @Option(names = "--debug", order = 94, description = "Stack traces for failures.")
  private boolean debug;

  @Option(names = {"-h", "--help"}, usageHelp = true, order = 95, description = "Show this text and exit.")
  private boolean help;

  @Option(names = "--threads", paramLabel = "N", order = 91, description = "CPU threads to compute with (default: all cores).")
  private void setThreads(int threads) {
    if (threads < 1) {
      throw new ParameterException(command.commandLine(),
          "invalid value for option '--threads': " + threads + "; expected at least 1");
    }
    this.threads = threads;
  }

  @Option(names = "--backend", paramLabel = "NAME", order = 92,
      description = "auto, reference, vector, opencl or opencl:N (default: auto).")
  private void setBackend(String backend) {
    if (!BACKEND.matcher(backend).matches()) {
      throw new ParameterException(command.commandLine(),
          "invalid value for option '--backend': '" + backend + "'; expected auto, reference, vector, opencl or opencl:N");
    }
    this.backend = backend;
  }

  /** The seed that every random number of the run comes from. */
  long seed() {
    return seed;
  }

  /** How many CPU threads to compute with, at least 1. */
  int threads() {
    return threads;
  }

  /** Opens the backend that was asked for; the caller closes it. */
  Backend openBackend() {
    return openBackend(threads);
  }

  /** Opens the backend that was asked for with another number of threads; the caller closes it. */
  Backend openBackend(int otherThreads) {
    return Backends.open(backend, otherThreads);
  }

  /** Where the command's answers go. */
  JsonOutput output() {
    return new JsonOutput(console(), json);
  }

  /** The console, for text to people and results that are not answers, such as generated text. */
  Console console() {
    return ((Main) command.root().userObject()).console();
  }

  /** Shows how far long jobs are, on standard error. */
  Progress progress() {
    return new ConsoleProgress(console(), System::nanoTime);
  }
}
