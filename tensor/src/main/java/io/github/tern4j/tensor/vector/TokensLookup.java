package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.vector.TernaryLookup.SHORT_SUM_WORDS;
import static io.github.tern4j.tensor.vector.TernaryLookup.TOKENS;

import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import java.lang.foreign.MemorySegment;

/**
 * Sums of {@value TernaryLookup#TOKENS} tokens at a time with the words of a {@link LookupTernary}. Segments are cut into equal
 * parts whose sums fit a short; where many tokens take turns, the tables of a part are built just before, so that they stay in
 * the first-level cache.
 */
final class TokensLookup {

  /** Bytes of the tables of a part for all tokens. */
  static final long TABLES_BYTES = (long) TOKENS * SHORT_SUM_WORDS * TernaryLookup.WORD_TABLE_BYTES;

  /** Asked when many tokens come for the first time: measuring takes a moment. */
  private static final class ManyTokens {
    static final boolean IN_PAIRS = LookupChoice.isPaired();
  }

  private final MemorySegment weights;
  private final TernaryLayout layout;
  private final boolean grouped;

  TokensLookup(MemorySegment weights, TernaryLayout layout) {
    this.weights = weights;
    this.layout = layout;
    this.grouped = layout.scaleBytes() > 0;
  }

  /** Words of every part of a segment but the last one, which may have fewer. */
  private static int partWords(Segment segment) {
    return Math.ceilDiv(segment.words(), Math.max(1, Math.ceilDiv(segment.words(), SHORT_SUM_WORDS)));
  }

  /**
   * Adds a segment of neighbouring panels of a block.
   *
   * @param tables for each token, {@code tokenTables} apart, those of {@link TernaryLookup#shortTables}
   */
  void add(LookupBuffers buffers, Segment segment, MemorySegment tables, long tableAt, long tokenTables, int sumAt, int sumStride,
      int firstPanel, int lastPanel) {
    int size = partWords(segment);
    for (int first = 0; first < segment.words(); first += size) {
      long partTable = tableAt + (long) first * TernaryLookup.WORD_TABLE_BYTES;
      int words = Math.min(size, segment.words() - first);
      addPart(buffers, segment, first, words, false, tables, partTable, tokenTables, sumAt, sumStride, firstPanel, lastPanel);
    }
    scaleSums(buffers, segment, sumAt, sumStride, firstPanel, lastPanel);
  }

  /** Adds a segment of all rows; the widened codes of its first column are {@code codeStride} apart. */
  void addAll(LookupBuffers buffers, Segment segment, int codeAt, int codeStride, int sumAt, int sumStride) {
    int size = partWords(segment);
    for (int first = 0; first < segment.words(); first += size) {
      int words = Math.min(size, segment.words() - first);
      long tokenTables = (long) words * TernaryLookup.WORD_TABLE_BYTES;
      buildTables(buffers, codeAt + first * WORD_COLUMNS, codeStride, words, tokenTables);
      for (int panel = 0; panel < layout.panels(); panel += layout.blockPanels()) {
        addPart(buffers, segment, first, words, ManyTokens.IN_PAIRS, buffers.tables, 0, tokenTables, sumAt + panel * PANEL_ROWS,
            sumStride, panel, Math.min(layout.panels(), panel + layout.blockPanels()));
      }
    }
    scaleSums(buffers, segment, sumAt, sumStride, 0, layout.panels());
  }

  private static void buildTables(LookupBuffers buffers, int codeAt, int codeStride, int words, long tokenTables) {
    int step = ManyTokens.IN_PAIRS ? 2 : 1;
    for (int token = 0; token < TOKENS; token += step) {
      int at = codeAt + token * codeStride;
      if (ManyTokens.IN_PAIRS) {
        PairedLookup.pair(buffers.codes, at, at + codeStride, words * WORD_COLUMNS, buffers.pairs);
        PairedLookup.tables(buffers.pairs, words, buffers.tables, token * tokenTables);
      } else {
        TernaryLookup.shortTables(buffers.codes, at, words, buffers.tables, token * tokenTables);
      }
    }
  }

  private void addPart(LookupBuffers buffers, Segment segment, int first, int words, boolean paired, MemorySegment tables,
      long tableAt, long tokenTables, int sumAt, int sumStride, int firstPanel, int lastPanel) {
    boolean scaled = isScaled(segment);
    long at = layout.offset(firstPanel, segment) + (long) first * WORD_BYTES;
    int panelSumAt = sumAt;
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      if (scaled) {
        loadScales(at + segment.wordBytes(), buffers.scales);
      }
      if (paired) {
        PairedLookup.lookUpTokens(weights, at, words, tables, tableAt, 2 * tokenTables, buffers.tokenLanes);
        addPairs(buffers, scaled, panelSumAt, sumStride);
      } else {
        TernaryLookup.lookUpTokens(weights, at, words, tables, tableAt, tokenTables, buffers.tokenLanes);
        addLanes(buffers, scaled, panelSumAt, sumStride);
      }
      at += segment.bytes();
      panelSumAt += PANEL_ROWS;
    }
  }

  /** Whether the sums of a segment are those of its only part and of a group, so that they need no memory. */
  private boolean isScaled(Segment segment) {
    return grouped && segment.isGroup() && segment.words() <= SHORT_SUM_WORDS;
  }

  private static void addPairs(LookupBuffers buffers, boolean scaled, int sumAt, int sumStride) {
    if (scaled) {
      PairedLookup.addScaledTokens(buffers.tokenLanes, buffers.scales, buffers.totals, sumAt, sumStride);
    } else {
      PairedLookup.addTokens(buffers.tokenLanes, buffers.sums, sumAt, sumStride);
    }
  }

  private static void addLanes(LookupBuffers buffers, boolean scaled, int sumAt, int sumStride) {
    if (scaled) {
      TernaryLookup.addScaledTokens(buffers.tokenLanes, buffers.scales, buffers.totals, sumAt, sumStride);
    } else {
      TernaryLookup.addTokens(buffers.tokenLanes, buffers.sums, sumAt, sumStride);
    }
  }

  /** Adds the sums of a group that ends with this segment, times its scales, to the totals, unless that was done at once. */
  private void scaleSums(LookupBuffers buffers, Segment segment, int sumAt, int sumStride, int firstPanel, int lastPanel) {
    if (!grouped || !segment.endsGroup() || isScaled(segment)) {
      return;
    }
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      loadScales(layout.offset(panel, segment) + segment.wordBytes(), buffers.scales);
      for (int i = 0; i < TOKENS; i++) {
        int panelSumAt = sumAt + i * sumStride + (panel - firstPanel) * PANEL_ROWS;
        TernaryLookup.addScaledSums(buffers.sums, buffers.scales, buffers.totals, panelSumAt);
      }
    }
  }

  private void loadScales(long at, float[] scales) {
    TernaryLookup.scales(weights, at, layout.scaleBytes(), scales);
  }
}
