package io.github.tern4j.nn.file;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON as trees, read strictly: no key twice, nothing behind the value, no nesting deeper than Jackson's 500 levels. Reading does
 * without Jackson's mapper, whose start takes 70 ms that the first token of a text would wait for.
 */
public final class JsonTree {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final JsonFactory PARSERS = JsonFactory.builder()
      .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      // Its tables would be made for the few numbers of a configuration.
      .disable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
      .build();

  /** Jackson's mapper, made when something is written. */
  private static final class Writer {
    static final JsonMapper INDENTED = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  }

  private JsonTree() {}

  /** Writes trees over several lines. */
  public static JsonMapper writer() {
    return Writer.INDENTED;
  }

  /**
   * The value in {@code json}, or a missing node where there is none.
   *
   * @throws tools.jackson.core.JacksonException when it is not such JSON
   */
  public static JsonNode read(String json) {
    return read(parser(json));
  }

  /** The same, for JSON in UTF-8. */
  public static JsonNode read(byte[] json) {
    return read(PARSERS.createParser(ObjectReadContext.empty(), json));
  }

  /** Token by token. */
  static JsonParser parser(String json) {
    return PARSERS.createParser(ObjectReadContext.empty(), json);
  }

  private static JsonNode read(JsonParser parser) {
    try (parser) {
      JsonNode root = parser.nextToken() == null ? MissingNode.getInstance() : value(parser);
      if (parser.nextToken() != null) {
        throw new StreamReadException(parser, "something behind the value");
      }
      return root;
    }
  }

  /** The value whose first token the parser stands on. */
  private static JsonNode value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> NODES.stringNode(parser.getString());
      case VALUE_NUMBER_INT -> switch (parser.getNumberType()) {
        case INT -> NODES.numberNode(parser.getIntValue());
        case LONG -> NODES.numberNode(parser.getLongValue());
        default -> NODES.numberNode(parser.getBigIntegerValue());
      };
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> throw new IllegalStateException("no value begins with " + parser.currentToken());
    };
  }

  private static ObjectNode object(JsonParser parser) {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      parser.nextToken();
      object.set(key, value(parser));
    }
    return object;
  }

  private static ArrayNode array(JsonParser parser) {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(parser));
    }
    return array;
  }
}
