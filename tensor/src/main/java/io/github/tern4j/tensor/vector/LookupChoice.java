package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;

import io.github.tern4j.tensor.MeasuredChoice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Whether sums are looked up by shorts or by bytes: both give the same integers. With vectors of 256 bits the faster one for a
 * token is measured and remembered: on an Intel Xeon of family 6, model 207 (JDK 25, one thread, 1,024 x 1,024 weights in a
 * cache, medians of three processes each, in turns, the last ones beside other work) shorts multiply 43, 44 and 29 G weights/s,
 * bytes 69, 63 and 40. The system property {@code tern4j.lookup}, {@code words} or {@code bytes}, decides without measuring.
 */
final class LookupChoice {

  private static final String WORDS = "words";
  private static final String BYTES = "bytes";

  /** Vectors of this width hold a table of bytes. */
  private static final int BITS = 256;

  private static final int PANELS = 16;
  private static final long PANEL_BYTES = (long) SEGMENT_WORDS * WORD_BYTES;

  private LookupChoice() {}

  /** Whether sums are looked up by bytes here. */
  static boolean isBytes() {
    String wanted = System.getProperty("tern4j.lookup");
    if (wanted != null && !wanted.equals(WORDS) && !wanted.equals(BYTES)) {
      throw new IllegalArgumentException("tern4j.lookup: " + wanted + "; expected " + WORDS + " or " + BYTES);
    }
    return VectorWidth.BITS == BITS && (wanted == null ? measured() : wanted).equals(BYTES);
  }

  private static String measured() {
    MemorySegment weights = Arena.ofAuto().allocate(PANELS * PANEL_BYTES, PANEL_ROWS);
    MemorySegment tables = TernaryLookup.tables((long) SEGMENT_WORDS * TernaryLookup.WORD_TABLE_BYTES);
    int[] sums = new int[PANEL_ROWS];
    return MeasuredChoice.fastest("ternary lookup, " + BITS + " bits", List.of(
        new MeasuredChoice.Candidate(WORDS, () -> {
          for (int panel = 0; panel < PANELS; panel++) {
            TernaryLookup.lookUpWords(weights, panel * PANEL_BYTES, SEGMENT_WORDS, tables, 0, sums, 0);
          }
        }),
        new MeasuredChoice.Candidate(BYTES, () -> {
          for (int panel = 0; panel < PANELS; panel++) {
            ByteLookup.lookUp(weights, panel * PANEL_BYTES, SEGMENT_WORDS, tables, 0, sums, 0);
          }
        })));
  }
}
