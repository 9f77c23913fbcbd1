package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;

/**
 * The CPU backends that a property is tried on. They are opened once and never closed: their worker threads are daemons. Work is
 * cut by its size, so threads have something to share only where a property makes tensors of several chunks.
 */
enum CpuUnderTest {
  REFERENCE("reference", 1),
  VECTOR("vector", 1),
  VECTOR_ON_TWO_THREADS("vector", 2),
  VECTOR_ON_THREE_THREADS("vector", 3),
  VECTOR_ON_FOUR_THREADS("vector", 4);

  private final Backend backend;

  CpuUnderTest(String name, int threads) {
    this.backend = Backends.open(name, threads);
  }

  Backend backend() {
    return backend;
  }
}
