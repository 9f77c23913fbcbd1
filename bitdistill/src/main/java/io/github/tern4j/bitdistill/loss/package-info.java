/** The three terms of stage 3: cross-entropy, logits distillation and attention-relation distillation. */
package io.github.tern4j.bitdistill.loss;
