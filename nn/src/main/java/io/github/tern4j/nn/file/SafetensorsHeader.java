package io.github.tern4j.nn.file;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The JSON header of a safetensors file, checked: every entry has a known type, a shape whose bytes match its range, and the
 * ranges cover the data from the first byte to the last without overlap or hole, as the format asks.
 *
 * @param entries tensors by name, in the order of their data
 * @param metadata the {@code __metadata__} texts
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

  static final String METADATA = "__metadata__";

  /**
   * One tensor.
   *
   * @param type element type
   * @param shape dimensions
   * @param begin first byte, counted from the start of the data
   * @param end byte after the last
   */
  record Entry(SafetensorsType type, Shape shape, long begin, long end) {}

  /**
   * Parses and checks a header.
   *
   * @param where the file, for messages
   * @param json the header, padding included
   * @param dataBytes bytes of the file after the header
   * @throws BadInputException naming file, tensor and what was expected
   */
  static SafetensorsHeader parse(String where, String json, long dataBytes) {
    if (!json.startsWith("{")) {
      throw new BadInputException(where + ": the header does not begin with '{'; expected a safetensors file");
    }
    Map<String, Entry> entries = new HashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    try (JsonParser parser = JsonTree.parser(json)) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(METADATA)) {
          readMetadata(where, parser, metadata);
        } else {
          entries.put(name, new EntryReader(where, name, parser).read(dataBytes));
        }
      }
      if (parser.nextToken() != null) {
        throw new BadInputException(where + ": the header goes on after its object; expected spaces");
      }
    } catch (JacksonException e) {
      throw JsonFile.broken(where + ": header", e);
    }
    return new SafetensorsHeader(inDataOrder(where, entries, dataBytes), metadata);
  }

  private static void readMetadata(String where, JsonParser parser, Map<String, String> metadata) {
    boolean isObject = parser.currentToken() == JsonToken.START_OBJECT;
    while (isObject && parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      isObject = parser.nextToken() == JsonToken.VALUE_STRING;
      metadata.put(key, isObject ? parser.getString() : "");
    }
    if (!isObject) {
      throw new BadInputException(where + ": " + METADATA + " is something else; expected an object of texts");
    }
  }

  private static Map<String, Entry> inDataOrder(String where, Map<String, Entry> entries, long dataBytes) {
    List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
    sorted.sort(Comparator.<Map.Entry<String, Entry>>comparingLong(entry -> entry.getValue().begin)
        .thenComparingLong(entry -> entry.getValue().end)
        .thenComparing(Map.Entry::getKey));
    Map<String, Entry> ordered = new LinkedHashMap<>();
    long covered = 0;
    String previous = "the header";
    for (Map.Entry<String, Entry> entry : sorted) {
      if (entry.getValue().begin != covered) {
        throw new BadInputException(where + ": tensor " + Quoted.name(entry.getKey()) + " begins at byte "
            + entry.getValue().begin + " of the data; expected " + covered + ", where " + previous + " ends");
      }
      covered = entry.getValue().end;
      previous = "tensor " + Quoted.name(entry.getKey());
      ordered.put(entry.getKey(), entry.getValue());
    }
    if (covered != dataBytes) {
      throw new BadInputException(where + ": " + dataBytes + " bytes of data; expected " + covered + ", where "
          + previous + " ends");
    }
    return ordered;
  }

  /** Reads the object of one tensor; the parser stands on its first token. */
  private record EntryReader(String where, String name, JsonParser parser) {

    Entry read(long dataBytes) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw wrong("is not an object", "dtype, shape and data_offsets");
      }
      Optional<SafetensorsType> type = Optional.empty();
      Optional<List<Long>> dims = Optional.empty();
      Optional<List<Long>> offsets = Optional.empty();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "dtype" -> type = Optional.of(type());
          case "shape" -> dims = Optional.of(wholeNumbers("shape", Integer.MAX_VALUE));
          case "data_offsets" -> offsets = Optional.of(wholeNumbers("data_offsets", dataBytes));
          default -> throw wrong("has the key " + Quoted.name(key), "dtype, shape and data_offsets");
        }
      }
      if (type.isEmpty() || dims.isEmpty() || offsets.isEmpty()) {
        throw wrong("lacks " + (type.isEmpty() ? "dtype" : dims.isEmpty() ? "shape" : "data_offsets"),
            "dtype, shape and data_offsets");
      }
      return entry(type.get(), dims.get(), offsets.get());
    }

    private Entry entry(SafetensorsType type, List<Long> dims, List<Long> offsets) {
      if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
        throw wrong("has data_offsets " + Quoted.line(offsets.toString()), "two numbers in ascending order");
      }
      long bytes = offsets.get(1) - offsets.get(0);
      String found = "has shape " + Quoted.line(dims.toString()) + " of " + type;
      try {
        Shape shape = Shape.of(dims.stream().mapToInt(Long::intValue).toArray());
        long bits = Math.multiplyExact(shape.size(), (long) type.bits());
        if (bits % 8 != 0 || bits / 8 != bytes) {
          throw wrong(found + " in " + bytes + " bytes", bits % 8 == 0 ? bits / 8 + " bytes" : "whole bytes");
        }
        return new Entry(type, shape, offsets.get(0), offsets.get(1));
      } catch (ArithmeticException e) {
        throw wrong(found, "fewer than 2^63 bits");
      }
    }

    private SafetensorsType type() {
      String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : parser.currentToken().toString();
      for (SafetensorsType type : SafetensorsType.values()) {
        if (type.name().equals(text)) {
          return type;
        }
      }
      throw wrong("has dtype " + Quoted.name(text), "F32, BF16, F16, I8, U8, I32, I64 or another type of the format");
    }

    private List<Long> wholeNumbers(String key, long most) {
      List<Long> numbers = new ArrayList<>();
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw wrong("has a " + key + " that is no array", "whole numbers");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        boolean isLong = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!isLong || parser.getLongValue() < 0 || parser.getLongValue() > most) {
          throw wrong("has " + Quoted.name(parser.getString()) + " in its " + key, key.equals("shape")
              ? "whole numbers from 0 to " + most
              : "positions from 0 to " + most + ", the bytes of data in the file (is it truncated?)");
        }
        numbers.add(parser.getLongValue());
      }
      return numbers;
    }

    private BadInputException wrong(String what, String expected) {
      return new BadInputException(where + ": tensor " + Quoted.name(name) + " " + what + "; expected " + expected);
    }
  }
}
