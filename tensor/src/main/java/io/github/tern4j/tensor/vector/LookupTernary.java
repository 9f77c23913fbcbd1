package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A ternary matrix multiplied by table lookups ({@link TernaryLookup}), for 512-bit vectors. Few tokens: their tables are built
 * once and tasks are ranges of rows. Many tokens: a task is {@value #TILE} of them, which take turns with each segment of the
 * weights while it is in a cache; the tables of the segment are built just before.
 */
final class LookupTernary implements PreparedTernary, IntConsumer {

  /** Tokens of a task. */
  private static final int TILE = 8;

  /** Weights of a task over rows: about a microsecond. */
  private static final int TASK_WEIGHTS = 1 << 17;

  /** Shorts of the tables of a segment. */
  private static final int SEGMENT_TABLES = SEGMENT_WORDS * TernaryLookup.WORD_SHORTS;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private final Workers workers;
  private final TernaryWords words;
  private final float scale;
  private final float[] groupScales;
  private final int taskPanels;

  private Tensor codes;
  private Tensor gamma;
  private Tensor out;
  private short[] sharedTables;

  /**
   * A matrix.
   *
   * @param scales from {@code scalesAt} on, row-major: one, or one for each group of each row
   * @param groupScales memory for {@link #groupScaleCount} scales, which it keeps
   */
  LookupTernary(TernaryWords words, float[] scales, int scalesAt, float[] groupScales, Workers workers) {
    this.workers = workers;
    this.words = words;
    this.scale = words.groupSize() == 0 ? scales[scalesAt] : Float.NaN;
    this.groupScales = groupScales;
    this.taskPanels = Math.max(1, TASK_WEIGHTS / (PANEL_ROWS * Math.max(1, words.columns())));
    if (words.groupSize() != 0) {
      transpose(scales, scalesAt);
    }
  }

  /** A packed matrix, with words and scales in memory of its own. */
  static LookupTernary of(PackedTernary weight, Workers workers) {
    TernaryWords words = TernaryWords.of(weight, workers);
    return new LookupTernary(words, weight.scales(), 0, new float[groupScaleCount(words)], workers);
  }

  /** Scales of all groups, rows filled up to whole panels; none with one scale per tensor. */
  static int groupScaleCount(TernaryWords words) {
    return words.groupSize() == 0 ? 0 : words.groups() * words.panels() * PANEL_ROWS;
  }

  /** Scales {@code [group, row]}. */
  private void transpose(float[] scales, int at) {
    for (int group = 0; group < words.groups(); group++) {
      for (int row = 0; row < words.rows(); row++) {
        groupScales[group * words.panels() * PANEL_ROWS + row] = scales[at + row * words.groups() + group];
      }
    }
  }

  /** Working memory of a thread, grown to the largest size asked for and then reused. */
  private static final class Buffers {
    private short[] codes = new short[0];
    private short[] tables = new short[0];
    private final short[] tokenLanes = new short[TernaryLookup.TOKENS_LANES];
    private final short[] lanes = new short[TernaryLookup.PANEL_LANES];
    private int[] sums = new int[0];
    private float[] totals = new float[0];

    void reserve(int codeCount, int tableCount, int sumCount) {
      codes = codes.length < codeCount ? new short[codeCount] : codes;
      tables = tables.length < tableCount ? new short[tableCount] : tables;
      if (sums.length < sumCount) {
        sums = new int[sumCount];
        totals = new float[sumCount];
      }
    }
  }

  @Override
  public void product(Tensor codes, Tensor gamma, Tensor out) {
    TernaryProductKernel.checkProduct(words.rows(), words.columns(), codes, gamma, out);
    this.codes = codes;
    this.gamma = gamma;
    this.out = out;
    int tokens = codes.dim(0);
    if (tokens < TILE) {
      sharedTables = tablesOfAll(tokens);
      workers.run(Math.ceilDiv(words.panels(), taskPanels), this);
    } else {
      sharedTables = null;
      workers.run(Math.ceilDiv(tokens, TILE), this);
    }
  }

  @Override
  public void accept(int task) {
    if (sharedTables != null) {
      multiply(0, codes.dim(0), task * taskPanels, Math.min(words.panels(), (task + 1) * taskPanels));
    } else {
      multiply(task * TILE, Math.min(codes.dim(0), (task + 1) * TILE), 0, words.panels());
    }
  }

  private int codeStride() {
    return words.columns() + WORD_COLUMNS;
  }

  private int tableStride() {
    return words.groups() * words.wordsPerGroup() * TernaryLookup.WORD_SHORTS;
  }

  private void widen(int token, short[] target, int at) {
    TernaryLookup.widen(codes.segment(), codes.elementOffset() + (long) token * words.columns(), words.columns(), target, at);
  }

  private short[] tablesOfAll(int tokens) {
    Buffers buffers = BUFFERS.get();
    buffers.reserve(codeStride(), Math.multiplyExact(tokens, tableStride()), 0);
    for (int token = 0; token < tokens; token++) {
      widen(token, buffers.codes, 0);
      for (int group = 0; group < words.groups(); group++) {
        TernaryLookup.tables(buffers.codes, words.column(group, 0), words.words(group), buffers.tables,
            sharedTable(token, group, 0));
      }
    }
    return buffers.tables;
  }

  private int sharedTable(int token, int group, int word) {
    return token * tableStride() + (group * words.wordsPerGroup() + word) * TernaryLookup.WORD_SHORTS;
  }

  private void multiply(int firstToken, int lastToken, int firstPanel, int lastPanel) {
    Buffers buffers = BUFFERS.get();
    int tokens = lastToken - firstToken;
    int stride = (lastPanel - firstPanel) * PANEL_ROWS;
    buffers.reserve(tokens * codeStride(), TernaryLookup.TOKENS * SEGMENT_TABLES, tokens * stride);
    Arrays.fill(buffers.sums, 0, tokens * stride, 0);
    Arrays.fill(buffers.totals, 0, tokens * stride, 0);
    if (sharedTables == null) {
      for (int token = 0; token < tokens; token++) {
        widen(firstToken + token, buffers.codes, token * codeStride());
      }
    }
    for (int group = 0; group < words.groups(); group++) {
      for (int first = 0; first < words.words(group); first += SEGMENT_WORDS) {
        int token = 0;
        for (; token <= tokens - TernaryLookup.TOKENS; token += TernaryLookup.TOKENS) {
          addSegmentOfTokens(buffers, group, first, token, firstPanel, lastPanel);
        }
        for (; token < tokens; token++) {
          addSegment(buffers, group, first, token, firstPanel, lastPanel);
        }
      }
      if (words.groupSize() != 0) {
        int scaleAt = (group * words.panels() + firstPanel) * PANEL_ROWS;
        for (int token = 0; token < tokens; token++) {
          TernaryLookup.addGroup(buffers.sums, stride, groupScales, scaleAt, buffers.totals, token * stride);
        }
      }
    }
    int firstRow = firstPanel * PANEL_ROWS;
    int rows = Math.min(words.rows(), lastPanel * PANEL_ROWS) - firstRow;
    for (int token = 0; token < tokens; token++) {
      float step = gamma.array()[gamma.arrayOffset() + firstToken + token] / ActivationQuantizerKernel.LARGEST_CODE;
      int outAt = out.arrayOffset() + (firstToken + token) * words.rows() + firstRow;
      if (words.groupSize() == 0) {
        TernaryLookup.scale(buffers.sums, token * stride, rows, scale * step, out.array(), outAt);
      } else {
        Lanes.scale(buffers.totals, token * stride, step, rows, out.array(), outAt, false);
      }
    }
  }

  private void addSegment(Buffers buffers, int group, int first, int token, int firstPanel, int lastPanel) {
    int count = words.segmentWords(group, first);
    short[] tables = segmentTables(buffers, group, first, token, 1);
    int tableAt = sharedTables == null ? 0 : sharedTable(token, group, first);
    long at = words.offset(group, first, firstPanel);
    int sumAt = token * (lastPanel - firstPanel) * PANEL_ROWS;
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      TernaryLookup.lookUp(words.segment(), at, count, tables, tableAt, buffers.lanes);
      TernaryLookup.addLanes(buffers.lanes, buffers.sums, sumAt);
      at += (long) count * TernaryWords.WORD_BYTES;
      sumAt += PANEL_ROWS;
    }
  }

  /** Cuts the segment into equal parts whose sums fit a short. */
  private void addSegmentOfTokens(Buffers buffers, int group, int first, int token, int firstPanel, int lastPanel) {
    int count = words.segmentWords(group, first);
    short[] tables = segmentTables(buffers, group, first, token, TernaryLookup.TOKENS);
    int tableAt = sharedTables == null ? 0 : sharedTable(token, group, first);
    int tokenTables = sharedTables == null ? SEGMENT_TABLES : tableStride();
    int sumStride = (lastPanel - firstPanel) * PANEL_ROWS;
    int part = Math.ceilDiv(count, Math.ceilDiv(count, TernaryLookup.TOKENS_WORDS));
    for (int from = 0; from < count; from += part) {
      int partWords = Math.min(part, count - from);
      int partTable = tableAt + from * TernaryLookup.WORD_SHORTS;
      long at = words.offset(group, first, firstPanel) + (long) from * TernaryWords.WORD_BYTES;
      int sumAt = token * sumStride;
      for (int panel = firstPanel; panel < lastPanel; panel++) {
        TernaryLookup.lookUpTokens(words.segment(), at, partWords, tables, partTable, tokenTables, buffers.tokenLanes);
        TernaryLookup.addTokens(buffers.tokenLanes, buffers.sums, sumAt, sumStride);
        at += (long) count * TernaryWords.WORD_BYTES;
        sumAt += PANEL_ROWS;
      }
    }
  }

  /** The shared tables, or those of a segment for {@code tokens} tokens, built now. */
  private short[] segmentTables(Buffers buffers, int group, int first, int token, int tokens) {
    if (sharedTables != null) {
      return sharedTables;
    }
    for (int i = 0; i < tokens; i++) {
      TernaryLookup.tables(buffers.codes, (token + i) * codeStride() + words.column(group, first),
          words.segmentWords(group, first), buffers.tables, i * SEGMENT_TABLES);
    }
    return buffers.tables;
  }

  @Override
  public long byteSize() {
    return words.segment().byteSize() + (long) Float.BYTES * groupScaleCount(words);
  }
}
