package io.github.tern4j.tensor.ternary;

import io.github.tern4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the words of a ternary matrix lie ({@link TernaryWords}).
 *
 * <p>Order in memory: blocks of {@value #LEAST_BLOCK_PANELS} to {@value #MOST_BLOCK_PANELS} panels, as large as leaves two of
 * them, so that two threads can read a stream each; in a block, segments of words of one group; in a segment, panels; in a
 * panel, words. So a thread that multiplies a block reads ascending memory, and the tables of a segment, which take a third
 * of a first-level cache, are loaded into it once for all panels of the block. Loading them again costs more than their size
 * says, since a miss waits behind those of the stream: on AMD EPYC Zen 4, JDK 25, one thread, weights of 1,024 columns that come
 * from memory arrive at 15 GB/s in blocks of 2 panels, at 19, 22, 24, 26 and 27 GB/s in blocks of 4, 8, 16, 24 and 48.
 */
public final class TernaryLayout {

  private static final int LEAST_BLOCK_PANELS = 8;
  private static final int MOST_BLOCK_PANELS = 32;

  /**
   * Neighbouring words of one group.
   *
   * @param group the group
   * @param first its first word here
   * @param words number of words, at most {@value TernaryWords#SEGMENT_WORDS}
   * @param endsGroup whether the group ends with them
   * @param bytesBefore bytes of a panel in front of them
   * @param bytes bytes of a panel, scales behind the end of a group included
   */
  public record Segment(int group, int first, int words, boolean endsGroup, long bytesBefore, int bytes) {

    /** Whether this is a group as a whole. */
    public boolean isGroup() {
      return first == 0 && endsGroup;
    }

    /** Bytes from the beginning to the scales of a panel, if there are any. */
    public long wordBytes() {
      return (long) words * TernaryWords.WORD_BYTES;
    }
  }

  private static final int HALF_ROWS = TernaryWords.PANEL_ROWS / 2;

  private final int rows;
  private final int columns;
  private final int groupSize;
  private final int groups;
  private final int groupColumns;
  private final int scaleBytes;
  private final int panels;
  private final int blockPanels;
  private final List<Segment> segments;
  private final long panelBytes;

  /**
   * The layout of a matrix.
   *
   * @param shape {@code [out, in]}
   * @param groupSize columns of a group, or 0 for one scale per tensor, which is not among the words
   * @param scaleBytes bytes of a scale behind a group: 2 or 4, or 0 without groups
   */
  TernaryLayout(Shape shape, int groupSize, int scaleBytes) {
    this.rows = shape.dim(0);
    this.columns = shape.dim(1);
    this.groupSize = groupSize;
    this.groupColumns = groupSize == 0 ? columns : groupSize;
    this.groups = groupSize == 0 ? 1 : Math.ceilDiv(columns, groupSize);
    this.scaleBytes = scaleBytes;
    this.panels = Math.ceilDiv(rows, TernaryWords.PANEL_ROWS);
    this.blockPanels = blockPanels(panels);
    this.segments = cut();
    this.panelBytes = segments.isEmpty() ? 0 : segments.getLast().bytesBefore() + segments.getLast().bytes();
  }

  private static int blockPanels(int panels) {
    int size = MOST_BLOCK_PANELS;
    while (size > LEAST_BLOCK_PANELS && panels <= size) {
      size /= 2;
    }
    return size;
  }

  /** Groups in as few segments as possible, those of a group of the same size but for the last one. */
  private List<Segment> cut() {
    List<Segment> all = new ArrayList<>();
    long bytes = 0;
    for (int group = 0; group < groups; group++) {
      int groupWords = Math.ceilDiv(end(group) - column(group, 0), TernaryWords.WORD_COLUMNS);
      int size = groupWords == 0 ? 1 : Math.ceilDiv(groupWords, Math.ceilDiv(groupWords, TernaryWords.SEGMENT_WORDS));
      for (int first = 0; first < groupWords; first += size) {
        int count = Math.min(size, groupWords - first);
        boolean endsGroup = first + count == groupWords;
        int segmentBytes = count * TernaryWords.WORD_BYTES + (endsGroup ? TernaryWords.PANEL_ROWS * scaleBytes : 0);
        all.add(new Segment(group, first, count, endsGroup, bytes, segmentBytes));
        bytes += segmentBytes;
      }
    }
    return List.copyOf(all);
  }

  /** Bytes of all words and their scales. */
  public long byteSize() {
    return panels * panelBytes;
  }

  /** The row whose words lie in lane {@code lane} of a panel; over the last row in what fills up the last panel. */
  public static int row(int panel, int lane) {
    return panel * TernaryWords.PANEL_ROWS + rowOfLane(lane);
  }

  /** The row in a panel whose words lie in lane {@code lane}. */
  static int rowOfLane(int lane) {
    int inHalf = lane % HALF_ROWS;
    return lane / HALF_ROWS * HALF_ROWS + inHalf / 2 + inHalf % 2 * (HALF_ROWS / 2);
  }

  /** Output rows. */
  public int rows() {
    return rows;
  }

  /** Input columns. */
  public int columns() {
    return columns;
  }

  /** Panels of {@value TernaryWords#PANEL_ROWS} rows. */
  public int panels() {
    return panels;
  }

  /** Panels of a block, a power of two; the last block may have fewer. */
  public int blockPanels() {
    return blockPanels;
  }

  /** Groups of columns whose sums are kept apart; 1 with one scale per tensor. */
  public int groups() {
    return groups;
  }

  /** Columns of a group, or 0 for one scale per tensor. */
  public int groupSize() {
    return groupSize;
  }

  /** Columns of a group; the last one may have fewer. */
  public int groupColumns() {
    return groupColumns;
  }

  /** Words of every group but the last one, which may have fewer. */
  public int wordsPerGroup() {
    return Math.ceilDiv(groupColumns, TernaryWords.WORD_COLUMNS);
  }

  /** Bytes of a scale behind a group: 2 or 4, or 0 when there is one scale per tensor, which is not kept here. */
  public int scaleBytes() {
    return scaleBytes;
  }

  /** Segments in the order of their columns. */
  public List<Segment> segments() {
    return segments;
  }

  /** The first column of a word of a group. */
  public int column(int group, int word) {
    return group * groupColumns + word * TernaryWords.WORD_COLUMNS;
  }

  /** The column behind a group. */
  public int end(int group) {
    return (int) Math.min(columns, (group + 1L) * groupColumns);
  }

  /** Where a segment of a panel begins; the same segment of the next panel of the block follows it. */
  public long offset(int panel, Segment segment) {
    int firstOfBlock = panel / blockPanels * blockPanels;
    int inBlock = Math.min(blockPanels, panels - firstOfBlock);
    return firstOfBlock * panelBytes + inBlock * segment.bytesBefore() + (long) (panel - firstOfBlock) * segment.bytes();
  }
}
