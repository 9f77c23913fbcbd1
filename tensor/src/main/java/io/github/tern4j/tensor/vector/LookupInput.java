package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryWords;

/**
 * Activations with the tables of their sums, for {@link LookupTernary}. Each thread builds tables of its own: to build them takes
 * less time than to fetch them from the cache of another core, since they are 21 times as large as the codes.
 */
final class LookupInput implements TernaryInput {

  private final ThreadLocal<Tables> tables = ThreadLocal.withInitial(Tables::new);
  private Tensor codes;
  private Tensor gamma;
  private long version;

  /** The tables of a thread, of version 0 when it has none. */
  private static final class Tables {
    private short[] widened = new short[0];
    private short[] sums = new short[0];
    private long version;
    private int groupColumns;
  }

  @Override
  public void set(Tensor codes, Tensor gamma) {
    this.codes = codes;
    this.gamma = gamma;
    version++;
  }

  @Override
  public Tensor codes() {
    return codes;
  }

  @Override
  public Tensor gamma() {
    return gamma;
  }

  /**
   * The tables of all rows for this thread, built when this is its first product since {@link #set} with weights that are cut
   * into such groups. Those of a segment begin at {@link #tableAt}.
   */
  short[] tables(TernaryWords words) {
    Tables own = tables.get();
    if (own.version != version || own.groupColumns != words.groupColumns()) {
      build(words, own);
      own.version = version;
      own.groupColumns = words.groupColumns();
    }
    return own.sums;
  }

  /** Where in {@link #tables} those of a segment begin. */
  static int tableAt(TernaryWords words, int row, TernaryWords.Segment segment) {
    return row * rowShorts(words) + (segment.group() * words.wordsPerGroup() + segment.first()) * TernaryLookup.WORD_SHORTS;
  }

  /** Shorts from the tables of a row to those of the next one. */
  static int rowShorts(TernaryWords words) {
    return words.groups() * words.wordsPerGroup() * TernaryLookup.WORD_SHORTS;
  }

  private void build(TernaryWords words, Tables own) {
    int rows = codes.dim(0);
    int size = Math.multiplyExact(rows, rowShorts(words));
    if (own.sums.length < size) {
      own.sums = new short[size];
    }
    if (own.widened.length < TernaryLookup.widenedShorts(words.columns())) {
      own.widened = new short[TernaryLookup.widenedShorts(words.columns())];
    }
    for (int row = 0; row < rows; row++) {
      long at = codes.elementOffset() + (long) row * words.columns();
      TernaryLookup.widen(codes.segment(), at, words.columns(), own.widened, 0);
      for (TernaryWords.Segment segment : words.segments()) {
        int column = words.column(segment.group(), segment.first());
        TernaryLookup.tables(own.widened, column, segment.words(), own.sums, tableAt(words, row, segment));
      }
    }
  }
}
