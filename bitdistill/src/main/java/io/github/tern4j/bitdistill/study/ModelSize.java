package io.github.tern4j.bitdistill.study;

import io.github.tern4j.bitdistill.recipe.Recipe;

/** Named model sizes; parameters are those of the blocks, without the embedding. */
public enum ModelSize {
  /** 0.4 million: the artificial language. */
  TINY(new Recipe.Model(96, 4, 4, 2, 24, 256, 0.1)),
  /** 2.4 million: what the recipes for real text are laid out for. */
  SMALL(new Recipe.Model(192, 6, 6, 3, 32, 512, 0.05)),
  /** 25 million. */
  MEDIUM(new Recipe.Model(512, 8, 8, 4, 64, 1536, 0.03));

  private final Recipe.Model model;

  ModelSize(Recipe.Model model) {
    this.model = model;
  }

  /** The sizes. */
  public Recipe.Model model() {
    return model;
  }
}
