package io.github.tern4j.bitdistill.study;

import io.github.tern4j.nn.data.DocumentSource;
import java.util.List;

/**
 * What a study learns from.
 *
 * @param task labelled examples
 * @param corpus general text
 * @param notes what a reader of the results must know about the data
 */
public record StudyInput(TaskTexts task, DocumentSource corpus, List<String> notes) {}
