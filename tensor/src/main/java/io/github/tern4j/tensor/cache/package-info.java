/**
 * The keys and values that attention of inference looks back at, in the layout and the formats in which one query reads them
 * fastest: {@link io.github.tern4j.tensor.cache.KeyValueBlocks}.
 */
package io.github.tern4j.tensor.cache;
