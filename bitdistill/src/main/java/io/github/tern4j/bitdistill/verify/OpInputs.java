package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What one operation of the golden set works on.
 *
 * @param differentiable float inputs by name, each waiting for its gradient
 * @param integers ids, targets, positions and masks by name
 * @param attributes numbers such as eps and theta
 * @param outShape dimensions of the expected output
 */
record OpInputs(Map<String, Variable> differentiable, Map<String, int[]> integers, JsonNode attributes, Shape outShape) {

  static OpInputs of(GoldenDirectory golden, String op, Tape tape) {
    Map<String, Variable> differentiable = new LinkedHashMap<>();
    Map<String, int[]> integers = new LinkedHashMap<>();
    JsonNode description = golden.manifest().path("ops").path(op);
    for (JsonNode input : description.path("inputs")) {
      String name = input.asString();
      String tensor = op + ".in." + name;
      boolean isInteger = golden.manifest().path("inputs").path(OpsCase.FILE).path(tensor).path("dtype").asString().equals("I64");
      if (isInteger) {
        integers.put(name, golden.ints(OpsCase.FILE, tensor));
      } else {
        differentiable.put(name, tape.input(tape.backend().upload(golden.floats(OpsCase.FILE, tensor))));
      }
    }
    return new OpInputs(differentiable, integers, description.path("attributes"), golden.shape(OpsCase.FILE, op + ".out"));
  }

  Variable get(String name) {
    return differentiable.get(name);
  }

  int[] ints(String name) {
    return integers.get(name);
  }

  double number(String attribute) {
    return attributes.path(attribute).asDouble();
  }
}
