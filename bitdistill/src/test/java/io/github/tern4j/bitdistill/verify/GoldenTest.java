package io.github.tern4j.bitdistill.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BackendProvider;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.SharedData;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every case of the golden set in the shared data, on every CPU backend. */
class GoldenTest {

  @TestFactory
  Stream<DynamicTest> everyCaseIsWithinItsLimits() {
    GoldenSet golden = GoldenSet.open(SharedData.folder("golden"));
    return Stream.of("reference", "vector").flatMap(backend -> golden.cases().stream()
        .map(name -> DynamicTest.dynamicTest(name + " on " + backend, () -> verify(golden, name, backend))));
  }

  private static void verify(GoldenSet golden, String name, String backendName) {
    assumeTrue(usable(backendName), backendName + " cannot be used on this machine");
    try (Backend backend = Backends.open(backendName, 2)) {
      CaseResult result = new Verifier(golden, backend).run(name);
      assertThat(result.remarks()).as("%s", result).noneMatch(remark -> !result.passed());
      assertThat(result.passed()).isTrue();
      assertThat(result.compared()).isPositive();
    }
  }

  private static boolean usable(String backendName) {
    return Backends.providers().stream().filter(provider -> provider.name().equals(backendName))
        .map(BackendProvider::unusable).anyMatch(Optional::isEmpty);
  }
}
