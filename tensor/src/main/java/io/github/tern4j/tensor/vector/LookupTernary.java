package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryWords;
import io.github.tern4j.tensor.ternary.TernaryWords.Segment;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A ternary matrix multiplied by table lookups ({@link TernaryLookup}), for 512-bit vectors. Few tokens: their tables are built
 * once, and a task is a block of rows, which lies in memory as one stream. Many tokens: a task is {@value #TILE} of them, which
 * take turns with each segment of the weights while it is in a cache; the tables of the segment are built just before.
 */
final class LookupTernary implements PreparedTernary, IntConsumer {

  /** Tokens of a task. */
  private static final int TILE = 8;

  /** Shorts of the tables of a segment. */
  private static final int SEGMENT_TABLES = SEGMENT_WORDS * TernaryLookup.WORD_SHORTS;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private final Workers workers;
  private final TernaryWords words;
  private final boolean grouped;
  private final float scale;
  private final LookupInput ownInput;

  private LookupInput input;
  private Tensor out;

  /**
   * A matrix for products.
   *
   * @param scale the scale of the tensor; not read when groups have scales
   * @param ownInput for products whose activations are not shared
   */
  LookupTernary(TernaryWords words, float scale, LookupInput ownInput, Workers workers) {
    this.workers = workers;
    this.words = words;
    this.grouped = words.scaleBytes() > 0;
    this.scale = scale;
    this.ownInput = ownInput;
  }

  /** Working memory of a thread, grown to the largest size asked for and then reused. */
  private static final class Buffers {
    private short[] codes = new short[0];
    private short[] tables = new short[0];
    private final short[] tokenLanes = new short[TernaryLookup.TOKENS_LANES];
    private final float[] scales = new float[PANEL_ROWS];
    private int[] sums = new int[0];
    private float[] totals = new float[0];

    void reserve(int codeCount, int tableCount) {
      codes = codes.length < codeCount ? new short[codeCount] : codes;
      tables = tables.length < tableCount ? new short[tableCount] : tables;
    }

    void clearSums(int count, boolean grouped) {
      sums = sums.length < count ? new int[count] : sums;
      Arrays.fill(sums, 0, count, 0);
      if (grouped) {
        totals = totals.length < count ? new float[count] : totals;
        Arrays.fill(totals, 0, count, 0);
      }
    }
  }

  @Override
  public void product(Tensor codes, Tensor gamma, Tensor out) {
    ownInput.set(codes, gamma);
    product(ownInput, out);
  }

  @Override
  public void product(TernaryInput input, Tensor out) {
    if (!(input instanceof LookupInput own)) {
      throw new IllegalArgumentException("ternary product: input of another kernel; expected one that this weight's kernel made");
    }
    TernaryProductKernel.checkProduct(words.rows(), words.columns(), own.codes(), own.gamma(), out);
    this.input = own;
    this.out = out;
    if (areFew()) {
      workers.run(Math.ceilDiv(words.panels(), words.blockPanels()), this);
    } else {
      workers.run(Math.ceilDiv(own.codes().dim(0), TILE), this);
    }
  }

  /** Whether there are so few tokens that tasks are blocks of rows. */
  private boolean areFew() {
    return input.codes().dim(0) < TILE;
  }

  @Override
  public void accept(int task) {
    int tokens = input.codes().dim(0);
    if (areFew()) {
      int firstPanel = task * words.blockPanels();
      multiplyBlock(input.tables(words), firstPanel, endOfBlock(firstPanel));
    } else {
      multiplyTile(task * TILE, Math.min(tokens, (task + 1) * TILE));
    }
  }

  private int endOfBlock(int firstPanel) {
    return Math.min(words.panels(), firstPanel + words.blockPanels());
  }

  /** All tokens of the input with a block of rows; their tables are there. */
  private void multiplyBlock(short[] tables, int firstPanel, int lastPanel) {
    int tokens = input.codes().dim(0);
    int stride = (lastPanel - firstPanel) * PANEL_ROWS;
    int tokenTables = LookupInput.rowShorts(words);
    Buffers buffers = BUFFERS.get();
    buffers.clearSums(tokens * stride, grouped);
    for (Segment segment : words.segments()) {
      int token = 0;
      for (; token <= tokens - TernaryLookup.TOKENS; token += TernaryLookup.TOKENS) {
        int tableAt = LookupInput.tableAt(words, token, segment);
        addTokens(buffers, segment, tables, tableAt, tokenTables, token * stride, stride, firstPanel, lastPanel);
      }
      for (; token < tokens; token++) {
        int tableAt = LookupInput.tableAt(words, token, segment);
        addToken(buffers, segment, tables, tableAt, token * stride, firstPanel, lastPanel);
      }
    }
    write(buffers, 0, tokens, firstPanel, lastPanel);
  }

  /** A tile of tokens with all rows. */
  private void multiplyTile(int firstToken, int lastToken) {
    int tokens = lastToken - firstToken;
    int stride = words.panels() * PANEL_ROWS;
    int codeStride = TernaryLookup.widenedShorts(words.columns());
    Buffers buffers = BUFFERS.get();
    buffers.clearSums(tokens * stride, grouped);
    buffers.reserve(tokens * codeStride, TernaryLookup.TOKENS * SEGMENT_TABLES);
    for (int token = 0; token < tokens; token++) {
      long at = input.codes().elementOffset() + (long) (firstToken + token) * words.columns();
      TernaryLookup.widen(input.codes().segment(), at, words.columns(), buffers.codes, token * codeStride);
    }
    for (Segment segment : words.segments()) {
      int column = words.column(segment.group(), segment.first());
      int token = 0;
      for (; token <= tokens - TernaryLookup.TOKENS; token += TernaryLookup.TOKENS) {
        for (int i = 0; i < TernaryLookup.TOKENS; i++) {
          int codeAt = (token + i) * codeStride + column;
          TernaryLookup.tables(buffers.codes, codeAt, segment.words(), buffers.tables, i * SEGMENT_TABLES);
        }
        for (int first = 0; first < words.panels(); first += words.blockPanels()) {
          int sumAt = token * stride + first * PANEL_ROWS;
          addTokens(buffers, segment, buffers.tables, 0, SEGMENT_TABLES, sumAt, stride, first, endOfBlock(first));
        }
      }
      for (; token < tokens; token++) {
        TernaryLookup.tables(buffers.codes, token * codeStride + column, segment.words(), buffers.tables, 0);
        for (int first = 0; first < words.panels(); first += words.blockPanels()) {
          addToken(buffers, segment, buffers.tables, 0, token * stride + first * PANEL_ROWS, first, endOfBlock(first));
        }
      }
    }
    write(buffers, firstToken, tokens, 0, words.panels());
  }

  /** One token with a segment of neighbouring panels of a block. */
  private void addToken(Buffers buffers, Segment segment, short[] tables, int tableAt, int sumAt, int firstPanel, int lastPanel) {
    MemorySegment weights = words.segment();
    int count = segment.words();
    boolean fused = grouped && segment.isGroup() && count <= TernaryLookup.GROUP_WORDS && words.scaleBytes() == Short.BYTES;
    long at = words.offset(firstPanel, segment);
    int panelSumAt = sumAt;
    for (int panel = firstPanel; panel < lastPanel; panel++) {
      if (fused) {
        TernaryLookup.lookUpGroup(weights, at, count, tables, tableAt, buffers.totals, panelSumAt);
      } else {
        TernaryLookup.lookUp(weights, at, count, tables, tableAt, buffers.sums, panelSumAt);
        if (grouped && segment.endsGroup()) {
          loadScales(at + segment.wordBytes(), buffers.scales);
          TernaryLookup.addScaledSums(buffers.sums, buffers.scales, buffers.totals, panelSumAt);
        }
      }
      at += segment.bytes();
      panelSumAt += PANEL_ROWS;
    }
  }

  /**
   * Several tokens, whose sums are {@code sumStride} apart, with a segment of neighbouring panels of a block. Cuts the segment
   * into equal parts whose sums fit a short.
   */
  private void addTokens(Buffers buffers, Segment segment, short[] tables, int tableAt, int tokenTables, int sumAt, int sumStride,
      int firstPanel, int lastPanel) {
    int parts = Math.ceilDiv(segment.words(), TernaryLookup.SHORT_SUM_WORDS);
    int part = Math.ceilDiv(segment.words(), parts);
    boolean fused = grouped && segment.isGroup() && parts == 1;
    for (int from = 0; from < segment.words(); from += part) {
      int partWords = Math.min(part, segment.words() - from);
      int partTable = tableAt + from * TernaryLookup.WORD_SHORTS;
      long at = words.offset(firstPanel, segment) + (long) from * WORD_BYTES;
      int panelSumAt = sumAt;
      for (int panel = firstPanel; panel < lastPanel; panel++) {
        TernaryLookup.lookUpTokens(words.segment(), at, partWords, tables, partTable, tokenTables, buffers.tokenLanes);
        if (fused) {
          loadScales(at + segment.wordBytes(), buffers.scales);
          TernaryLookup.addScaledTokens(buffers.tokenLanes, buffers.scales, buffers.totals, panelSumAt, sumStride);
        } else {
          TernaryLookup.addTokens(buffers.tokenLanes, buffers.sums, panelSumAt, sumStride);
        }
        at += segment.bytes();
        panelSumAt += PANEL_ROWS;
      }
    }
    if (grouped && segment.endsGroup() && !fused) {
      for (int panel = firstPanel; panel < lastPanel; panel++) {
        loadScales(words.offset(panel, segment) + segment.wordBytes(), buffers.scales);
        for (int i = 0; i < TernaryLookup.TOKENS; i++) {
          int panelSumAt = sumAt + i * sumStride + (panel - firstPanel) * PANEL_ROWS;
          TernaryLookup.addScaledSums(buffers.sums, buffers.scales, buffers.totals, panelSumAt);
        }
      }
    }
  }

  private void loadScales(long at, float[] scales) {
    if (words.scaleBytes() == Short.BYTES) {
      TernaryLookup.halfScales(words.segment(), at, scales);
    } else {
      TernaryLookup.floatScales(words.segment(), at, scales);
    }
  }

  private void write(Buffers buffers, int firstToken, int tokens, int firstPanel, int lastPanel) {
    int stride = (lastPanel - firstPanel) * PANEL_ROWS;
    int firstRow = firstPanel * PANEL_ROWS;
    int rows = Math.min(words.rows(), lastPanel * PANEL_ROWS) - firstRow;
    Tensor gamma = input.gamma();
    for (int token = 0; token < tokens; token++) {
      float step = gamma.array()[gamma.arrayOffset() + firstToken + token] / ActivationQuantizerKernel.LARGEST_CODE;
      int outAt = out.arrayOffset() + (firstToken + token) * words.rows() + firstRow;
      if (grouped) {
        Lanes.scale(buffers.totals, token * stride, step, rows, out.array(), outAt, false);
      } else {
        TernaryLookup.scale(buffers.sums, token * stride, rows, scale * step, out.array(), outAt);
      }
    }
  }

  @Override
  public long byteSize() {
    return words.segment().byteSize();
  }
}
