package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.ternary.TernaryWords.PANEL_ROWS;
import static io.github.tern4j.tensor.ternary.TernaryWords.SEGMENT_WORDS;
import static io.github.tern4j.tensor.ternary.TernaryWords.WORD_BYTES;

import io.github.tern4j.tensor.MeasuredChoice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * How ternary sums are looked up where there are several ways, all with the same integers: what is faster on this CPU is measured
 * and remembered. System properties decide without measuring.
 *
 * <p>With vectors of 256 bits: by shorts or by bytes ({@code tern4j.lookup}, {@code words} or {@code bytes}). On an Intel Xeon of
 * family 6, model 207 (JDK 25, one thread, 1,024 x 1,024 weights in a cache, medians of three processes each, in turns, the last
 * ones beside other work) shorts multiply 43, 44 and 29 G weights/s, bytes 69, 63 and 40.
 *
 * <p>With 512 bits and many tokens: one token at a time or in pairs ({@code tern4j.lookup.tokens}, {@code single} or
 * {@code pairs}). On that Xeon pairs are 1.5 to 1.8 times as fast, medians of 31 rounds in turns.
 */
final class LookupChoice {

  private static final String WORDS = "words";
  private static final String BYTES = "bytes";
  private static final String SINGLE = "single";
  private static final String PAIRS = "pairs";

  /** Vectors of this width hold a table of bytes. */
  private static final int BITS_OF_BYTES = 256;

  /** Two vectors of this width hold a table of pairs. */
  private static final int BITS_OF_PAIRS = 512;

  private static final int PANELS = 16;
  private static final long PANEL_BYTES = (long) SEGMENT_WORDS * WORD_BYTES;

  private LookupChoice() {}

  /** Whether sums are looked up by {@link ByteLookup} here. */
  static boolean isBytes() {
    String wanted = wanted("tern4j.lookup", WORDS, BYTES);
    return VectorWidth.BITS == BITS_OF_BYTES && (wanted == null ? measuredForToken() : wanted).equals(BYTES);
  }

  /** Whether those of many tokens are looked up by {@link PairedLookup} here. */
  static boolean isPaired() {
    String wanted = wanted("tern4j.lookup.tokens", SINGLE, PAIRS);
    return VectorWidth.BITS == BITS_OF_PAIRS && (wanted == null ? measuredForTokens() : wanted).equals(PAIRS);
  }

  private static String wanted(String property, String first, String second) {
    String wanted = System.getProperty(property);
    if (wanted != null && !wanted.equals(first) && !wanted.equals(second)) {
      throw new IllegalArgumentException(property + ": " + wanted + "; expected " + first + " or " + second);
    }
    return wanted;
  }

  private static String measuredForToken() {
    MemorySegment weights = weights();
    MemorySegment tables = TernaryLookup.tables((long) SEGMENT_WORDS * TernaryLookup.WORD_TABLE_BYTES);
    int[] sums = new int[PANEL_ROWS];
    return MeasuredChoice.fastest("ternary lookup, " + BITS_OF_BYTES + " bits", List.of(
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

  private static String measuredForTokens() {
    MemorySegment weights = weights();
    int words = TernaryLookup.SHORT_SUM_WORDS;
    long stride = (long) words * TernaryLookup.WORD_TABLE_BYTES;
    MemorySegment tables = TernaryLookup.tables(TernaryLookup.TOKENS * stride);
    short[] lanes = new short[TernaryLookup.TOKENS_LANES];
    return MeasuredChoice.fastest("ternary lookup of tokens, " + BITS_OF_PAIRS + " bits", List.of(
        new MeasuredChoice.Candidate(SINGLE, () -> {
          for (int panel = 0; panel < PANELS; panel++) {
            WideLookup.lookUpTokens(weights, panel * PANEL_BYTES, words, tables, 0, stride, lanes);
          }
        }),
        new MeasuredChoice.Candidate(PAIRS, () -> {
          for (int panel = 0; panel < PANELS; panel++) {
            PairedLookup.lookUpTokens(weights, panel * PANEL_BYTES, words, tables, 0, 2 * stride, lanes);
          }
        })));
  }

  private static MemorySegment weights() {
    return Arena.ofAuto().allocate(PANELS * PANEL_BYTES, PANEL_ROWS);
  }
}
