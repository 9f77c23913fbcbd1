/** Optimizer, learning-rate schedules and gradient clipping. */
package io.github.tern4j.nn.optim;
