package io.github.tern4j.tensor.kernel;

import io.github.tern4j.tensor.contract.TernaryProductCase;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The packed product on every CPU backend, on 1 to 4 threads. */
class TernaryProductProperties {

  @Property(tries = 100)
  void thePackedProductIsTheTripleLoopOverIntegers(@ForAll CpuUnderTest on,
      @ForAll(supplier = TernaryProductCase.Any.class) TernaryProductCase product) {
    product.assertIntegersAreExact(on.backend());
  }

  @Property(tries = 100)
  void scalesAreAppliedToTheseIntegersInOrder(@ForAll CpuUnderTest on,
      @ForAll(supplier = TernaryProductCase.Any.class) TernaryProductCase product) {
    product.assertScalesAreAppliedInOrder(on.backend());
  }
}
