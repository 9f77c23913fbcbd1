package io.github.tern4j.bitdistill.task;

/**
 * A prompt and the text that should follow.
 *
 * @param where file and line of the row
 * @param prompt the text before the answer
 * @param target the reference answer; the model is trained on a space and this text
 */
public record GenerationExample(String where, Prompt prompt, String target) {}
