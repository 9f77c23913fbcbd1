package io.github.tern4j.bitdistill.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void medianIsTheMiddleOneOrTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(List.of(4.0))).isEqualTo(new Spread(4, 4, 4));
    assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9));
    assertThat(Spread.of(List.of(9.0, 1.0, 4.0, 2.0))).isEqualTo(new Spread(3, 1, 9));
  }

  @Test
  void noValuesAreRefused() {
    assertThatThrownBy(() -> Spread.of(List.of())).hasMessage("spread: no values; expected at least one");
  }
}
