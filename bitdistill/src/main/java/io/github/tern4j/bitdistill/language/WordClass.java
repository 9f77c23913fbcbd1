package io.github.tern4j.bitdistill.language;

import java.util.List;

/** What a clause says about its subject, and hence which words can stand in it. */
enum WordClass {
  /** "the blim is vondy" */
  ADJECTIVE("y"),
  /** "keza mulo torfs": subject, object, verb */
  VERB("s"),
  /** "keza holds dorp"; a hypothesis names the kind instead of the member */
  KIND("");

  static final List<WordClass> ALL = List.of(values());

  private final String ending;

  WordClass(String ending) {
    this.ending = ending;
  }

  /** The ending that tells a reader the class of an invented word. */
  String ending() {
    return ending;
  }
}
