package io.github.tern4j.tensor.reference;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.contract.BackendContract;

/** The reference keeps its own contracts: against the exact oracles, since equality with itself says nothing. */
class ReferenceBackendTest extends BackendContract {

  @Override
  protected Backend open() {
    return Backends.open("reference", 1);
  }
}
