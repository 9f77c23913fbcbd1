package io.github.tern4j.bitdistill.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * A longest common subsequence by dynamic programming (Wagner and Fischer 1974), {@code [a + 1, b + 1]} steps:
 * {@code length[i][j]} is that of the first {@code i} and {@code j} tokens.
 */
final class LongestCommonSubsequence {

  private final List<String> a;
  private final List<String> b;
  private final int[][] length;

  LongestCommonSubsequence(List<String> a, List<String> b) {
    this.a = a;
    this.b = b;
    length = new int[a.size() + 1][b.size() + 1];
    for (int i = 1; i <= a.size(); i++) {
      for (int j = 1; j <= b.size(); j++) {
        length[i][j] = equal(i, j) ? length[i - 1][j - 1] + 1 : Math.max(length[i - 1][j], length[i][j - 1]);
      }
    }
  }

  int length() {
    return length[a.size()][b.size()];
  }

  /**
   * Where in {@code a} one of the longest lies, from its last token to its first. There can be several, and which one it is
   * changes ROUGE-Lsum; ties are broken as rouge_score does, towards the beginning of {@code a}.
   */
  List<Integer> positions() {
    List<Integer> positions = new ArrayList<>();
    int i = a.size();
    int j = b.size();
    while (i > 0 && j > 0) {
      if (equal(i, j)) {
        i--;
        j--;
        positions.add(i);
      } else if (length[i][j - 1] > length[i - 1][j]) {
        j--;
      } else {
        i--;
      }
    }
    return positions;
  }

  private boolean equal(int i, int j) {
    return a.get(i - 1).equals(b.get(j - 1));
  }
}
