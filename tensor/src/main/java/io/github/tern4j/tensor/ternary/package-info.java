/** Ternary weights packed in native memory. */
package io.github.tern4j.tensor.ternary;
