/** A whole experiment in one file: {@link io.github.tern4j.bitdistill.recipe.Recipe} and its YAML form. */
package io.github.tern4j.bitdistill.recipe;
