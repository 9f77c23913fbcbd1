package io.github.tern4j.nn.tokenizer;

/** The learnt merges of neighbouring tokens, in the order in which they were learnt; that place is the rank of a merge. */
interface Merges {

  /** What {@link #find} returns for tokens that are not merged. */
  long NONE = -1;

  /** How many. */
  int count();

  /** The ids of the left and the right token of a merge, packed. */
  long pair(int rank);

  /** The id of the token that a merge makes. */
  int merged(int rank);

  /**
   * The merge of a pair.
   *
   * @param pair the ids of two neighbours, packed
   * @return its rank and the id of the merged token, packed, or {@link #NONE}; of two merges of the same pair the later one, as
   *     in Hugging Face
   */
  long find(long pair);

  /** Two ints in a long. */
  static long pack(int high, int low) {
    return (long) high << Integer.SIZE | low & 0xffffffffL;
  }

  /** The first of two packed ints. */
  static int high(long packed) {
    return (int) (packed >>> Integer.SIZE);
  }

  /** The second of two packed ints. */
  static int low(long packed) {
    return (int) packed;
  }
}
