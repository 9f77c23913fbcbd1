package io.github.tern4j.bitdistill.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import org.junit.jupiter.api.Test;

class OpTableTest {

  @Test
  void theLongestKnownNameWins() {
    assertThat(OpTable.find("log_softmax_extreme")).isSameAs(OpTable.find("log_softmax")).isNotSameAs(OpTable.find("log"));
    assertThat(OpTable.find("softmax_dim1")).isSameAs(OpTable.find("softmax"));
    assertThat(OpTable.find("softmax_masked")).isNotSameAs(OpTable.find("softmax"));
    assertThat(OpTable.find("matmul_2d_large")).isSameAs(OpTable.find("matmul")).isNotSameAs(OpTable.find("matmul_2d_bt"));
  }

  @Test
  void anUnknownOperationIsNamed() {
    assertThatThrownBy(() -> OpTable.find("fourier_2d")).isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("golden case ops: operation 'fourier_2d' is unknown; expected one of [add, attention, ");
  }
}
