package io.github.tern4j.nn.file;

/** Text from a file as it appears in a message: on one line and not longer than a reader wants. */
final class Quoted {

  /** Longer text is cut: a lying file may hold names of megabytes. */
  private static final int LONGEST = 160;

  private Quoted() {}

  /** {@code text} in quotation marks. */
  static String name(String text) {
    return "'" + line(text) + "'";
  }

  /** {@code text} with control characters escaped and its tail cut. */
  static String line(String text) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
      char c = text.charAt(i);
      boolean breaksLine = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
      line.append(breaksLine ? "\\u%04x".formatted((int) c) : String.valueOf(c));
    }
    return text.length() > LONGEST ? line + "... (" + text.length() + " characters)" : line.toString();
  }
}
