/** Measures of quality with their uncertainty: a number without an interval says little about two methods on a few hundred rows. */
package io.github.tern4j.bitdistill.metric;
