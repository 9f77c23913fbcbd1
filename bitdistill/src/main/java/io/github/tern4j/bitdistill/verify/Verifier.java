package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.tensor.Backend;
import java.util.function.Consumer;

/** Runs the cases of a golden set on one backend. */
public final class Verifier {

  private final GoldenSet golden;
  private final Backend backend;

  /** A run of this set on this backend, which the caller closes. */
  public Verifier(GoldenSet golden, Backend backend) {
    this.golden = golden;
    this.backend = backend;
  }

  /** One case; what goes wrong in it is part of its result. */
  public CaseResult run(String name) {
    try (GoldenDirectory directory = golden.directory(name)) {
      Findings findings = new Findings(directory);
      try {
        GoldenCase.named(name).run(directory, backend, findings);
      } catch (RuntimeException failure) {
        findings.stopped(failure);
      }
      return findings.result();
    }
  }

  /** All cases in the order of the index. Each result is handed over as soon as it is there; returns whether all passed. */
  public boolean runAll(Consumer<CaseResult> results) {
    boolean passed = true;
    for (String name : golden.cases()) {
      CaseResult result = run(name);
      results.accept(result);
      passed &= result.passed();
    }
    return passed;
  }
}
