package io.github.tern4j.tensor.ternary;

import static io.github.tern4j.tensor.ternary.TernaryWords.INDEX_BITS;
import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SUMS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_COLUMNS;

import io.github.tern4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link PackedTernary}, four columns a byte, to {@link TernaryWords}, nine columns a word, and back. */
final class WordPacking {

  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

  /** Code 0 in nine columns of {@link PackedTernary}. */
  private static final int ZERO_CODES = 0b01_01_01_01_01_01_01_01_01;

  /** The index of three columns from their six bits in {@link PackedTernary}. */
  private static final byte[] INDEX = new byte[1 << 6];

  /** The six bits of three columns from their index. */
  private static final byte[] THREE_CODES = new byte[1 << INDEX_BITS];

  static {
    for (int bits = 0; bits < INDEX.length; bits++) {
      INDEX[bits] = (byte) ((bits & 3) + 3 * (bits >> 2 & 3) + 9 * (bits >> 4));
    }
    for (int index = 0; index < SUMS; index++) {
      THREE_CODES[index] = (byte) (index % 3 | index / 3 % 3 << 2 | index / 9 << 4);
    }
  }

  private WordPacking() {}

  /** Fills a panel. */
  static void fill(TernaryWords words, PackedTernary packed, int panel) {
    TernaryLayout layout = words.layout();
    for (TernaryLayout.Segment segment : layout.segments()) {
      long at = layout.offset(panel, segment);
      fillWords(words, packed, segment, panel, at);
      if (segment.endsGroup() && layout.scaleBytes() > 0) {
        fillScales(words, packed, segment.group(), panel, at + segment.wordBytes());
      }
    }
  }

  private static void fillWords(TernaryWords words, PackedTernary packed, TernaryLayout.Segment segment, int panel, long at) {
    TernaryLayout layout = words.layout();
    int end = layout.end(segment.group());
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = TernaryLayout.row(panel, lane);
      for (int word = 0; word < segment.words(); word++) {
        int column = layout.column(segment.group(), segment.first() + word);
        int codes = row < layout.rows() ? codes(packed, row, column, Math.min(WORD_COLUMNS, end - column)) : ZERO_CODES;
        int value = INDEX[codes & 63] | INDEX[codes >> 6 & 63] << INDEX_BITS | INDEX[codes >> 12] << 2 * INDEX_BITS;
        words.segment().set(WORD, at + (long) word * WORD_BYTES + lane * Short.BYTES, (short) value);
      }
    }
  }

  private static void fillScales(TernaryWords words, PackedTernary packed, int group, int panel, long at) {
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = TernaryLayout.row(panel, lane);
      words.putScale(at, lane, row < words.layout().rows() ? packed.scale(row, group) : 0);
    }
  }

  /** The bits of {@code count} columns, and code 0 in what is left of nine. */
  private static int codes(PackedTernary packed, int row, int column, int count) {
    long rowAt = (long) row * PackedTernary.bytesPerRow(packed.columns());
    int bits = 0;
    for (int at = column / 4; at <= (column + count - 1) / 4; at++) {
      bits |= (packed.codes().get(ValueLayout.JAVA_BYTE, rowAt + at) & 0xFF) << Byte.SIZE * (at - column / 4);
    }
    int mask = (1 << 2 * count) - 1;
    return bits >>> 2 * (column % 4) & mask | ZERO_CODES & ~mask;
  }

  /**
   * The same matrix with four columns a byte.
   *
   * @param scale the scale of the tensor; not read when groups have scales
   */
  static PackedTernary unpack(TernaryWords words, float scale) {
    TernaryLayout layout = words.layout();
    Shape shape = Shape.of(layout.rows(), layout.columns());
    MemorySegment codes = Arena.ofAuto().allocate(shape.dim(0) * (long) PackedTernary.bytesPerRow(shape.dim(1)), Long.BYTES);
    float[] scales = new float[layout.groupSize() == 0 ? 1 : Math.multiplyExact(shape.dim(0), layout.groups())];
    scales[0] = scale;
    for (int panel = 0; panel < layout.panels(); panel++) {
      unpack(words, panel, codes, scales);
    }
    return new PackedTernary(shape, layout.groupSize(), codes, scales);
  }

  private static void unpack(TernaryWords words, int panel, MemorySegment codes, float[] scales) {
    TernaryLayout layout = words.layout();
    for (int lane = 0; lane < PANEL_ROWS; lane++) {
      int row = TernaryLayout.row(panel, lane);
      if (row < layout.rows()) {
        unpackRow(words, panel, lane, row, codes);
        for (TernaryLayout.Segment segment : layout.segments()) {
          if (segment.endsGroup() && layout.scaleBytes() > 0) {
            scales[row * layout.groups() + segment.group()] = words.scale(layout.offset(panel, segment) + segment.wordBytes(), lane);
          }
        }
      }
    }
  }

  private static void unpackRow(TernaryWords words, int panel, int lane, int row, MemorySegment codes) {
    TernaryLayout layout = words.layout();
    long rowAt = (long) row * PackedTernary.bytesPerRow(layout.columns());
    int bits = 0;
    int pending = 0;
    long at = rowAt;
    for (TernaryLayout.Segment segment : layout.segments()) {
      int end = layout.end(segment.group());
      for (int word = 0; word < segment.words(); word++) {
        int value = words.segment().get(WORD, layout.offset(panel, segment) + (long) word * WORD_BYTES + lane * Short.BYTES);
        int present = Math.min(WORD_COLUMNS, end - layout.column(segment.group(), segment.first() + word));
        int nine = THREE_CODES[value & INDEX_MASK] | THREE_CODES[value >> INDEX_BITS & INDEX_MASK] << 6
            | THREE_CODES[value >> 2 * INDEX_BITS & INDEX_MASK] << 12;
        bits |= (nine & (1 << 2 * present) - 1) << pending;
        pending += 2 * present;
        for (; pending >= Byte.SIZE; pending -= Byte.SIZE) {
          codes.set(ValueLayout.JAVA_BYTE, at++, (byte) bits);
          bits >>>= Byte.SIZE;
        }
      }
    }
    if (pending > 0) {
      codes.set(ValueLayout.JAVA_BYTE, at, (byte) (bits | ZERO_CODES << pending));
    }
  }
}
