/**
 * Dense weights {@code [out, in]} in native memory in the formats that inference multiplies: floats as files store them
 * ({@link io.github.tern4j.tensor.dense.FloatMatrix}) and integers with scales
 * ({@link io.github.tern4j.tensor.dense.IntegerMatrix}): int8 with one scale for each row
 * ({@link io.github.tern4j.tensor.dense.Int8Matrix}) and int4 with one for each group of columns
 * ({@link io.github.tern4j.tensor.dense.Int4Matrix}), and int8 in two planes
 * ({@link io.github.tern4j.tensor.dense.PlanedInt8Matrix}), whose largest products
 * {@link io.github.tern4j.tensor.kernel.TopRowsKernel} finds in little more than half the bytes. All are one type,
 * {@link io.github.tern4j.tensor.dense.DenseMatrix}, and have one product,
 * {@link io.github.tern4j.tensor.kernel.DenseProductKernel}.
 */
package io.github.tern4j.tensor.dense;
