package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;

/** Where a pass over some tokens puts their keys and values, and finds those of the tokens before. Keys are stored rotated. */
sealed interface KeyValues permits KvCache, BatchKeyValues {

  /** Position of the first token of the pass. */
  int position();

  /** Where the keys of the pass go, {@code [rows, kvHeads headDim]}. */
  Tensor newKeys(int layer);

  /** Where its values go. */
  Tensor newValues(int layer);

  /** All keys up to the end of the pass, {@code [batch, keys, kvHeads, headDim]}. */
  Tensor keys(int layer);

  /** All values. */
  Tensor values(int layer);
}
