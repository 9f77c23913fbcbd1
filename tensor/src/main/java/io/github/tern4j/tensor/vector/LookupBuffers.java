package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Working memory of a thread for {@link LookupTernary}, grown to the largest size asked for and then reused. */
final class LookupBuffers {

  private static final ThreadLocal<LookupBuffers> OF_THREADS = ThreadLocal.withInitial(LookupBuffers::new);

  short[] codes = new short[0];
  final int[] pairs = new int[TernaryLookup.SHORT_SUM_WORDS * WORD_COLUMNS];
  MemorySegment tables = MemorySegment.NULL;
  final short[] tokenLanes = new short[TernaryLookup.TOKENS_LANES];
  final short[] panelLanes = new short[TernaryLookup.PANELS_LANES];
  final float[] scales = new float[PANEL_ROWS];
  int[] sums = new int[0];
  float[] totals = new float[0];

  private LookupBuffers() {}

  /** The buffers of this thread. */
  static LookupBuffers get() {
    return OF_THREADS.get();
  }

  /** Makes room for activations and tables. */
  void reserve(int codeCount, long tableBytes) {
    codes = codes.length < codeCount ? new short[codeCount] : codes;
    tables = tables.byteSize() < tableBytes ? TernaryLookup.tables(tableBytes) : tables;
  }

  /** Makes room for sums, all 0, and where groups have scales for their totals. */
  void clearSums(int count, boolean grouped) {
    sums = sums.length < count ? new int[count] : sums;
    Arrays.fill(sums, 0, count, 0);
    if (grouped) {
      totals = totals.length < count ? new float[count] : totals;
      Arrays.fill(totals, 0, count, 0);
    }
  }
}
