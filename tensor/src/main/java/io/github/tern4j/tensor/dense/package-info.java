/**
 * Dense weights {@code [out, in]} in native memory in the formats that inference multiplies: floats as files store them
 * ({@link io.github.tern4j.tensor.dense.FloatMatrix}) and int8 with one scale for each row
 * ({@link io.github.tern4j.tensor.dense.Int8Matrix}). All are one type,
 * {@link io.github.tern4j.tensor.dense.DenseMatrix}, and have one product,
 * {@link io.github.tern4j.tensor.kernel.DenseProductKernel}.
 *
 * <p>Rows are read as words of 32 bits, which hold {@link io.github.tern4j.tensor.dense.DenseMatrix#run} neighbouring columns
 * each; that is what fixes the order of summation.
 */
package io.github.tern4j.tensor.dense;
