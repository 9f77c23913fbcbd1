package io.github.tern4j.opencl;

import io.github.tern4j.tensor.contract.TernaryProductCase;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** The packed product on the first OpenCL device of this machine. */
@Tag("opencl")
@AddLifecycleHook(OpenClTernaryProductProperties.SkippedWithoutDevice.class)
class OpenClTernaryProductProperties {

  /** {@link OpenClUnderTest} for jqwik, which knows no extensions of JUnit. */
  static final class SkippedWithoutDevice implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
      return new OpenClProvider().unusable().map(reason -> SkipResult.skip("OpenCL cannot be used here: " + reason))
          .orElseGet(SkipResult::doNotSkip);
    }
  }

  private static OpenClBackend backend;

  @BeforeContainer
  static void open() {
    backend = new OpenClBackend("opencl:0", new OpenClProvider().device(0));
  }

  @AfterContainer
  static void close() {
    backend.close();
  }

  @Property(tries = 60)
  void thePackedProductIsTheTripleLoopOverIntegers(@ForAll(supplier = TernaryProductCase.Any.class) TernaryProductCase product) {
    product.assertIntegersAreExact(backend);
  }

  @Property(tries = 60)
  void scalesAreAppliedToTheseIntegersInOrder(@ForAll(supplier = TernaryProductCase.Any.class) TernaryProductCase product) {
    product.assertScalesAreAppliedInOrder(backend);
  }
}
