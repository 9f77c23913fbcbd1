package io.github.tern4j.bitdistill.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptTest {
  private static final PromptTemplate TEMPLATE =
      new PromptTemplate("{premise} ask: {hypothesis} so", List.of("premise", "hypothesis"));

  @Test
  void eachPieceTakesTheSpaceBeforeIt() {
    var prompt = TEMPLATE.fill(row("a b", "c"));
    assertThat(prompt.text()).isEqualTo("a b ask: c so");
    assertThat(prompt.pieces()).extracting(Prompt.Piece::text).containsExactly("a b", " ask:", " c", " so");
    assertThat(prompt.pieces()).extracting(Prompt.Piece::shortened).containsExactly(1, 0, 2, 0);
  }

  @Test
  void aPromptThatFitsIsTheWholeText() {
    var prompt = TEMPLATE.fill(row("a b", "c"));
    int length = prompt.text().length();
    assertThat(decode(prompt, length)).isEqualTo(prompt.text());
    assertThat(decode(prompt, length - 1)).isNotEqualTo(prompt.text());
  }

  @Test
  void fieldsLoseTheirEndInTheOrderOfTheTemplate() {
    var prompt = TEMPLATE.fill(row("p".repeat(20), "h".repeat(19)));
    int literals = " ask: so".length();
    assertThat(decode(prompt, 20 + 20 + literals - 5)).isEqualTo("p".repeat(15) + " ask: " + "h".repeat(19) + " so");
    assertThat(decode(prompt, 8 + 20 + literals)).isEqualTo("p".repeat(8) + " ask: " + "h".repeat(19) + " so");
    assertThat(decode(prompt, 8 + 12 + literals)).isEqualTo("p".repeat(8) + " ask: " + "h".repeat(11) + " so");
    assertThat(decode(prompt, 3 + 8 + literals)).isEqualTo("p".repeat(3) + " ask: " + "h".repeat(7) + " so");
    assertThat(decode(prompt, literals)).isEqualTo(" ask: so");
  }

  @Test
  void aFieldBelowTheLeastKeepsItsLengthWhileAnotherIsCut() {
    var prompt = TEMPLATE.fill(row("abc", "h".repeat(19)));
    assertThat(decode(prompt, 3 + 10 + " ask: so".length())).isEqualTo("abc ask: " + "h".repeat(9) + " so");
  }

  @Test
  void aLimitBelowTheLiteralsIsRefused() {
    var prompt = TEMPLATE.fill(row("a", "b"));
    assertThatThrownBy(() -> decode(prompt, 4)).isInstanceOf(BadInputException.class).hasMessageContaining("by 4 tokens");
  }

  @Test
  void anOrderThatForgetsAFieldIsRefused() {
    assertThatThrownBy(() -> new PromptTemplate("{a} {b}", List.of("a")))
        .hasMessageContaining("does not name each field of [a, b] once");
    assertThatThrownBy(() -> new PromptTemplate("{a} {b}", Collections.nCopies(2, "a"))).hasMessageContaining("[a, b]");
  }

  /** Characters stand for tokens. */
  private static String decode(Prompt prompt, int limit) {
    int[] ids = prompt.encode(text -> text.chars().toArray(), limit);
    assertThat(ids.length).isLessThanOrEqualTo(limit);
    return new String(ids, 0, ids.length);
  }

  private static Row row(String premise, String hypothesis) {
    return new Row("test:1", Map.of("premise", premise, "hypothesis", hypothesis));
  }
}
