package io.github.tern4j.bitdistill.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The program: finds the command, runs it, and ends with 0 (done), 1 (the run failed) or 2 (wrong usage or bad input), or with
 * 130 or 143 after Ctrl-C or a termination signal. A failure is one line on standard error; {@code --debug} adds its stack trace.
 */
@Command(
    name = "bitdistill",
    description = "Distils small Qwen3 models to 1.58 bit and runs them on the CPU.",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    versionProvider = BuildVersion.class,
    footer = {"", "'bitdistill COMMAND --help' explains a command. Exit codes: 0 done, 1 failed, 2 wrong usage or bad input."})
public final class Main {

  private final Console console;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text and exit.")
  private boolean help;

  @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show version and commit and exit.")
  private boolean version;

  private Main(Console console) {
    this.console = console;
  }

  /** Starts the program and ends the Java process with its exit code. */
  public static void main(String[] args) {
    // Who generates waits for the start: the other commands would take 30 ms of it.
    boolean generates = args.length > 0 && args[0].equals("generate");
    System.exit(run(Console.system(), generates ? List.of(new GenerateCommand(HeadStart.ofArguments(args))) : commands(), args));
  }

  /** Every command, in the order in which help lists them; a new command is entered here. */
  static List<Object> commands() {
    return List.of(new QuickstartCommand(), new RunCommand(), new PretrainCommand(), new FinetuneCommand(), new RefineCommand(),
        new ContinueCommand(), new DistillCommand(), new TokenizerCommand(), new EvaluateCommand(),
        new GenerateCommand(Optional.empty()), new ScoreCommand(), new ExportCommand(), new InspectCommand(), new VerifyCommand(),
        new BenchCommand(), new ReportCommand(), new DoctorCommand());
  }

  /** Runs one command line and returns the exit code. */
  static int run(Console console, List<Object> commands, String... args) {
    boolean debug = Arrays.asList(args).contains("--debug");
    try {
      // Collected and written by the console, which notices a closed pipe; picocli's own writer would not.
      StringWriter help = new StringWriter();
      int exitCode = commandLine(console, commands, debug, args).setOut(new PrintWriter(help)).execute(args);
      console.resultPart(help.toString());
      return exitCode;
    } catch (UncheckedIOException | Error failure) {
      return Failure.of(failure).report(console, debug);
    }
  }

  private static CommandLine commandLine(Console console, List<Object> commands, boolean debug, String... args) {
    CommandLine line = new CommandLine(new Main(console));
    asked(commands, args).forEach(line::addSubcommand);
    // A prompt may begin with '@'; picocli would read it as the name of a file of arguments.
    line.setExpandAtFiles(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((failure, words) -> Failure.ofUsage(failure).report(console, debug));
    line.setExecutionExceptionHandler((failure, command, parsed) -> Failure.of(failure).report(console, debug));
    line.setExecutionStrategy(parsed -> {
      if (parsed.subcommand() == null && !parsed.isUsageHelpRequested() && !parsed.isVersionHelpRequested()) {
        throw new CommandLine.ParameterException(line,
            "no command given; expected one of " + String.join(", ", line.getSubcommands().keySet()));
      }
      return new CommandLine.RunLast().execute(parsed);
    });
    return line;
  }

  /** The command that is named first, alone, since the options of all others take a quarter of a second to read; or all. */
  private static List<Object> asked(List<Object> commands, String... args) {
    List<Object> named = commands.stream()
        .filter(command -> args.length > 0 && command.getClass().getAnnotation(Command.class).name().equals(args[0])).toList();
    return named.isEmpty() ? commands : named;
  }

  Console console() {
    return console;
  }
}
