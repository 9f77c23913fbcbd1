/**
 * The command line. {@link io.github.tern4j.bitdistill.cli.Main} lists the commands, one class each, and turns every failure
 * into one line and an exit code; {@link io.github.tern4j.bitdistill.cli.CommonOptions} are the options that all of them have,
 * and {@link io.github.tern4j.bitdistill.cli.Console} keeps results on standard output apart from what people read.
 *
 * <p>Time, environment and signals are read here and nowhere below.
 */
package io.github.tern4j.bitdistill.cli;
