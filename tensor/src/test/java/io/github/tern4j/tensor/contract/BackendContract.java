package io.github.tern4j.tensor.contract;

import io.github.tern4j.tensor.Backend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The suites of all kernel contracts for one backend that has all of them. A backend with fewer extends single suites. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendContract {

  private Backend backend;

  /** Opens the backend under test; it is closed after the last test. */
  protected abstract Backend open();

  @BeforeAll
  void openBackend() {
    backend = open();
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Nested
  class Bf16Product extends Bf16ProductContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }

  @Nested
  class Matmul extends MatmulContract {
    @Override
    protected Backend backend() {
      return backend;
    }
  }
}
