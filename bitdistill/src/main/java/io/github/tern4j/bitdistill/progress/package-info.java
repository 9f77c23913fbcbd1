/**
 * How long jobs tell where they are, without knowing who listens: the training loops and measurements report to a
 * {@link io.github.tern4j.bitdistill.progress.Progress}; the command line shows it.
 */
package io.github.tern4j.bitdistill.progress;
