package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.contract.CopyContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("opencl")
class OpenClCopyTest extends CopyContract {

  @RegisterExtension
  static final OpenClUnderTest OPENCL = new OpenClUnderTest();

  @Override
  protected Backend backend() {
    return OPENCL.backend();
  }
}
