package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BackendsTest {

  @Test
  void theReferenceIsFoundByName() {
    assertThat(Backends.providers()).extracting(BackendProvider::name).contains("reference");
    try (Backend backend = Backends.open("reference", 4)) {
      assertThat(backend.name()).isEqualTo("reference");
    }
    try (Backend backend = Backends.open("reference:0", 1)) {
      assertThat(((CpuBackend) backend).workers().threads()).isEqualTo(1);
    }
  }

  @Test
  void unknownBackendsAreRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Backends.open("cuda", 1)).isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("backend cuda: unknown; expected auto or one of ").hasMessageContaining("reference");
  }

  @Test
  void impossibleDevicesAreRefused() {
    assertThatThrownBy(() -> Backends.open("reference:1", 1)).isInstanceOf(BadInputException.class)
        .hasMessage("backend reference:1: no such device; expected 0");
    assertThatThrownBy(() -> Backends.open("reference:x", 1)).isInstanceOf(BadInputException.class)
        .hasMessage("backend reference:x: device 'x'; expected a number from 0");
    assertThatThrownBy(() -> Backends.open("reference:-1", 1)).isInstanceOf(BadInputException.class)
        .hasMessage("backend reference:-1: device '-1'; expected a number from 0");
  }

  @Test
  void allocatedBuffersComeFromThePool() {
    try (CpuBackend backend = (CpuBackend) Backends.open("reference", 1)) {
      for (int step = 0; step < 10; step++) {
        backend.release(backend.allocate(Shape.of(3, 5)));
      }
      assertThat(backend.pool().allocatedBytes()).isEqualTo(60);
    }
  }
}
