/**
 * Whole experiments: a {@link io.github.tern4j.bitdistill.study.Study} carries out a recipe stage by stage in a folder, resumes
 * where it was stopped, and ends with the comparison of FP16-SFT, BitNet-SFT and BitDistill.
 */
package io.github.tern4j.bitdistill.study;
