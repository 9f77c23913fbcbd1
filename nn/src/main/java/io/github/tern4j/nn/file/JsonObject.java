package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Typed access to the keys of a JSON object. A key that is null counts as missing, and a value of another type is a
 * {@link BadInputException} that names file, key and what was expected.
 *
 * @param where file, and the keys that lead to the object, for messages
 * @param node the object
 */
public record JsonObject(String where, ObjectNode node) {

  /** Whether the key is there and not null. */
  public boolean has(String key) {
    JsonNode value = node.get(key);
    return value != null && !value.isNull();
  }

  /** A whole number. */
  public long wholeNumber(String key) {
    return value(key, "a whole number", value -> value.isIntegralNumber() && value.canConvertToLong()).longValue();
  }

  /** A whole number of the size of an {@code int}. */
  public int integer(String key) {
    return value(key, "a whole number below 2^31", value -> value.isIntegralNumber() && value.canConvertToInt()).intValue();
  }

  /** The same, or {@code fallback} where the key is missing. */
  public int integer(String key, int fallback) {
    return has(key) ? integer(key) : fallback;
  }

  /** A finite number, or {@code fallback} where the key is missing. */
  public double number(String key, double fallback) {
    return has(key)
        ? value(key, "a finite number", value -> value.isNumber() && Double.isFinite(value.doubleValue())).doubleValue()
        : fallback;
  }

  /** A truth value, or {@code fallback} where the key is missing. */
  public boolean flag(String key, boolean fallback) {
    return has(key) ? value(key, "true or false", JsonNode::isBoolean).booleanValue() : fallback;
  }

  /** A text. */
  public String text(String key) {
    return value(key, "a text", JsonNode::isString).stringValue();
  }

  /** An object. */
  public JsonObject object(String key) {
    return new JsonObject(where + ": " + Quoted.line(key), (ObjectNode) value(key, "an object", JsonNode::isObject));
  }

  /** The error for {@code key}, in the form of all others. */
  public BadInputException wrong(String key, String expected) {
    String found = has(key) ? "is " + Quoted.line(node.get(key).toString()) : "is missing";
    return new BadInputException(where + ": " + Quoted.line(key) + " " + found + "; expected " + expected);
  }

  private JsonNode value(String key, String expected, Predicate<JsonNode> holds) {
    if (!has(key) || !holds.test(node.get(key))) {
      throw wrong(key, expected);
    }
    return node.get(key);
  }
}
