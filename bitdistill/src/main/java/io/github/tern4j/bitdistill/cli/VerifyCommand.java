package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.verify.CaseResult;
import io.github.tern4j.bitdistill.verify.GoldenSet;
import io.github.tern4j.bitdistill.verify.Verifier;
import io.github.tern4j.tensor.Backend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code verify}: holds this build against a golden set, one line a case; exit code 1 when a case fails. */
@Command(name = "verify", description = "Checks this build against a golden set: one line a case, worst deviation, pass or fail.")
final class VerifyCommand implements Callable<Integer> {

  private static final int FAILED = 1;

  @Mixin private CommonOptions common;

  @Option(names = "--golden", required = true, paramLabel = "DIR", description = "The golden set: the directory with index.json.")
  private Path golden;

  @Override
  public Integer call() {
    GoldenSet set = GoldenSet.open(golden);
    try (Backend backend = common.openBackend()) {
      return new Verifier(set, backend).runAll(this::show) ? 0 : FAILED;
    }
  }

  private void show(CaseResult result) {
    common.output().write(json(result), () -> text(result));
    result.remarks().forEach(remark -> common.console().say("  " + result.name() + ": " + remark));
  }

  private static Map<String, Object> json(CaseResult result) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("case", result.name());
    object.put("passed", result.passed());
    object.put("worst_ratio", result.worstRatio());
    return object;
  }

  private static String text(CaseResult result) {
    return String.format(Locale.ROOT, "%-22s %s  %4d compared, worst at %.3g of its limit: %s", result.name(),
        result.passed() ? "passed" : "FAILED", result.compared(), result.worstRatio(), result.worst());
  }
}
