package io.github.tern4j.bitdistill.stage;

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

  private final Map<String, List<Point>> curves = new LinkedHashMap<>();

  /** Adds a value to a curve. */
  public void add(String curve, long step, double value) {
    curves.computeIfAbsent(curve, name -> new ArrayList<>()).add(new Point(step, value));
  }

  /** All curves by name. */
  public Map<String, List<Point>> curves() {
    return curves;
  }
}
