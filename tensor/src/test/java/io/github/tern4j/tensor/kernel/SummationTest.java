package io.github.tern4j.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummationTest {

  @Test
  void partialSumsMeetInHalves() {
    // 2^24 + 1 is lost, 2^24 + 2 is not: only p[0] + p[8] loses its one.
    float[] partial = new float[20];
    partial[2] = 0x1p24f;
    partial[10] = 1;
    partial[6] = 1;
    partial[14] = 1;
    assertThat(Summation.fold(partial, 2)).isEqualTo(0x1p24f + 2);
  }

  @Test
  void allPartialSumsAreCounted() {
    float[] partial = new float[16];
    for (int i = 0; i < 16; i++) {
      partial[i] = 1 << i;
    }
    assertThat(Summation.fold(partial, 0)).isEqualTo(65535);
  }
}
