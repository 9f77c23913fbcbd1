package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.contract.BackendContract;

class VectorBackendTest extends BackendContract {

  @Override
  protected Backend open() {
    return Backends.open("vector", 2);
  }
}
