package io.github.tern4j.bitdistill.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DecodeSpeedTest {

  @Test
  void modelsTakeTurnsAndTokensAreDividedByTime() {
    RandomModel student = RandomModel.paperStudent(1);
    RandomModel plain = RandomModel.plain(1);
    // Every look at the clock is a millisecond after the last one.
    AtomicLong now = new AtomicLong();
    try (Backend backend = Backends.open("vector", 1);
        InferenceModel packed = InferenceModel.of(student.config(), student, backend, WeightFormat.TERNARY_BF16);
        InferenceModel bf16 = InferenceModel.of(plain.config(), plain, backend, WeightFormat.BF16)) {
      List<DecodeSpeed.Speed> speeds = new DecodeSpeed(() -> now.addAndGet(1_000_000)).measure(List.of(packed, bf16), 0.06);
      // Half the context of 96 is read in one millisecond, 32 tokens are written in another.
      for (DecodeSpeed.Speed speed : speeds) {
        assertThat(speed.prefillTokensPerSecond()).isEqualTo(48_000);
        assertThat(speed.decodeTokensPerSecond()).isEqualTo(32_000);
      }
      // Six turns of six looks come unasked, then a look before each; the tenth ends behind 60, and three were for warming up.
      assertThat(speeds).extracting(DecodeSpeed.Speed::turns).containsExactly(7, 7);
    }
  }
}
