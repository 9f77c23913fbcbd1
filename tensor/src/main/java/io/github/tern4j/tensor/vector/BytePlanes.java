package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;
import static io.github.tern4j.tensor.vector.VectorWidth.INTS;

import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import io.github.tern4j.tensor.ternary.TernaryLayout.Segment;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Words as {@link ByteLookup} reads them: in the place of a word of a panel's rows, a plane of their first indices and one of
 * their second ones, a byte each. Above the five bits of these, the first plane has the low three bits of the third index, the
 * second plane the high two.
 *
 * <p>Of the 64 bytes of a plane the even ones belong to the first half of the panel, the odd ones to the second, both in the
 * order of words. Everything but the words stays as it is.
 */
final class BytePlanes {

  /** Bytes of a plane. */
  static final int PLANE = PANEL_ROWS;

  /** How far the low bits of a third index move down in the first plane, and the high bits in the second one. */
  static final int LOW_SHIFT = 5;
  static final int HIGH_SHIFT = 2;

  /** The bits of a third index that come from the second plane, in each byte. */
  static final int HIGH_BITS = 0x18181818;

  private static final int INDEX_BITS = TernaryLookup.INDEX_BITS;
  private static final int FIRST_INDICES = 0x001F001F;
  private static final int LOW_BITS = 0x07070707;

  private BytePlanes() {}

  /** Words that are shared, as {@link TernaryLookup} looks sums up by: themselves, or planes in memory of their own. */
  static MemorySegment of(TernaryWords words, Workers workers) {
    if (!TernaryLookup.BY_BYTES) {
      return words.segment();
    }
    MemorySegment planes = WeightMemory.allocate(words.segment().byteSize());
    workers.run(words.layout().panels(), panel -> fill(words, panel, planes));
    return planes;
  }

  /** As {@link #of}, in the memory of the words. */
  static MemorySegment in(TernaryWords words, Workers workers) {
    if (TernaryLookup.BY_BYTES) {
      workers.run(words.layout().panels(), panel -> fill(words, panel, words.segment()));
    }
    return words.segment();
  }

  /** Fills in a panel; {@code planes} may be the memory of the words. */
  static void fill(TernaryWords words, int panel, MemorySegment planes) {
    TernaryLayout layout = words.layout();
    for (Segment segment : layout.segments()) {
      long at = layout.offset(panel, segment);
      arrange(words.segment(), at, segment.words(), planes);
      if (planes != words.segment()) {
        long end = segment.wordBytes();
        MemorySegment.copy(words.segment(), at + end, planes, at + end, segment.bytes() - end);
      }
    }
  }

  private static void arrange(MemorySegment words, long at, int count, MemorySegment planes) {
    for (int i = 0; i < count; i++) {
      long wordAt = at + (long) i * WORD_BYTES;
      for (int lane = 0; lane < PLANE; lane += INTS.vectorByteSize()) {
        IntVector even = IntVector.fromMemorySegment(INTS, words, wordAt + lane, ByteOrder.LITTLE_ENDIAN);
        IntVector odd = IntVector.fromMemorySegment(INTS, words, wordAt + PLANE + lane, ByteOrder.LITTLE_ENDIAN);
        IntVector first = even.and(FIRST_INDICES).or(odd.and(FIRST_INDICES).lanewise(VectorOperators.LSHL, Byte.SIZE));
        IntVector second = even.lanewise(VectorOperators.LSHR, INDEX_BITS).and(FIRST_INDICES)
            .or(odd.lanewise(VectorOperators.LSHR, INDEX_BITS).and(FIRST_INDICES).lanewise(VectorOperators.LSHL, Byte.SIZE));
        IntVector third = even.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).and(FIRST_INDICES)
            .or(odd.lanewise(VectorOperators.LSHR, 2 * INDEX_BITS).and(FIRST_INDICES).lanewise(VectorOperators.LSHL, Byte.SIZE));
        first.or(third.and(LOW_BITS).lanewise(VectorOperators.LSHL, LOW_SHIFT))
            .intoMemorySegment(planes, wordAt + lane, ByteOrder.LITTLE_ENDIAN);
        second.or(third.and(HIGH_BITS).lanewise(VectorOperators.LSHL, HIGH_SHIFT))
            .intoMemorySegment(planes, wordAt + PLANE + lane, ByteOrder.LITTLE_ENDIAN);
      }
    }
  }
}
