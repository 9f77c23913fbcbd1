package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.nn.file.JsonObject;
import io.github.tern4j.tensor.BadInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Another program that measures the same thing. It is started anew for every round, with arguments that say what to measure, and
 * answers with a JSON object on the last line of its standard output. While it runs, our own threads are parked.
 */
public final class Peer {

  private static final String OPTION = "--peer";

  private final String commandLine;
  private final List<String> words;

  /**
   * A peer.
   *
   * @param commandLine program and arguments, words with spaces in quotes
   * @throws BadInputException when it is no command line
   */
  public Peer(String commandLine) {
    this.commandLine = commandLine;
    this.words = CommandWords.split(OPTION, commandLine);
  }

  /**
   * Runs it once.
   *
   * @param arguments what comes behind the command line
   * @return the object on the last line that is not blank
   * @throws BadInputException when it cannot be started, fails or answers with anything else
   */
  JsonObject run(List<String> arguments) {
    List<String> command = new ArrayList<>(words);
    command.addAll(arguments);
    Process process = start(command);
    // A peer may compute for minutes and must not go on when this program is stopped.
    Thread kill = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(kill);
    try {
      CompletableFuture<String> complaint = CompletableFuture.supplyAsync(() -> lastLine(process.getErrorStream()));
      String answer = lastLine(process.getInputStream());
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        String why = complaint.join();
        throw failure("ended with exit code " + exitCode + (why.isEmpty() ? "" : " and '" + why + "'"));
      }
      if (answer.isEmpty()) {
        throw failure("printed nothing");
      }
      return JsonFile.parse(OPTION + " '" + commandLine + "': last line of its output", answer);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failure("was interrupted");
    } finally {
      process.destroy();
      removeHook(kill);
    }
  }

  private Process start(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
      return process;
    } catch (IOException impossible) {
      throw new BadInputException(OPTION + " '" + commandLine + "': cannot be started: " + impossible.getMessage()
          + "; expected a program and its arguments", impossible);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The hook runs already, which is what it is for.
    }
  }

  private BadInputException failure(String what) {
    return new BadInputException(OPTION + " '" + commandLine + "': " + what
        + "; expected a JSON object on its last line of output");
  }

  private static String lastLine(InputStream stream) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      String last = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line.isBlank() ? last : line.strip();
      }
      return last;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
