package io.github.tern4j.bitdistill.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * Ctrl-C (SIGINT) and SIGTERM as a request that a long job answers at its next step, with a checkpoint:
 *
 * <pre>{@code
 * try (Interrupt interrupt = Interrupt.listen(console)) {
 *   training.run(interrupt::requested);
 *   return interrupt.exitCode();
 * }
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

  /** Begins to listen; closing gives the signals back to Java. */
  static Interrupt listen(Console console) {
    Interrupt interrupt = new Interrupt(console);
    interrupt.handle("INT");
    interrupt.handle("TERM");
    return interrupt;
  }

  /** Whether a signal asked the job to stop. */
  boolean requested() {
    return exitCode != 0;
  }

  /** 130 after Ctrl-C, 143 after SIGTERM, 0 when no signal came. */
  int exitCode() {
    return exitCode;
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

  @Override
  public void close() {
    restore.forEach(Runnable::run);
  }
}
