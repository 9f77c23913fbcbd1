package io.github.tern4j.bitdistill.verify;

import java.util.List;

/**
 * What came of one case.
 *
 * @param name directory of the case
 * @param passed whether everything expected was produced and lies within its limits
 * @param worstRatio largest deviation over its limit
 * @param worst where that was: {@code file:tensor} or the name of a scalar
 * @param compared tensors and scalars compared
 * @param remarks what a reader should know: failures one by one, missing results, which limits were used
 */
public record CaseResult(String name, boolean passed, double worstRatio, String worst, int compared, List<String> remarks) {

  /** Copies the list. */
  public CaseResult {
    remarks = List.copyOf(remarks);
  }
}
