package io.github.tern4j.tensor.scalar;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Sums {@code [tokens, panels, 64]} of the words of neighbouring panels with the activations of up to four tokens. */
final class BlockSums {

  private final TernaryWords words;
  private final TernaryLayout layout;
  private final int firstPanel;
  private final int panels;
  private final int tokens;
  private final int[] sums;
  private final float[] totals;

  /** The words of a segment of all panels. */
  private final short[] copied;

  BlockSums(TernaryWords words, int firstPanel, int panels, int tokens) {
    this.words = words;
    this.layout = words.layout();
    this.firstPanel = firstPanel;
    this.panels = panels;
    this.tokens = tokens;
    this.sums = new int[tokens * panels * PANEL_ROWS];
    this.totals = new float[layout.scaleBytes() > 0 ? sums.length : 0];
    this.copied = new short[panels * SEGMENT_WORDS * PANEL_ROWS];
  }

  /**
   * Adds what all words look up, segment by segment, so that tables stay in a first-level cache. What is not in {@link #lookUp}
   * runs seldom: the JIT compiles it late.
   */
  void add(SumTables tables) {
    for (Segment segment : layout.segments()) {
      long at = layout.offset(firstPanel, segment);
      if (segment.bytes() == segment.wordBytes()) {
        MemorySegment.copy(words.segment(), WORD, at, copied, 0, panels * segment.words() * PANEL_ROWS);
      } else {
        for (int panel = 0; panel < panels; panel++) {
          MemorySegment.copy(words.segment(), WORD, at + panel * segment.bytes(), copied, panel * segment.words() * PANEL_ROWS,
              segment.words() * PANEL_ROWS);
        }
      }
      for (int panel = 0; panel < panels; panel++) {
        lookUp(copied, panel * segment.words(), segment.words(), tables.sums(), tables.at(segment), tokens, sums,
            panel * PANEL_ROWS, panels * PANEL_ROWS);
      }
      if (totals.length > 0 && segment.endsGroup()) {
        for (int panel = 0; panel < panels; panel++) {
          addScaled(at + panel * segment.bytes() + segment.wordBytes(), panel);
        }
      }
    }
  }

  /**
   * Adds what the words of a panel look up to the sums of each token, which are {@code stride} apart. The tables of a word are
   * copied into an array whose length the JIT knows, so that it checks no index.
   */
  private static void lookUp(short[] words, int first, int count, long[] tables, int tablesAt, int tokens, int[] sums, int sumAt,
      int stride) {
    long[] table = new long[SumTables.WORD_SUMS];
    long[] lanes = new long[PANEL_ROWS];
    for (int word = 0; word < count; word++) {
      System.arraycopy(tables, tablesAt + word * SumTables.WORD_SUMS, table, 0, SumTables.WORD_SUMS);
      int at = (first + word) * PANEL_ROWS;
      for (int lane = 0; lane < PANEL_ROWS; lane++) {
        int indices = words[at + lane];
        lanes[lane] += table[indices & 31] + table[32 + (indices >>> 5 & 31)] + table[64 + (indices >>> 10 & 31)];
      }
      if ((word + 1) % SumTables.WORDS == 0 || word + 1 == count) {
        for (int token = 0; token < tokens; token++) {
          for (int lane = 0; lane < PANEL_ROWS; lane++) {
            short sum = (short) lanes[lane];
            sums[sumAt + token * stride + lane] += sum;
            lanes[lane] = lanes[lane] - sum >> Short.SIZE;
          }
        }
        Arrays.fill(lanes, 0);
      }
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
