package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;
import static io.github.tern4j.tensor.vector.TernaryLookup.SHORT_SUM_WORDS;
import static io.github.tern4j.tensor.vector.TernaryLookup.TOKENS;

import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

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

  /**
   * Neighbouring words of a segment.
   *
   * @param first the first one of them in the segment
   */
  private record Part(Segment segment, int first, int words) {}

  private final MemorySegment weights;
  private final TernaryLayout layout;
  private final boolean grouped;

  /** By segment. Gone through by index, as all lists here: an iterator for each task would be garbage. */
  private final List<List<Part>> parts;

  TokensLookup(MemorySegment weights, TernaryLayout layout) {
    this.weights = weights;
    this.layout = layout;
    this.grouped = layout.scaleBytes() > 0;
    this.parts = layout.segments().stream().map(TokensLookup::cut).toList();
  }

  private static List<Part> cut(Segment segment) {
    List<Part> parts = new ArrayList<>();
    int size = Math.ceilDiv(segment.words(), Math.max(1, Math.ceilDiv(segment.words(), SHORT_SUM_WORDS)));
    for (int first = 0; first < segment.words(); first += size) {
      parts.add(new Part(segment, first, Math.min(size, segment.words() - first)));
    }
    return List.copyOf(parts);
  }

  /**
   * Adds a segment of neighbouring panels of a block.
   *
   * @param tables for each token, {@code tokenTables} apart, those of {@link TernaryLookup#shortTables}
   */
  void add(LookupBuffers buffers, int segment, MemorySegment tables, long tableAt, long tokenTables, int sumAt, int sumStride,
      int firstPanel, int lastPanel) {
    List<Part> all = parts.get(segment);
    for (int i = 0; i < all.size(); i++) {
      long partTable = tableAt + (long) all.get(i).first() * TernaryLookup.WORD_TABLE_BYTES;
      add(buffers, all.get(i), false, tables, partTable, tokenTables, sumAt, sumStride, firstPanel, lastPanel);
    }
    scaleSums(buffers, layout.segments().get(segment), sumAt, sumStride, firstPanel, lastPanel);
  }

  /** Adds a segment of all rows; the widened codes of its first column are {@code codeStride} apart. */
  void addAll(LookupBuffers buffers, int segment, int codeAt, int codeStride, int sumAt, int sumStride) {
    List<Part> all = parts.get(segment);
    for (int i = 0; i < all.size(); i++) {
      Part part = all.get(i);
      long tokenTables = (long) part.words() * TernaryLookup.WORD_TABLE_BYTES;
      buildTables(buffers, codeAt + part.first() * WORD_COLUMNS, codeStride, part.words(), tokenTables);
      for (int first = 0; first < layout.panels(); first += layout.blockPanels()) {
        int last = Math.min(layout.panels(), first + layout.blockPanels());
        int blockAt = sumAt + first * PANEL_ROWS;
        add(buffers, part, ManyTokens.IN_PAIRS, buffers.tables, 0, tokenTables, blockAt, sumStride, first, last);
      }
    }
    scaleSums(buffers, layout.segments().get(segment), sumAt, sumStride, 0, layout.panels());
  }

  private static void buildTables(LookupBuffers buffers, int codeAt, int codeStride, int words, long tokenTables) {
    int step = ManyTokens.IN_PAIRS ? 2 : 1;
    for (int token = 0; token < TOKENS; token += step) {
      int at = codeAt + token * codeStride;
      if (ManyTokens.IN_PAIRS) {
        PairedLookup.tables(buffers.codes, at, at + codeStride, words, buffers.tables, token * tokenTables);
      } else {
        TernaryLookup.shortTables(buffers.codes, at, words, buffers.tables, token * tokenTables);
      }
    }
  }

  private void add(LookupBuffers buffers, Part part, boolean paired, MemorySegment tables, long tableAt, long tokenTables,
      int sumAt, int sumStride, int firstPanel, int lastPanel) {
    Segment segment = part.segment();
    boolean scaled = isScaled(segment);
    long at = layout.offset(firstPanel, segment) + (long) part.first() * WORD_BYTES;
    int panelSumAt = sumAt;
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      if (scaled) {
        loadScales(at + segment.wordBytes(), buffers.scales);
      }
      if (paired) {
        PairedLookup.lookUpTokens(weights, at, part.words(), tables, tableAt, 2 * tokenTables, buffers.tokenLanes);
        addPairs(buffers, scaled, panelSumAt, sumStride);
      } else {
        TernaryLookup.lookUpTokens(weights, at, part.words(), tables, tableAt, tokenTables, buffers.tokenLanes);
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
