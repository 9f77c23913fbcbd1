/**
 * Measurements of this build's own speed: whole training steps ({@link io.github.tern4j.bitdistill.benchmark.TrainingBenchmark})
 * and single kernels ({@link io.github.tern4j.bitdistill.benchmark.KernelBenchmark}), beside what the machine can do and beside
 * another program, a {@link io.github.tern4j.bitdistill.benchmark.Peer}.
 *
 * <p>A shared machine changes its speed from minute to minute. So everything that is compared is measured in turns, round after
 * round, and what counts is the median over rounds, for a comparison the median of the rounds' ratios.
 */
package io.github.tern4j.bitdistill.benchmark;
