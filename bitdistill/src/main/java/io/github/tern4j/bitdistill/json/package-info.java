/** The one form in which results leave the program as JSON, on standard output and in {@code results.json}. */
package io.github.tern4j.bitdistill.json;
