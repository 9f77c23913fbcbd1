package io.github.tern4j.bitdistill.cli;
/** x. */
public final class Main { private Main() {}
 /** x. */ 
 public static void main(String[] a) { System.out.println(String.join(" ", a)); } }
