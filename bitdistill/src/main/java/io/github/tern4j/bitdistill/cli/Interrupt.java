package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.stage.StoppedException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C (SIGINT) and SIGTERM as a request that a long job answers at its next step, with a checkpoint:
 *
 * <pre>{@code
 * return Interrupt.stoppable(common.console(), stopRequested -> {
 *   train(stopRequested);
 *   return 0;
 * });
 * }</pre>
 *
 * <p>A second signal ends the process at once. Commands without a checkpoint do not listen: Java ends them at the first signal.
 */
final class Interrupt implements AutoCloseable {

  /** Added to a signal's number, the exit code that shells give a process which it ended. */
  private static final int SIGNAL_EXIT = 128;

  private final Console console;
  private final List<Runnable> restore = new ArrayList<>();
  private volatile int exitCode;

  private Interrupt(Console console) {
    this.console = console;
  }

  /** A job that polls whether it should stop, and returns an exit code. */
  interface Job {
    /**
     * Runs the job.
     *
     * @throws StoppedException after a checkpoint, when {@code stopRequested} has become true
     */
    int run(BooleanSupplier stopRequested) throws Exception;
  }

  /** Runs a job and returns its exit code, or 130 (Ctrl-C) or 143 (SIGTERM) when a signal came meanwhile. */
  static int stoppable(Console console, Job job) throws Exception {
    try (Interrupt interrupt = listen(console)) {
      try {
        int done = job.run(interrupt::requested);
        return interrupt.requested() ? interrupt.exitCode : done;
      } catch (StoppedException stopped) {
        console.say("bitdistill: " + stopped.getMessage());
        return interrupt.exitCode;
      }
    }
  }

  private static Interrupt listen(Console console) {
    Interrupt interrupt = new Interrupt(console);
    interrupt.handle("INT");
    interrupt.handle("TERM");
    return interrupt;
  }

  private boolean requested() {
    return exitCode != 0;
  }

  /**
   * {@code sun.misc.Signal} is the only way to hear a signal twice (a shutdown hook runs once), supported in jdk.unsupported; by
   * reflection, because javac warns about every mention of it and warnings end our build.
   */
  private void handle(String name) {
    try {
      Class<?> signalClass = Class.forName("sun.misc.Signal");
      Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
      Object signal = signalClass.getConstructor(String.class).newInstance(name);
      Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
      int number = (int) signalClass.getMethod("getNumber").invoke(signal);
      Object handler = Proxy.newProxyInstance(Interrupt.class.getClassLoader(), new Class<?>[] {handlerClass},
          (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
              signalled(SIGNAL_EXIT + number);
              yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of SIG" + name;
          });
      Object before = handle.invoke(null, signal, handler);
      restore.add(() -> {
        try {
          handle.invoke(null, signal, before);
        } catch (IllegalAccessException | InvocationTargetException failure) {
          throw new IllegalStateException("interrupt: cannot give SIG" + name + " back", failure);
        }
      });
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("interrupt: cannot listen to SIG" + name, failure);
    }
  }

  private synchronized void signalled(int code) {
    if (requested()) {
      Runtime.getRuntime().halt(code);
    }
    exitCode = code;
    console.say("stopping after this step; once more stops at once");
  }

  /** Gives the signals back to Java. */
  @Override
  public void close() {
    restore.forEach(Runnable::run);
  }
}
