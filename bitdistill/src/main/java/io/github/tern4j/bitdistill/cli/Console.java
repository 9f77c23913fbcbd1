package io.github.tern4j.bitdistill.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Standard output for results and standard error for people.
 *
 * <p>{@link System#out} forgets its errors; here a result that cannot be written (a closed pipe, a full disk) is an
 * {@link UncheckedIOException}, so that no command reports success for it.
 */
final class Console {

  private final OutputStream results;
  private final PrintStream people;
  private final boolean terminal;
  private boolean statusShown;

  /**
   * A console over two streams.
   *
   * @param terminal whether {@code people} is a terminal, on which a status line can be rewritten in place
   */
  Console(OutputStream results, PrintStream people, boolean terminal) {
    this.results = results;
    this.people = people;
    this.terminal = terminal;
  }

  /** The console of this process. The start script says whether standard error is a terminal; Java cannot tell. */
  static Console system() {
    return new Console(new FileOutputStream(FileDescriptor.out), System.err, Boolean.getBoolean("tern4j.terminal"));
  }

  /** One line of results. */
  void result(String line) {
    write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A piece of a result that grows while it is made, such as generated text; shown at once. */
  void resultPart(String text) {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(byte[] bytes) {
    try {
      results.write(bytes);
      results.flush();
    } catch (IOException failure) {
      throw new UncheckedIOException(new IOException(
          "cannot write results to standard output: " + failure.getMessage(), failure));
    }
  }

  /** One line for people. */
  synchronized void say(String line) {
    clearStatus();
    people.println(line);
  }

  /** A stack trace for people. */
  synchronized void say(Throwable thrown) {
    clearStatus();
    thrown.printStackTrace(people);
  }

  /** Whether a status line can be shown. */
  boolean isTerminal() {
    return terminal;
  }

  /** Rewrites the status line in place; only for terminals. */
  synchronized void status(String line) {
    people.print("\r" + line + "\u001b[K");
    people.flush();
    statusShown = true;
  }

  /** Leaves the status line as it stands and goes on below it. */
  synchronized void keepStatus() {
    if (statusShown) {
      people.println();
      statusShown = false;
    }
  }

  private void clearStatus() {
    if (statusShown) {
      people.print("\r\u001b[K");
      statusShown = false;
    }
  }
}
