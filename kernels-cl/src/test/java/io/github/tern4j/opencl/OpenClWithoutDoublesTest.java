package io.github.tern4j.opencl;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.contract.RmsNormContract;
import io.github.tern4j.tensor.contract.SoftmaxContract;
import io.github.tern4j.tensor.contract.TernaryProductContract;
import io.github.tern4j.tensor.contract.WeightQuantizerContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A device without double arithmetic keeps the bounds of the contracts. */
@Tag("opencl")
class OpenClWithoutDoublesTest {

  @RegisterExtension
  static final OpenClUnderTest OPENCL = new OpenClUnderTest(OpenClDevice::withoutDoubles);

  @Nested
  class RmsNorm extends RmsNormContract {
    @Override
    protected Backend backend() {
      return OPENCL.backend();
    }

    @Override
    protected boolean bitwise() {
      return false;
    }
  }

  @Nested
  class Softmax extends SoftmaxContract {
    @Override
    protected Backend backend() {
      return OPENCL.backend();
    }

    @Override
    protected boolean bitwise() {
      return false;
    }
  }

  @Nested
  class TernaryProduct extends TernaryProductContract {
    @Override
    protected Backend backend() {
      return OPENCL.backend();
    }
  }

  @Nested
  class WeightQuantizer extends WeightQuantizerContract {
    @Override
    protected Backend backend() {
      return OPENCL.backend();
    }

    @Override
    protected boolean bitwise() {
      return false;
    }
  }
}
