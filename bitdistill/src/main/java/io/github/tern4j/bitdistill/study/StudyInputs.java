package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.language.ArtificialLanguage;
import io.github.tern4j.bitdistill.language.LanguageOptions;
import io.github.tern4j.bitdistill.language.Pair;
import io.github.tern4j.bitdistill.recipe.Recipe;
import io.github.tern4j.bitdistill.task.ClassificationExample;
import io.github.tern4j.bitdistill.task.ClassificationTask;
import io.github.tern4j.bitdistill.task.GeneralText;
import io.github.tern4j.bitdistill.task.Row;
import io.github.tern4j.bitdistill.task.Task;
import io.github.tern4j.bitdistill.task.TaskData;
import io.github.tern4j.nn.data.DocumentSource;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where studies get what they learn from. */
public final class StudyInputs {

  private StudyInputs() {}

  /** The artificial language of a seed; judged on its test pairs, whose word relations no labelled pair contains. */
  public static StudyInput artificial(long seed) {
    ArtificialLanguage language = ArtificialLanguage.generate(seed, LanguageOptions.DEFAULT);
    return new StudyInput(ClassificationTask.ARTIFICIAL, examples("train", language.train()), examples("test", language.test()),
        () -> language.documents().stream(),
        List.of("Task: an artificial language of " + language.words().size() + " words; " + language.train().size()
            + " labelled pairs, " + language.test().size() + " test pairs about word relations that only the corpus teaches."));
  }

  private static List<ClassificationExample> examples(String split, List<Pair> pairs) {
    List<ClassificationExample> examples = new ArrayList<>();
    for (Pair pair : pairs) {
      Map<String, String> values = Map.of("premise", pair.premise(), "hypothesis", pair.hypothesis(), "label", pair.label());
      examples.add(ClassificationTask.ARTIFICIAL.example(new Row(split + ":" + (examples.size() + 1), values)));
    }
    return examples;
  }

  /**
   * A task of a data folder, judged on its dev split, with the recipe's corpora.
   *
   * @throws BadInputException when a file is missing or broken, or the task is none of classification
   */
  public static StudyInput fromFolder(Recipe recipe, Path directory) {
    if (!(Task.named(recipe.task()) instanceof ClassificationTask task)) {
      throw new BadInputException("study: task " + recipe.task() + " is a generation task; expected one of classification");
    }
    if (recipe.corpora().isEmpty()) {
      throw new BadInputException("recipe " + recipe.name() + ": no corpora; expected at least one file of general text");
    }
    List<Path> corpora = recipe.corpora().stream().map(directory::resolve).toList();
    DocumentSource corpus = GeneralText.in(corpora);
    List<ClassificationExample> train = TaskData.read(directory, task, "train");
    List<ClassificationExample> evaluation = TaskData.read(directory, task, "dev");
    return new StudyInput(task, train, evaluation, corpus,
        List.of("Task: " + task.name() + ", " + train.size() + " training rows, judged on the " + evaluation.size()
            + " rows of the dev split with the model of the last step."));
  }
}
