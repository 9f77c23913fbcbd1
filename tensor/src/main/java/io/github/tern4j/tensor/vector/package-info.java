/** Placeholder. */
package io.github.tern4j.tensor.vector;
