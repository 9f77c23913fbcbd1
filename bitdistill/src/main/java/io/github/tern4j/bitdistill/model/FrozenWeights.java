package io.github.tern4j.bitdistill.model;

/** How the matrices of a model that is not trained are held. Its norm weights and biases are F32 always. */
public enum FrozenWeights {
  /** F32 on the heap: four bytes an element. */
  F32,
  /** BF16 in native memory, in the mapped file where that has them: two bytes an element. */
  BF16
}
