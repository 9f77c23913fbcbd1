package io.github.tern4j.bitdistill.report;

/**
 * The machine that numbers were measured on.
 *
 * @param cpu the CPU's name
 * @param cores how many of its cores Java sees
 * @param vectorBits the preferred vector width of the Vector API
 * @param memoryBytes main memory
 * @param system operating system and version
 * @param jdk version and vendor of Java
 */
public record Machine(String cpu, int cores, int vectorBits, long memoryBytes, String system, String jdk) {}
