package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.contract.TokenContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** {@link VectorToken} keeps the contract, on two threads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VectorTokenTest extends TokenContract {

  private final Backend backend = Backends.open("vector", 2);

  @Override
  protected Backend backend() {
    return backend;
  }

  @AfterAll
  void close() {
    backend.close();
  }
}
