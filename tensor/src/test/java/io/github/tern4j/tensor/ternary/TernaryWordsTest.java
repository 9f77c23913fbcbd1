package io.github.tern4j.tensor.ternary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TernaryWordsTest {

  private static final Rng RNG = Rng.of(5);

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "1, 4, 0", "64, 9, 0", "65, 10, 0", "130, 577, 0", "3, 1153, 0", "1, 1, 1", "70, 130, 64", "64, 128, 128",
      "129, 300, 7", "5, 700, 256"})
  void storedWordsUnpackToWhatWasPacked(int rows, int columns, int groupSize) {
    PackedTernary packed = packed(rows, columns, groupSize, 0.25f);
    TernaryWords stored = new TernaryWords(Shape.of(rows, columns), groupSize, copy(words(packed)));
    PackedTernary unpacked = stored.unpack(0.25f);
    assertThat(unpacked.codes().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(packed.codes().toArray(ValueLayout.JAVA_BYTE));
    assertThat(unpacked.scales()).isEqualTo(packed.scales());
    assertThat(unpacked.groupSize()).isEqualTo(groupSize);
  }

  @ParameterizedTest
  @ValueSource(floats = {0.25f, 0.1f})
  void scalesAreStoredInTwoBytesWhereThatIsExactAndElseInFour(float scale) {
    PackedTernary packed = packed(70, 130, 64, scale);
    MemorySegment words = words(packed);
    // Three groups of 8, 8 and 1 words for 128 rows.
    assertThat(words.byteSize()).isEqualTo(128L * (17 * 2 + 3 * (scale == 0.25f ? 2 : 4)));
    assertThat(new TernaryWords(Shape.of(70, 130), 64, words).unpack(1).scales()).isEqualTo(packed.scales());
  }

  @Test
  void sizesThatFitNoMatrixAreRefused() {
    MemorySegment bytes = Arena.ofAuto().allocate(128);
    assertThatThrownBy(() -> new TernaryWords(Shape.of(64, 10), 0, bytes)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ternary words [64, 10], groups of 0: 128 bytes; expected 256");
    assertThatThrownBy(() -> new TernaryWords(Shape.of(64, 9), 9, bytes)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ternary words [64, 9], groups of 9: 128 bytes; expected 256 or 384");
  }

  /** The last word of these columns, or of each group of so many, has 1 to 8 columns. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void codesInColumnsThatFillUpAWordAreRefused(int inLastWord) {
    int columns = TernaryWords.WORD_COLUMNS + inLastWord;
    for (int groupSize : new int[] {0, columns}) {
      MemorySegment sound = words(packed(128, 2 * columns, groupSize, 0.25f));
      Shape shape = Shape.of(128, 2 * columns);
      TernaryWords stored = new TernaryWords(shape, groupSize, sound);
      stored.check();
      TernaryLayout.Segment last = stored.layout().segments().getLast();
      int used = (groupSize == 0 ? 2 * columns : columns) % TernaryWords.WORD_COLUMNS;
      long at = stored.layout().offset(1, last) + (long) (last.words() - 1) * TernaryWords.WORD_BYTES;
      for (int column = used; column < TernaryWords.WORD_COLUMNS; column++) {
        for (int sign : new int[] {-1, 1}) {
          MemorySegment changed = copy(sound);
          long lane = at + 2 * column;
          int word = changed.get(TernaryWords.WORD, lane) + sign * TernaryWords.place(column);
          changed.set(TernaryWords.WORD, lane, (short) word);
          assertThatThrownBy(new TernaryWords(shape, groupSize, changed)::check).as("column %d of groups of %d", column, groupSize)
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("ternary words: codes behind the last column near byte " + at
                  + "; expected 0 in the columns that fill up a word");
        }
      }
    }
  }

  @Test
  void scalesThatAreNoneAreRefused() {
    for (float scale : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      MemorySegment words = copy(words(packed(64, 9, 9, 0.1f)));
      words.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 128 + 4 * 63, scale);
      TernaryWords stored = new TernaryWords(Shape.of(64, 9), 9, words);
      assertThatThrownBy(stored::check).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("ternary words: scale " + scale + " of row 63; expected finite numbers from 0");
    }
  }

  private static MemorySegment words(PackedTernary packed) {
    try (Workers workers = new Workers(2)) {
      return TernaryWords.of(packed, workers).segment();
    }
  }

  private static MemorySegment copy(MemorySegment words) {
    MemorySegment copy = Arena.ofAuto().allocate(words.byteSize());
    copy.copyFrom(words);
    return copy;
  }

  private static PackedTernary packed(int rows, int columns, int groupSize, float scale) {
    byte[] codes = new byte[rows * columns];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (RNG.below(i, 3) - 1);
    }
    Shape shape = Shape.of(rows, columns);
    MemorySegment memory = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns));
    PackedTernary.pack(codes, shape, memory);
    float[] scales = new float[groupSize == 0 ? 1 : rows * Math.ceilDiv(columns, groupSize)];
    Arrays.fill(scales, scale);
    return new PackedTernary(shape, groupSize, memory, scales);
  }
}
