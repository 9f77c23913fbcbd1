package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.progress.Progress;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress on standard error: on a terminal one line that is rewritten in place, otherwise (a log file, a pipe) a line every ten
 * seconds.
 */
final class ConsoleProgress implements Progress {

  private static final long SECOND = 1_000_000_000L;
  private static final long TERMINAL_INTERVAL = SECOND / 5;
  private static final long LOG_INTERVAL = 10 * SECOND;

  /** Speed is measured over the last one to two windows: the first steps, before the JIT compiler is done, are soon forgotten. */
  private static final long SPEED_WINDOW = 10 * SECOND;

  private static final int TERMINAL_WIDTH = 79;

  private final Console console;
  private final LongSupplier nanos;

  /** Progress on a console, with a clock in nanoseconds. */
  ConsoleProgress(Console console, LongSupplier nanos) {
    this.console = console;
    this.nanos = nanos;
  }

  @Override
  public Stage start(String title, String unit, long from, long total) {
    return new Line(title, unit, from, total);
  }

  private final class Line implements Stage {

    private final String title;
    private final String unit;
    private final long total;
    private final long from;
    private final long startTime = nanos.getAsLong();

    private long position;
    private String note = "";
    private long shownTime = startTime;
    private long olderTime = startTime;
    private long olderPosition;
    private long newerTime = startTime;
    private long newerPosition;

    Line(String title, String unit, long from, long total) {
      this.title = title;
      this.unit = unit;
      this.total = total;
      this.from = from;
      position = from;
      olderPosition = from;
      newerPosition = from;
    }

    @Override
    public void at(long position, String note) {
      this.position = position;
      this.note = note;
      long now = nanos.getAsLong();
      if (now - shownTime >= (console.isTerminal() ? TERMINAL_INTERVAL : LOG_INTERVAL)) {
        shownTime = now;
        show(text(now));
      }
      if (now - newerTime >= SPEED_WINDOW) {
        olderTime = newerTime;
        olderPosition = newerPosition;
        newerTime = now;
        newerPosition = position;
      }
    }

    private void show(String text) {
      if (console.isTerminal()) {
        console.status(text.length() > TERMINAL_WIDTH ? text.substring(0, TERMINAL_WIDTH) : text);
      } else {
        console.say(text);
      }
    }

    private String text(long now) {
      double seconds = (double) (now - olderTime) / SECOND;
      double speed = seconds > 0 ? (position - olderPosition) / seconds : 0;
      String left = speed > 0 ? ", " + duration((total - position) / speed) + " left" : "";
      return counted() + " " + number(speed) + " " + unit + "/s" + left + withNote();
    }

    private String counted() {
      long percent = total > 0 ? 100 * position / total : 100;
      return title + ": " + position + "/" + total + " " + unit + " (" + percent + "%)";
    }

    private String withNote() {
      return note.isEmpty() ? "" : ", " + note;
    }

    @Override
    public void close() {
      double seconds = (double) (nanos.getAsLong() - startTime) / SECOND;
      double speed = seconds > 0 ? (position - from) / seconds : 0;
      show(counted() + " in " + duration(seconds) + ", " + number(speed) + " " + unit + "/s" + withNote());
      console.keepStatus();
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  }

  /** Whole seconds as {@code 42s}, {@code 3m05s} or {@code 2h07m}. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + "s";
    }
    return whole < 3600
        ? String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%dh%02dm", whole / 3600, whole / 60 % 60);
  }
}
