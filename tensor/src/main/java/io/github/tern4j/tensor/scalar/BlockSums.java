package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;

/** Sums {@code [tokens, panels, 64]} of the words of neighbouring panels with the activations of up to four tokens. */
final class BlockSums {

  private final TernaryWords words;
  private final TernaryLayout layout;
  private final int firstPanel;
  private final int panels;
  private final int tokens;
  private final int[] sums;
  private final float[] totals;

  /** Words of a segment of a panel, and what they look up together, in arrays whose lengths the JIT can see. */
  private final short[] copied = new short[SEGMENT_WORDS * PANEL_ROWS];

  private final long[] lanes = new long[PANEL_ROWS];

  BlockSums(TernaryWords words, int firstPanel, int panels, int tokens) {
    this.words = words;
    this.layout = words.layout();
    this.firstPanel = firstPanel;
    this.panels = panels;
    this.tokens = tokens;
    this.sums = new int[tokens * panels * PANEL_ROWS];
    this.totals = new float[layout.scaleBytes() > 0 ? sums.length : 0];
  }

  /** Adds what all words look up, segment by segment, so that tables stay in a first-level cache. */
  void add(SumTables tables) {
    for (Segment segment : layout.segments()) {
      for (int panel = 0; panel < panels; panel++) {
        long at = layout.offset(firstPanel + panel, segment);
        MemorySegment.copy(words.segment(), WORD, at, copied, 0, segment.words() * WORD_BYTES / Short.BYTES);
        for (int from = 0; from < segment.words(); from += SumTables.WORDS) {
          int count = Math.min(SumTables.WORDS, segment.words() - from);
          lookUp(copied, from, count, tables.sums(), tables.at(segment) + from * SumTables.WORD_SUMS, lanes);
          for (int token = 0; token < tokens; token++) {
            addLanes(token, panel);
          }
        }
        if (totals.length > 0 && segment.endsGroup()) {
          addScaled(at + segment.wordBytes(), panel);
        }
      }
    }
  }

  /**
   * Sums of what the words of a panel look up. The tables of a word are copied into an array whose length the JIT knows, so that it
   * checks no index.
   */
  private static void lookUp(short[] words, int from, int count, long[] tables, int tablesAt, long[] lanes) {
    long[] table = new long[SumTables.WORD_SUMS];
    long[] totals = new long[PANEL_ROWS];
    for (int word = 0; word < count; word++) {
      System.arraycopy(tables, tablesAt + word * SumTables.WORD_SUMS, table, 0, SumTables.WORD_SUMS);
      int at = (from + word) * PANEL_ROWS;
      for (int lane = 0; lane < PANEL_ROWS; lane++) {
        int indices = words[at + lane];
        totals[lane] += table[indices & 31] + table[32 + (indices >>> 5 & 31)] + table[64 + (indices >>> 10 & 31)];
      }
    }
    System.arraycopy(totals, 0, lanes, 0, PANEL_ROWS);
  }

  private void addLanes(int token, int panel) {
    int at = (token * panels + panel) * PANEL_ROWS;
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      sums[at + lane] += SumTables.sum(lanes[lane], token);
    }
  }

  /** Adds the sums of a group of a panel, times its scales, to the totals. */
  private void addScaled(long scalesAt, int panel) {
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      float groupScale = words.scale(scalesAt, lane);
      for (int token = 0; token < tokens; token++) {
        int i = (token * panels + panel) * PANEL_ROWS + lane;
        totals[i] = Math.fma(sums[i], groupScale, totals[i]);
        sums[i] = 0;
      }
    }
  }

  /**
   * Writes the products.
   *
   * @param scale the scale of the tensor; not read when groups have scales
   * @param gamma largest magnitudes of all tokens
   * @param firstToken the token of the first sums
   * @param out {@code [tokens, rows]}
   */
  void write(float scale, Tensor gamma, int firstToken, Tensor out) {
    for (int token = 0; token < tokens; token++) {
      float step = gamma.array()[gamma.arrayOffset() + firstToken + token] / ActivationQuantizerKernel.LARGEST_CODE;
      int outAt = out.arrayOffset() + (firstToken + token) * layout.rows();
      for (int i = 0; i < panels * PANEL_ROWS; i++) {
        int row = TernaryLayout.row(firstPanel + i / PANEL_ROWS, i % PANEL_ROWS);
        int sumAt = token * panels * PANEL_ROWS + i;
        if (row < layout.rows()) {
          out.array()[outAt + row] = totals.length > 0 ? step * totals[sumAt] : sums[sumAt] * (scale * step);
        }
      }
    }
  }
}
