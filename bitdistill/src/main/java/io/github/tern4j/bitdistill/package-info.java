/**
 * BitNet Distillation (Wu et al. 2025): a full-precision model becomes one with ternary weights in three stages, without losing
 * much on its task.
 *
 * <p>To read it in order: {@code model} has the ternary layer and builds teacher and student, {@code loss} the terms of stage 3,
 * {@code stage} one training per class, {@code recipe} the settings of a whole study, {@code report} what a run leaves behind,
 * and {@code cli} the commands.
 */
package io.github.tern4j.bitdistill;
