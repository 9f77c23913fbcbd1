/** JMH benchmarks of kernels at the layer shapes of real models; results are verified in set-up. */
package io.github.tern4j.bench;
