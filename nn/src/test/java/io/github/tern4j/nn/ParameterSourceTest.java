package io.github.tern4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterSourceTest {

  private static final double DEVIATION = 0.02;

  @ParameterizedTest(name = "{0} elements, {1} threads")
  @CsvSource({"0, 2", "1, 2", "65535, 2", "65536, 1", "65537, 5", "200000, 1", "200000, 2", "200000, 5"})
  void freshValuesAreThoseOfTheirPositionsWhateverTheThreads(int size, int threads) {
    try (Backend backend = Backends.open("vector", threads)) {
      ParameterSource source = ParameterSource.fresh(backend, Rng.of(158)).at("model");
      float[] values = source.parameter("weight", Shape.of(1, size), Initializer.normal(DEVIATION)).value().array();
      Rng rng = Rng.of(158).at("model.weight");
      float[] expected = new float[size];
      for (int i = 0; i < size; i++) {
        expected[i] = (float) (DEVIATION * rng.normal(i));
      }
      assertThat(values).isEqualTo(expected);
      assertThat(source.parameter("ones", Shape.of(3), Initializer.ones()).value().array()).containsExactly(1, 1, 1);
      assertThat(source.parameter("zeros", Shape.of(2), Initializer.zeros()).value().array()).containsExactly(0, 0);
    }
  }
}
