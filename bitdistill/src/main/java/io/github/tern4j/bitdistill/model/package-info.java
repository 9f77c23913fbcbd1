/** Ternary layers and models: {@link io.github.tern4j.bitdistill.model.BitLinear} and how teachers and students are built. */
package io.github.tern4j.bitdistill.model;
