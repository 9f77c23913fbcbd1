/**
 * What a run leaves behind: {@link io.github.tern4j.bitdistill.report.Results results.json}, the numbers, and
 * {@link io.github.tern4j.bitdistill.report.ReportPage report.html}, the same as one page that needs no network.
 */
package io.github.tern4j.bitdistill.report;
