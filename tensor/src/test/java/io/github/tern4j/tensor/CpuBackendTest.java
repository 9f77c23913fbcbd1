package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuBackendTest {

  private static final Tensor HOST = Tensor.of(new float[] {1, 2, 3}, 3);

  @Test
  void anUploadedTensorIsACopy() {
    try (Backend backend = Backends.open("reference", 1)) {
      assertThat(backend.upload(HOST).array()).isNotSameAs(HOST.array()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void whatIsGivenAwayOrReadOnTheHostIsNotCopied() {
    try (Backend backend = Backends.open("reference", 1)) {
      Tensor adopted = backend.adopt(HOST);
      assertThat(adopted.array()).isSameAs(HOST.array());
      assertThat(backend.onHost(adopted).array()).isSameAs(HOST.array());
    }
  }
}
