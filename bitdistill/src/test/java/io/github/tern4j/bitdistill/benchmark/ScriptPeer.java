package io.github.tern4j.bitdistill.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Peers that are shell scripts. */
public final class ScriptPeer {

  private ScriptPeer() {}

  /** The command line of a peer with this script, in a folder whose name has a space. */
  public static String commandLine(Path directory, String script) throws IOException {
    Path file = Files.createDirectories(directory.resolve("a peer")).resolve("peer.sh");
    Files.writeString(file, script);
    return "sh '" + file + "'";
  }

  static Peer of(Path directory, String script) throws IOException {
    return new Peer(commandLine(directory, script));
  }
}
