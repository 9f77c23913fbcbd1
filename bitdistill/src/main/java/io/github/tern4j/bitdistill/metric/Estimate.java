package io.github.tern4j.bitdistill.metric;

/**
 * A score with its 95 % {@linkplain Bootstrap bootstrap} interval. The score is that of the rows themselves, not the mean of the
 * samples; on few rows a score that is not linear can lie at an end of its interval or just outside.
 *
 * @param value the score of all rows
 * @param low lower end
 * @param high upper end
 */
public record Estimate(double value, double low, double high) {}
