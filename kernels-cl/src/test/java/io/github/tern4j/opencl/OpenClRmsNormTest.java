package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.contract.RmsNormContract;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("opencl")
class OpenClRmsNormTest extends RmsNormContract {

  @RegisterExtension
  static final OpenClUnderTest OPENCL = new OpenClUnderTest();

  @Override
  protected Backend backend() {
    return OPENCL.backend();
  }

  @Override
  protected boolean bitwise() {
    return OPENCL.isExact();
  }
}
