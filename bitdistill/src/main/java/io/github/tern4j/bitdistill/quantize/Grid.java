package io.github.tern4j.bitdistill.quantize;

/**
 * A family of quantization grids: codes {@code lo..hi}, and the rule that takes scale and zero from a weight.
 *
 * <p>{@code code = clip(rint(w / divisor) + zero, lo, hi)}, value {@code (code - zero) scale}; ties round to even. A group is
 * {@link #groupSize()} consecutive input columns of one row; the last group of a row may be shorter.
 */
public sealed interface Grid {

  /** The {@code groupSize} that makes each row one group. */
  int WHOLE_ROW = 0;

  /** Added to a mean before dividing (Wu et al. 2025, eq. 1), and the lower limit of an int4 range. */
  double EPS = 1e-5;

  /** Columns that share a scale, or {@link #WHOLE_ROW}. */
  int groupSize();

  /** Smallest code. */
  int lowestCode();

  /** Largest code. */
  int highestCode();

  /**
   * Codes -1, 0, 1 with one scale for the tensor, {@code scale = mean|W|}, {@code divisor = scale + 1e-5}: the absmean quantizer
   * of BitNet b1.58 (Wu et al. 2025, eq. 1).
   */
  record TernaryPerTensor() implements Grid {
    @Override
    public int groupSize() {
      return WHOLE_ROW;
    }

    @Override
    public int lowestCode() {
      return -1;
    }

    @Override
    public int highestCode() {
      return 1;
    }
  }

  /** {@link TernaryPerTensor} with a mean of its own for each row and group. */
  record TernaryPerGroup(int groupSize) implements Grid {
    /** Refuses a negative group size. */
    public TernaryPerGroup {
      checkGroupSize(groupSize);
    }

    @Override
    public int lowestCode() {
      return -1;
    }

    @Override
    public int highestCode() {
      return 1;
    }
  }

  /** Codes -8..7 around zero, {@code scale = divisor = max(max|w|, 1e-5) / 7} for each row and group. */
  record Int4Symmetric(int groupSize) implements Grid {
    /** Refuses a negative group size. */
    public Int4Symmetric {
      checkGroupSize(groupSize);
    }

    @Override
    public int lowestCode() {
      return -8;
    }

    @Override
    public int highestCode() {
      return 7;
    }
  }

  /**
   * Codes 0..15 over a range that holds zero: {@code high = max(w, 0)}, {@code low = min(w, 0)},
   * {@code scale = divisor = max(high - low, 1e-5) / 15}, {@code zero = clip(rint(-low / scale), 0, 15)} for each row and group.
   */
  record Int4Asymmetric(int groupSize) implements Grid {
    /** Refuses a negative group size. */
    public Int4Asymmetric {
      checkGroupSize(groupSize);
    }

    @Override
    public int lowestCode() {
      return 0;
    }

    @Override
    public int highestCode() {
      return 15;
    }
  }

  private static void checkGroupSize(int groupSize) {
    if (groupSize < 0) {
      throw new IllegalArgumentException("grid: group size " + groupSize + "; expected columns of a group, or 0 for whole rows");
    }
  }
}
