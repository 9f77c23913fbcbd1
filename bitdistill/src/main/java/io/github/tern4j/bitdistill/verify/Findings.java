package io.github.tern4j.bitdistill.verify;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Compares what a case computes with what its manifest expects, and keeps account of both. */
final class Findings {

  /** Remarks about single values that are written out; the rest is counted. */
  private static final int SHOWN = 10;

  /** Smallest limit of a scalar, and the share of its value that is always allowed (golden README, section 1). */
  private static final double SCALAR_FLOOR = 1e-7;

  private static final double SCALAR_SHARE = 4e-6;

  private final GoldenDirectory golden;
  private final Set<String> missing = new LinkedHashSet<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private double worstRatio;
  private String worst = "";
  private boolean stopped;
  private int compared;

  Findings(GoldenDirectory golden) {
    this.golden = golden;
    for (String file : golden.manifest().path("expected").propertyNames()) {
      for (String tensor : golden.manifest().path("expected").path(file).propertyNames()) {
        missing.add(file + ":" + tensor);
      }
    }
    missing.addAll(golden.manifest().path("scalars").propertyNames());
  }

  /** A computed float tensor, in row-major order. */
  void floats(String file, String tensor, float[] got) {
    JsonNode expected = golden.expected(file, tensor);
    floats(file, tensor, got, new Limits(expected.path("atol").asDouble(), expected.path("rel_l2_tol").asDouble()));
  }

  /** A computed float tensor with limits that replace the manifest's. */
  void floats(String file, String tensor, float[] got, Limits limits) {
    golden.expected(file, tensor);
    float[] expected = golden.floats(file, tensor).toFloats();
    String where = file + ":" + tensor;
    if (got.length != expected.length) {
      failures.add(where + " has " + got.length + " elements instead of " + expected.length);
    }
    note(where, Comparison.floats(got, expected, limits));
  }

  /** A computed integer tensor, which has to be equal. */
  void integers(String file, String tensor, long[] got) {
    golden.expected(file, tensor);
    note(file + ":" + tensor, Comparison.integers(got, golden.longs(file, tensor)));
  }

  /** A computed scalar of the manifest. */
  void scalar(String name, double got) {
    scalar(name, got, golden.scalar(name).path("atol").asDouble());
  }

  /** A computed scalar of the manifest with a limit that replaces the manifest's. */
  void scalar(String name, double got, double atol) {
    note(name, Comparison.scalar(got, golden.scalar(name).path("value").asDouble(), atol));
  }

  /** A value that the manifest states outside its list of scalars, with the limit that the list's rule would give it. */
  void stated(String name, double got, double expected) {
    note(name, Comparison.scalar(got, expected, Math.max(SCALAR_SHARE * Math.abs(expected), SCALAR_FLOOR)));
  }

  /** An integer that the manifest states outside its tensors. */
  void statedInteger(String name, long got, long expected) {
    note(name, got == expected ? 0 : Comparison.NO_MATCH);
  }

  /** Something a reader of the result should know. */
  void remark(String remark) {
    remarks.add(remark);
  }

  /** The case could not go on. */
  void stopped(RuntimeException reason) {
    stopped = true;
    failures.add("stopped: " + reason);
  }

  /** Largest ratio so far. */
  double worstRatio() {
    return worstRatio;
  }

  private void note(String where, double ratio) {
    missing.remove(where);
    compared++;
    if (ratio > worstRatio || worst.isEmpty()) {
      worstRatio = ratio;
      worst = where;
    }
    if (ratio > 1) {
      failures.add(ratio == Comparison.NO_MATCH
          ? where + " does not match" : String.format(Locale.ROOT, "%s is off by %.3g times its limit", where, ratio));
    }
  }

  /** The account; results that never came make the case fail. */
  CaseResult result() {
    List<String> all = new ArrayList<>(remarks);
    addSome(all, failures);
    if (stopped && !missing.isEmpty()) {
      all.add(missing.size() + " results were not produced");
    } else {
      addSome(all, missing.stream().map(name -> name + " was not produced").toList());
    }
    if (failures.isEmpty() && missing.isEmpty()) {
      return new CaseResult(golden.name(), true, worstRatio, worst, compared, all);
    }
    boolean measured = worstRatio > 1;
    String where = measured || missing.isEmpty() ? worst : missing.iterator().next();
    return new CaseResult(golden.name(), false, measured ? worstRatio : Comparison.NO_MATCH, where, compared, all);
  }

  private static void addSome(List<String> all, List<String> some) {
    all.addAll(some.subList(0, Math.min(SHOWN, some.size())));
    if (some.size() > SHOWN) {
      all.add("and " + (some.size() - SHOWN) + " more like this");
    }
  }
}
