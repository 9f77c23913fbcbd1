package io.github.tern4j.bitdistill.task;

/**
 * A labelled prompt.
 *
 * @param where file and line of the row
 * @param prompt the text before the answer
 * @param label index into the labels of the task
 */
public record ClassificationExample(String where, Prompt prompt, int label) {}
