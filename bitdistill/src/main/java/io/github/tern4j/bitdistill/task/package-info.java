/**
 * Downstream tasks: how a data row becomes a prompt, and what the model has to say after it.
 *
 * <p>A {@link io.github.tern4j.bitdistill.task.ClassificationTask} is decided by the next token after the prompt: each label
 * has a verbalizer, a word whose first token stands for it. A {@link io.github.tern4j.bitdistill.task.GenerationTask} has a
 * text as its target. {@link io.github.tern4j.bitdistill.task.TaskData} reads the splits of a data directory (TSV, JSON lines,
 * Parquet); every row remembers its file and line, so that an error can name them.
 */
package io.github.tern4j.bitdistill.task;
