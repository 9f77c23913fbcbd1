package io.github.tern4j.bitdistill.metric;

/**
 * The score of one method minus that of another on the same rows, with the 95 % interval of {@link Bootstrap#compare}.
 *
 * @param difference score of A minus score of B
 * @param low lower end of the interval
 * @param high upper end
 * @param pValue of the hypothesis that both score the same
 */
public record PairedDifference(double difference, double low, double high, double pValue) {}
