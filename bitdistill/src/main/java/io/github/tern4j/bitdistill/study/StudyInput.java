package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.nn.data.DocumentSource;
import java.util.List;

/**
 * What a study learns from.
 *
 * @param task the task
 * @param train labelled examples to learn from
 * @param evaluation labelled examples to be judged on, none of them in {@code train}
 * @param corpus general text
 * @param notes what a reader of the results must know about the data
 */
public record StudyInput(ClassificationTask task, List<ClassificationExample> train, List<ClassificationExample> evaluation,
    DocumentSource corpus, List<String> notes) {}
