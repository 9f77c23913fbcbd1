/**
 * Checks this build against a golden set: directories of inputs and expected results that were computed in double elsewhere.
 *
 * <p>A {@link io.github.tern4j.bitdistill.verify.GoldenSet} is read and its checksums verified; each of its directories is one
 * {@code GoldenCase}, which computes everything that the directory's manifest expects on the backend under test. What a case
 * computes goes through {@code Findings}, which knows the limits, keeps the worst ratio of deviation to limit, and notices what
 * a case forgot.
 */
package io.github.tern4j.bitdistill.verify;
