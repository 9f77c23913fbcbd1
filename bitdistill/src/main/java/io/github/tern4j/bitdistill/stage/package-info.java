/**
 * The stages of BitNet Distillation, one readable class each: {@link io.github.tern4j.bitdistill.stage.Pretraining} (full
 * precision, and stage 2), {@link io.github.tern4j.bitdistill.stage.TaskFinetuning} (FP16-SFT and BitNet-SFT),
 * {@link io.github.tern4j.bitdistill.stage.SubLnRefinement} (stage 1) and {@link io.github.tern4j.bitdistill.stage.Distillation}
 * (stage 3). Each shows its whole training step; {@link io.github.tern4j.bitdistill.stage.TrainingSession} keeps what outlives a
 * step: optimizer, schedule, history, checkpoints.
 */
package io.github.tern4j.bitdistill.stage;
