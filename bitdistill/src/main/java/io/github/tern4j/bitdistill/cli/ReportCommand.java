package io.github.tern4j.bitdistill.cli;

import io.github.tern4j.bitdistill.report.ReportPage;
import io.github.tern4j.bitdistill.report.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code report DIR}: writes report.html of a run again from its results.json. */
@Command(name = "report", description = "Writes report.html of a run again from its results.json.")
final class ReportCommand implements Callable<Integer> {

  @Mixin private CommonOptions common;

  @Parameters(paramLabel = "DIR", description = "The folder of the run.")
  private Path directory;

  @Override
  public Integer call() throws IOException {
    Path page = ReportPage.write(directory, Results.read(directory));
    common.output().write(Map.of("report", page.toString()), page::toString);
    return 0;
  }
}
