package io.github.tern4j.bitdistill.json;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * JSON as scripts meet it: keys in {@code snake_case} in the order that a record declares them, and numbers that are not finite
 * as {@code null}, because JSON has no NaN. A {@code null} is read as NaN again.
 */
public final class Json {

  private static final JsonMapper MAPPER = JsonMapper.builder()
      .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
      .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
      .addModule(new SimpleModule()
          .addSerializer(double.class, new FiniteDouble())
          .addSerializer(Double.class, new FiniteDouble())
          .addSerializer(double[].class, new FiniteDoubles())
          .addSerializer(float.class, new FiniteFloat())
          .addSerializer(Float.class, new FiniteFloat())
          .addSerializer(float[].class, new FiniteFloats())
          .addDeserializer(double.class, new DoubleOrNan(double.class))
          .addDeserializer(Double.class, new DoubleOrNan(Double.class)))
      .build();

  private static final JsonMapper INDENTED = MAPPER.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  /** The mapper itself, to read with or to stream large arrays. */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  /** A value on one line, without a line break at the end. */
  public static String line(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** A value over several lines for files that people read too. */
  public static String indented(Object value) {
    return INDENTED.writeValueAsString(value) + "\n";
  }

  private static void write(double value, JsonGenerator json) {
    if (Double.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  private static void write(float value, JsonGenerator json) {
    if (Float.isFinite(value)) {
      json.writeNumber(value);
    } else {
      json.writeNull();
    }
  }

  private static final class FiniteDouble extends StdSerializer<Double> {
    FiniteDouble() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializationContext context) {
      write(value.doubleValue(), json);
    }
  }

  private static final class FiniteFloat extends StdSerializer<Float> {
    FiniteFloat() {
      super(Float.class);
    }

    @Override
    public void serialize(Float value, JsonGenerator json, SerializationContext context) {
      write(value.floatValue(), json);
    }
  }

  private static final class FiniteDoubles extends StdSerializer<double[]> {
    FiniteDoubles() {
      super(double[].class);
    }

    @Override
    public void serialize(double[] values, JsonGenerator json, SerializationContext context) {
      json.writeStartArray();
      for (double value : values) {
        write(value, json);
      }
      json.writeEndArray();
    }
  }

  private static final class FiniteFloats extends StdSerializer<float[]> {
    FiniteFloats() {
      super(float[].class);
    }

    @Override
    public void serialize(float[] values, JsonGenerator json, SerializationContext context) {
      json.writeStartArray();
      for (float value : values) {
        write(value, json);
      }
      json.writeEndArray();
    }
  }

  private static final class DoubleOrNan extends StdDeserializer<Double> {
    DoubleOrNan(Class<?> type) {
      super(type);
    }

    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) {
      return json.getDoubleValue();
    }

    @Override
    public Object getNullValue(DeserializationContext context) {
      return Double.NaN;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
