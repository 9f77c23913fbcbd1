/**
 * Model files in Hugging Face's formats, and how they reach the disk.
 *
 * <p>{@link io.github.tern4j.nn.file.ModelFiles} maps a model of one or several safetensors files and hands out its tensors,
 * mapped or widened to F32; {@link io.github.tern4j.nn.file.SafetensorsWriter} writes such files;
 * {@link io.github.tern4j.nn.file.Checkpoint} is a model directory with the state of its training. Whatever is written goes to a
 * temporary name first, is forced to the disk and renamed ({@link io.github.tern4j.nn.file.AtomicFile},
 * {@link io.github.tern4j.nn.file.AtomicDirectory}), so that a full disk or a killed run leaves the old content in place.
 *
 * <p>Two kinds of failure: input that is not what it has to be is a {@link io.github.tern4j.tensor.BadInputException}; a disk
 * that fails is a {@link java.io.UncheckedIOException}. Both carry one line for the user.
 */
package io.github.tern4j.nn.file;
