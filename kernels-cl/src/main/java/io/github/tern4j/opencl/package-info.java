/** Placeholder until the first class of the package. */
package io.github.tern4j.opencl;
