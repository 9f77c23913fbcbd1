package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import java.lang.foreign.MemorySegment;

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
    private MemorySegment sums = MemorySegment.NULL;
    private long version;
    private int groupColumns;
  }

  /**
   * An input of this kernel.
   *
   * @throws IllegalArgumentException when another kernel has made it
   */
  static LookupInput own(TernaryInput input) {
    if (!(input instanceof LookupInput own)) {
      throw new IllegalArgumentException("ternary product: input of another kernel; expected one that this weight's kernel made");
    }
    return own;
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
  MemorySegment tables(TernaryLayout layout) {
    Tables own = tables.get();
    if (own.version != version || own.groupColumns != layout.groupColumns()) {
      build(layout, own);
      own.version = version;
      own.groupColumns = layout.groupColumns();
    }
    return own.sums;
  }

  /** Where in {@link #tables} those of a segment begin. */
  static long tableAt(TernaryLayout layout, int row, TernaryLayout.Segment segment) {
    return row * rowBytes(layout)
        + (segment.group() * layout.wordsPerGroup() + segment.first()) * (long) TernaryLookup.WORD_TABLE_BYTES;
  }

  /** Bytes from the tables of a row to those of the next one. */
  static long rowBytes(TernaryLayout layout) {
    return (long) layout.groups() * layout.wordsPerGroup() * TernaryLookup.WORD_TABLE_BYTES;
  }

  private void build(TernaryLayout layout, Tables own) {
    int rows = codes.dim(0);
    long size = rows * rowBytes(layout);
    if (own.sums.byteSize() < size) {
      own.sums = TernaryLookup.tables(size);
    }
    if (own.widened.length < TernaryLookup.widenedShorts(layout.columns())) {
      own.widened = new short[TernaryLookup.widenedShorts(layout.columns())];
    }
    for (int row = 0; row < rows; row++) {
      long at = codes.elementOffset() + (long) row * layout.columns();
      TernaryLookup.widen(codes.segment(), at, layout.columns(), own.widened, 0);
      // By index: an iterator would be garbage of each token.
      for (int i = 0; i < layout.segments().size(); i++) {
        TernaryLayout.Segment segment = layout.segments().get(i);
        int column = layout.column(segment.group(), segment.first());
        TernaryLookup.tables(own.widened, column, segment.words(), own.sums, tableAt(layout, row, segment));
      }
    }
  }
}
