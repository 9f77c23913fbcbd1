package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.report.Results;
import java.util.Locale;

/** The comparison of methods as text. */
final class ResultsTable {

  private ResultsTable() {}

  static String text(Results results) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-12s %9s %17s %14s %12s %10s%n",
        "method", "accuracy", "95 % interval", "block weights", "whole file", "tokens/s"));
    for (Results.Row row : results.rows()) {
      text.append(String.format(Locale.ROOT, "%-12s %8.2f%% %8.2f - %5.2f%% %11.1f KB %9.1f KB %10s%n", row.method(),
          100 * row.accuracy(), 100 * row.low(), 100 * row.high(), row.blockWeightBytes() / 1e3, row.fileBytes() / 1e3,
          Double.isNaN(row.tokensPerSecond()) ? "-" : String.format(Locale.ROOT, "%.0f", row.tokensPerSecond())));
    }
    for (Results.Difference difference : results.differences()) {
      text.append(String.format(Locale.ROOT, "%s - %s: %+.2f points (95 %% paired interval %+.2f .. %+.2f)%n",
          difference.method(), difference.against(), 100 * difference.difference(), 100 * difference.low(),
          100 * difference.high()));
    }
    return text.toString().stripTrailing();
  }
}
