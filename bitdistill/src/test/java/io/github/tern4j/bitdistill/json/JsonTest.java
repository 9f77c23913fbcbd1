package io.github.tern4j.bitdistill.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {

  private record Speed(String shapeName, double tokensPerSecond, float share, Optional<String> peer) {}

  @Test
  void keysAreSnakeCaseInTheOrderOfTheRecord() {
    assertThat(Json.line(new Speed("b", 12.5, 0.5f, Optional.of("x"))))
        .isEqualTo("{\"shape_name\":\"b\",\"tokens_per_second\":12.5,\"share\":0.5,\"peer\":\"x\"}");
  }

  @Test
  void keysOfMapsStayAsTheyAre() {
    Map<String, Object> scores = new LinkedHashMap<>();
    scores.put("rougeLsum", 0.25);
    scores.put("bleu", 1);
    assertThat(Json.line(scores)).isEqualTo("{\"rougeLsum\":0.25,\"bleu\":1}");
  }

  @Test
  void whatIsNotFiniteBecomesNull() {
    assertThat(Json.line(new double[] {1, Double.NaN, Double.NEGATIVE_INFINITY})).isEqualTo("[1.0,null,null]");
    assertThat(Json.line(new float[] {0.1f, Float.NaN, Float.POSITIVE_INFINITY})).isEqualTo("[0.1,null,null]");
    assertThat(Json.line(new Speed("b", Double.NaN, Float.NaN, Optional.empty())))
        .isEqualTo("{\"shape_name\":\"b\",\"tokens_per_second\":null,\"share\":null,\"peer\":null}");
  }

  @Test
  void nullAndMissingNumbersAreReadAsNan() {
    assertThat(Json.mapper().readValue("{\"tokens_per_second\":null}", Speed.class).tokensPerSecond()).isNaN();
    assertThat(Json.mapper().readValue("{}", Speed.class).tokensPerSecond()).isNaN();
  }
}
