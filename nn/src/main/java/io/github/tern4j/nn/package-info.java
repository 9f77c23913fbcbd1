/**
 * Building blocks of networks: where parameters come from ({@link io.github.tern4j.nn.ParameterSource}), what holds them
 * ({@link io.github.tern4j.nn.ParameterSet}) and linear projections behind one interface, so that the same Qwen3 class is teacher
 * (full precision) and student (ternary).
 */
package io.github.tern4j.nn;
