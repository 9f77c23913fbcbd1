/**
 * Ternary weights packed in native memory: {@link PackedTernary} as files hold them, {@link TernaryWords} as table lookups read
 * them, {@link PreparedTernary} as a kernel multiplies them fastest, and {@link TernaryInput}, the activations that several such
 * products share.
 */
package io.github.tern4j.tensor.ternary;
