package io.github.tern4j.bitdistill.inspect;

import java.util.List;
import java.util.Optional;

/**
 * One tensor of a file.
 *
 * @param name its name
 * @param dtype element type in the file
 * @param shape dimensions in the file
 * @param bytes bytes in the file
 * @param codes of a projection: ternary codes, as stored or as its latent weights would be quantized
 * @param scale of a projection with one: Delta, otherwise the mean of its scales
 */
public record TensorInspection(String name, String dtype, List<Integer> shape, long bytes, Optional<TernaryShares> codes,
    Optional<Double> scale) {}
