package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A ternary matrix multiplied by table lookups ({@link TernaryLookup}). Few tokens: their tables are built once, and panels are
 * read in {@value TernaryLookup#PANELS} streams. Many tokens: they take turns with each segment of the weights while it is in a
 * cache ({@link TokensLookup}).
 */
final class LookupTernary implements PreparedTernary {

  /** Bytes of the tables of a segment. */
  private static final long SEGMENT_TABLES = (long) SEGMENT_WORDS * TernaryLookup.WORD_TABLE_BYTES;

  private final MemorySegment weights;
  private final TernaryLayout layout;

  /** Gone through by index: an iterator for each task would be garbage. */
  private final List<Segment> segments;

  private final boolean grouped;
  private final float scale;
  private final LookupInput ownInput;
  private final LookupProducts products;
  private final TokensLookup tokensLookup;

  /**
   * A matrix for products.
   *
   * @param layout where words lie
   * @param weights words as {@link TernaryLookup} looks sums up by: see {@link BytePlanes#of} and {@link BytePlanes#in}
   * @param scale the scale of the tensor; not read when groups have scales
   * @param ownInput for products whose activations are not shared
   * @param products runs products
   */
  LookupTernary(TernaryLayout layout, MemorySegment weights, float scale, LookupInput ownInput, LookupProducts products) {
    this.weights = weights;
    this.layout = layout;
    this.segments = layout.segments();
    this.grouped = layout.scaleBytes() > 0;
    this.scale = scale;
    this.ownInput = ownInput;
    this.products = products;
    this.tokensLookup = new TokensLookup(weights, layout);
  }

  @Override
  public void product(Tensor codes, Tensor gamma, Tensor out) {
    ownInput.set(codes, gamma);
    product(ownInput, out);
  }

  @Override
  public void product(TernaryInput input, Tensor out) {
    products.product(this, input, out);
  }

  /** Where the words lie. */
  TernaryLayout layout() {
    return layout;
  }

  /** All tokens with neighbouring panels of a block. */
  void multiplyPanels(LookupInput input, int firstPanel, int lastPanel, Tensor out) {
    MemorySegment tables = input.tables(layout);
    int tokens = input.codes().dim(0);
    int stride = (lastPanel - firstPanel) * PANEL_ROWS;
    long tokenTables = LookupInput.rowBytes(layout);
    LookupBuffers buffers = LookupBuffers.get();
    buffers.clearSums(tokens * stride, grouped);
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      int token = 0;
      for (; !TernaryLookup.BY_BYTES && token <= tokens - TernaryLookup.TOKENS; token += TernaryLookup.TOKENS) {
        long tableAt = LookupInput.tableAt(layout, token, segment);
        tokensLookup.add(buffers, segment, tables, tableAt, tokenTables, token * stride, stride, firstPanel, lastPanel);
      }
      for (; token < tokens; token++) {
        long tableAt = LookupInput.tableAt(layout, token, segment);
        addToken(buffers, segment, tables, tableAt, token * stride, firstPanel, lastPanel);
      }
    }
    write(buffers, input, 0, tokens, firstPanel, lastPanel, out);
  }

  /** A tile of tokens with all rows. */
  void multiplyTile(LookupInput input, int firstToken, int lastToken, Tensor out) {
    int tokens = lastToken - firstToken;
    int stride = layout.panels() * PANEL_ROWS;
    int codeStride = TernaryLookup.widenedShorts(layout.columns());
    LookupBuffers buffers = LookupBuffers.get();
    buffers.clearSums(tokens * stride, grouped);
    buffers.reserve(tokens * codeStride, Math.max(TokensLookup.TABLES_BYTES, SEGMENT_TABLES));
    for (int token = 0; token < tokens; token++) {
      long at = input.codes().elementOffset() + (long) (firstToken + token) * layout.columns();
      TernaryLookup.widen(input.codes().segment(), at, layout.columns(), buffers.codes, token * codeStride);
    }
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      int column = layout.column(segment.group(), segment.first());
      int token = 0;
      for (; token <= tokens - TernaryLookup.TOKENS; token += TernaryLookup.TOKENS) {
        tokensLookup.addAll(buffers, segment, token * codeStride + column, codeStride, token * stride, stride);
      }
      for (; token < tokens; token++) {
        addAll(buffers, segment, token * codeStride + column, token * stride);
      }
    }
    write(buffers, input, firstToken, tokens, 0, layout.panels(), out);
  }

  /** One token with a segment of all rows. */
  private void addAll(LookupBuffers buffers, Segment segment, int codeAt, int sumAt) {
    TernaryLookup.tables(buffers.codes, codeAt, segment.words(), buffers.tables, 0);
    for (int first = 0; first < layout.panels(); first += layout.blockPanels()) {
      int last = Math.min(layout.panels(), first + layout.blockPanels());
      addToken(buffers, segment, buffers.tables, 0, sumAt + first * PANEL_ROWS, first, last);
    }
  }

  /** One token with a segment of neighbouring panels of a block. */
  private void addToken(LookupBuffers buffers, Segment segment, MemorySegment tables, long tableAt, int sumAt, int firstPanel,
      int lastPanel) {
    int count = segment.words();
    boolean smallGroup = grouped && segment.isGroup() && count <= TernaryLookup.GROUP_WORDS;
    boolean fused = smallGroup && layout.scaleBytes() == Short.BYTES && !TernaryLookup.BY_BYTES;
    int panel = firstPanel;
    if (TernaryLookup.looksUpPanels() && fused && count <= TernaryLookup.SHORT_SUM_WORDS) {
      panel += addGroups(buffers, segment, tables, tableAt, sumAt, panel, (lastPanel - panel) / TernaryLookup.GROUP_PANELS);
    }
    if (TernaryLookup.looksUpPanels() && smallGroup == grouped) {
      panel += addPanels(buffers, segment, tables, tableAt, sumAt + (panel - firstPanel) * PANEL_ROWS, panel,
          (lastPanel - panel) / TernaryLookup.PANELS);
    }
    long at = layout.offset(panel, segment);
    int panelSumAt = sumAt + (panel - firstPanel) * PANEL_ROWS;
    for (; panel < lastPanel; panel++) {
      if (fused) {
        TernaryLookup.lookUpGroup(weights, at, count, tables, tableAt, buffers.totals, panelSumAt);
      } else {
        TernaryLookup.lookUp(weights, at, count, tables, tableAt, buffers.sums, panelSumAt);
        if (grouped && segment.endsGroup()) {
          TernaryLookup.scales(weights, at + segment.wordBytes(), layout.scaleBytes(), buffers.scales);
          TernaryLookup.addScaledSums(buffers.sums, buffers.scales, buffers.totals, panelSumAt);
        }
      }
      at += segment.bytes();
      panelSumAt += PANEL_ROWS;
    }
  }

  /**
   * One token with a whole group of as many panels of a block as {@value TernaryLookup#GROUP_PANELS} streams of {@code count}
   * panels have.
   *
   * @return these panels
   */
  private int addGroups(LookupBuffers buffers, Segment segment, MemorySegment tables, long tableAt, int sumAt, int firstPanel,
      int count) {
    long at = layout.offset(firstPanel, segment);
    long step = (long) count * segment.bytes();
    for (int i = 0; i < count; i++) {
      TernaryLookup.lookUpGroups(weights, at, step, segment.words(), tables, tableAt, buffers.panelLanes);
      TernaryLookup.addHalfScaledGroups(buffers.panelLanes, weights, at + segment.wordBytes(), step, buffers.totals,
          sumAt + i * PANEL_ROWS, count * PANEL_ROWS);
      at += segment.bytes();
    }
    return count * TernaryLookup.GROUP_PANELS;
  }

  /** As {@link #addGroups} with a segment of panels in {@value TernaryLookup#PANELS} streams. */
  private int addPanels(LookupBuffers buffers, Segment segment, MemorySegment tables, long tableAt, int sumAt, int firstPanel,
      int count) {
    long at = layout.offset(firstPanel, segment);
    long step = (long) count * segment.bytes();
    int stride = count * PANEL_ROWS;
    int panelSumAt = sumAt;
    for (int i = 0; i < count; i++) {
      TernaryLookup.lookUpPanels(weights, at, step, segment.words(), tables, tableAt, buffers.panelLanes);
      long scaleAt = at + segment.wordBytes();
      switch (layout.scaleBytes()) {
        case Short.BYTES ->
            TernaryLookup.addHalfScaledPanels(buffers.panelLanes, weights, scaleAt, step, buffers.totals, panelSumAt, stride);
        case Float.BYTES ->
            TernaryLookup.addFloatScaledPanels(buffers.panelLanes, weights, scaleAt, step, buffers.totals, panelSumAt, stride);
        default -> TernaryLookup.addPanels(buffers.panelLanes, buffers.sums, panelSumAt, stride);
      }
      at += segment.bytes();
      panelSumAt += PANEL_ROWS;
    }
    return count * TernaryLookup.PANELS;
  }

  private void write(
      LookupBuffers buffers, LookupInput input, int firstToken, int tokens, int firstPanel, int lastPanel, Tensor out) {
    int stride = (lastPanel - firstPanel) * PANEL_ROWS;
    int firstRow = firstPanel * PANEL_ROWS;
    int rows = Math.min(layout.rows(), lastPanel * PANEL_ROWS) - firstRow;
    Tensor gamma = input.gamma();
    for (int token = 0; token < tokens; token++) {
      float step = gamma.array()[gamma.arrayOffset() + firstToken + token] / ActivationQuantizerKernel.LARGEST_CODE;
      int outAt = out.arrayOffset() + (firstToken + token) * layout.rows() + firstRow;
      if (grouped) {
        Lanes.scale(buffers.totals, token * stride, step, rows, out.array(), outAt, false);
      } else {
        TernaryLookup.scale(buffers.sums, token * stride, rows, scale * step, out.array(), outAt);
      }
    }
  }

  @Override
  public long byteSize() {
    return weights.byteSize();
  }
}
