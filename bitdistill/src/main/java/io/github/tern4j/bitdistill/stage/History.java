package io.github.tern4j.bitdistill.stage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Curves of a training: named values at steps, for reports and checkpoints. */
public final class History {

  /**
   * One value of a curve.
   *
   * @param step steps done when it was taken
   * @param value the value
   */
  public record Point(long step, double value) {}

  private final Map<String, List<Point>> curves;

  /** An empty history. */
  public History() {
    this(Map.of());
  }

  /** A history that goes on from these curves. */
  @JsonCreator
  public History(@JsonProperty("curves") Map<String, List<Point>> curves) {
    this.curves = new LinkedHashMap<>();
    curves.forEach((name, points) -> this.curves.put(name, new ArrayList<>(points)));
  }

  /** Adds a value to a curve. */
  public void add(String curve, long step, double value) {
    curves.computeIfAbsent(curve, name -> new ArrayList<>()).add(new Point(step, value));
  }

  /** All curves by name. */
  @JsonProperty("curves")
  public Map<String, List<Point>> curves() {
    return curves;
  }
}
