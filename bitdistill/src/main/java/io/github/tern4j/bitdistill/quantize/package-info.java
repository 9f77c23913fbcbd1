/**
 * Post-training quantizers of one linear layer: plain rounding, GPTQ and AWQ on a choice of grids.
 *
 * <p>A {@link io.github.tern4j.bitdistill.quantize.Grid} says which codes exist and where the scales come from; fitting it to a
 * weight gives a {@link io.github.tern4j.bitdistill.quantize.FittedGrid}. The three quantizers then differ only in which point of
 * the grid an element gets: {@link io.github.tern4j.bitdistill.quantize.RoundToNearest} takes the nearest one,
 * {@link io.github.tern4j.bitdistill.quantize.Gptq} lets later columns make up for the error of earlier ones, and
 * {@link io.github.tern4j.bitdistill.quantize.Awq} rescales input channels first. All compute in double and give the same bits
 * for any number of threads. BitNet Distillation compares them as weight quantizers (Wu et al. 2025, table 4); unlike the
 * absmean quantizer of training they need sample inputs.
 */
package io.github.tern4j.bitdistill.quantize;
