package io.github.tern4j.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Trees beside those of Jackson's mapper, which reads the same without being strict. */
class JsonTreeTest {

  private static final JsonMapper MAPPER = new JsonMapper();

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", " {\"a\": {\"b\": [], \"c\": [[1], {}]}, \"\": null} ", "[true, false, null]", "\"text\\u00e4\\n\"",
      "0", "-1", "2147483647", "2147483648", "-9223372036854775808", "9223372036854775808", "123456789012345678901234567890",
      "0.1", "1e-6", "1.7976931348623157e308", "4.9e-324", "1e400", "-0.0", "[1, 1.0, 1e0]", "", "  "})
  void isTheTreeThatTheMapperReads(String json) {
    assertThat(JsonTree.read(json)).isEqualTo(MAPPER.readTree(json));
    assertThat(JsonTree.read(json.getBytes())).isEqualTo(MAPPER.readTree(json));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": 1, \"a\": 2}", "{\"x\": {\"a\": 1, \"a\": 2}}", "{} {}", "{}]", "1 2", "{", "[1", "{\"a\"}", "{\"a\":}",
      "[1,]", "nul", "NaN", "01", "'a'", "// a comment\n1", "]"})
  void otherJsonIsRefused(String json) {
    assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> JsonTree.read(json));
    assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> JsonTree.read(json.getBytes()));
  }

  @Test
  void nestingIsBounded() {
    assertThat(JsonTree.read("[".repeat(500) + "]".repeat(500)).isArray()).isTrue();
    assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> JsonTree.read("[".repeat(501) + "]".repeat(501)));
  }
}
