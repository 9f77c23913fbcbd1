package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sums of three activations with all 27 triples of ternary weights, which the indices of
 * {@link io.github.tern4j.tensor.ternary.TernaryWords} look up: entry {@code i + 3 j + 9 k} of a table is
 * {@code (i - 1) x0 + (j - 1) x1 + (k - 1) x2}. A long holds the sums {@code s_t} of up to {@value #TOKENS} tokens as the number
 * {@code sum_t s_t 2^(16 t)}, so that one addition adds for all of them, exactly as long as each total fits a short. The lowest
 * 16 bits of a total are that of the first token; without it, and shifted by 16, it is the total of the others.
 */
final class SumTables {

  /** Tokens whose sums share a long. */
  static final int TOKENS = 4;

  /** Sums of a table that are kept, of which 27 are used. */
  static final int TABLE = 32;

  /** Sums of the three tables of a word. */
  static final int WORD_SUMS = 3 * TABLE;

  /** Words whose sums of 9 products of at most 128 fit a short together. */
  static final int WORDS = Short.MAX_VALUE / (WORD_COLUMNS * 128);

  private final TernaryLayout layout;
  private final long[] activations;
  private final long[] sums;

  /**
   * The tables of some tokens.
   *
   * @param codes I8 in native memory, {@code [rows, in]}, contiguous
   * @param firstToken the first row
   * @param tokens rows, at most {@value #TOKENS}
   */
  SumTables(TernaryLayout layout, Tensor codes, int firstToken, int tokens) {
    this.layout = layout;
    this.activations = new long[layout.columns()];
    this.sums = new long[layout.groups() * layout.wordsPerGroup() * WORD_SUMS];
    byte[] row = new byte[layout.columns()];
    for (int token = 0; token < tokens; token++) {
      long at = codes.elementOffset() + (long) (firstToken + token) * row.length;
      MemorySegment.copy(codes.segment(), ValueLayout.JAVA_BYTE, at, row, 0, row.length);
      addShifted(row, token * Short.SIZE, activations);
    }
    for (Segment segment : layout.segments()) {
      fill(segment);
    }
  }

  private static void addShifted(byte[] row, int shift, long[] activations) {
    for (int column = 0; column < row.length; column++) {
      activations[column] += (long) row[column] << shift;
    }
  }

  /** All tables. */
  long[] sums() {
    return sums;
  }

  /** Where those of a segment begin. */
  int at(Segment segment) {
    return (segment.group() * layout.wordsPerGroup() + segment.first()) * WORD_SUMS;
  }

  private void fill(Segment segment) {
    int end = layout.end(segment.group());
    int column = layout.column(segment.group(), segment.first());
    int table = at(segment);
    for (int i = 0; i < segment.words() * WORD_COLUMNS; i += 3) {
      fill(table, activation(column + i, end), activation(column + i + 1, end), activation(column + i + 2, end));
      table += TABLE;
    }
  }

  /** Behind the last column there are zeros. */
  private long activation(int column, int end) {
    return column < end ? activations[column] : 0;
  }

  private void fill(int at, long x0, long x1, long x2) {
    int entry = at;
    for (int k = -1; k <= 1; k++) {
      for (int j = -1; j <= 1; j++) {
        long sum = k * x2 + j * x1;
        sums[entry++] = sum - x0;
        sums[entry++] = sum;
        sums[entry++] = sum + x0;
      }
    }
  }
}
