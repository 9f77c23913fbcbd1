package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * How a run ended badly: its exit code and the one line that says why.
 *
 * @param exitCode 1 when the run failed, 2 for wrong usage or bad input
 * @param line what is wrong, where, and what was expected
 * @param cause what was thrown
 */
record Failure(int exitCode, String line, Throwable cause) {

  private static final int FAILED = 1;
  private static final int BAD_INPUT = 2;

  /** The failure behind something that a command threw. */
  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case BadInputException badInput -> new Failure(BAD_INPUT, badInput.getMessage(), badInput);
      case ParameterException usage -> ofUsage(usage);
      case UncheckedIOException unchecked -> new Failure(FAILED, inOneLine(unchecked.getCause()), unchecked);
      case IOException failure -> new Failure(FAILED, inOneLine(failure), failure);
      case OutOfMemoryError outOfMemory -> new Failure(FAILED,
          "out of memory (" + outOfMemory.getMessage() + "): the heap may grow to "
          + (Runtime.getRuntime().maxMemory() >> 20) + " MiB here; try a smaller model or batch", outOfMemory);
      default -> new Failure(FAILED, "failed: " + thrown + " (--debug shows where)", thrown);
    };
  }

  /** The failure behind arguments that do not fit. */
  static Failure ofUsage(ParameterException usage) {
    String command = usage.getCommandLine().getCommandSpec().qualifiedName();
    String what = usage instanceof UnmatchedArgumentException unmatched ? unknown(unmatched) : lowerFirst(usage.getMessage());
    return new Failure(BAD_INPUT, what + " ('" + command + " --help' explains)", usage);
  }

  private static String unknown(UnmatchedArgumentException unmatched) {
    String argument = unmatched.getUnmatched().getFirst();
    boolean isCommand = !unmatched.getCommandLine().getSubcommands().isEmpty() && !argument.startsWith("-");
    String kind = argument.startsWith("-") ? "unknown option" : isCommand ? "unknown command" : "unexpected argument";
    String similar = unmatched.getSuggestions().stream().findFirst().map(s -> "; did you mean '" + s + "'?").orElse("");
    return kind + " '" + argument + "'" + similar;
  }

  private static String inOneLine(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> missing.getFile() + ": no such file";
      case AccessDeniedException denied -> denied.getFile() + ": access denied";
      default -> failure.getMessage() == null ? failure.toString() : failure.getMessage();
    };
  }

  private static String lowerFirst(String message) {
    return message.substring(0, 1).toLowerCase() + message.substring(1);
  }

  /** Writes the line, and the stack trace when asked for, and returns the exit code. */
  int report(Console console, boolean debug) {
    console.say("bitdistill: " + line.strip().replaceAll("\\s*\\R\\s*", " "));
    if (debug) {
      console.say(cause);
    }
    return exitCode;
  }
}
