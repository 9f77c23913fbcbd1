package io.github.tern4j.bitdistill.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Version and commit of the running build. */
final class BuildVersion implements IVersionProvider {

  /** The version of the Maven project. */
  static String version() {
    try (InputStream in = BuildVersion.class.getResourceAsStream("build.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * The git commit of the sources, with {@code -dirty} behind it when they differ; {@code unknown} outside a checkout. The start
   * script passes it at every start, since a commit may follow the build that it contains.
   */
  static String commit() {
    return System.getProperty("tern4j.commit", "unknown");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"bitdistill " + version() + " (" + commit() + ")"};
  }
}
