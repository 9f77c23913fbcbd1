package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {

  @Test
  void everyWeightHasAlignedZerosOfItsOwn() {
    List<MemorySegment> weights = new ArrayList<>();
    for (long bytes : new long[] {0, 1, 63, 64, 65, 1000, (6 << 20) - 1, 6 << 20, (6 << 20) - 1, 3, (9 << 20) + 5, (5 << 20) + 7, 4 << 20}) {
      MemorySegment weight = WeightMemory.allocate(bytes);
      assertThat(weight.byteSize()).isEqualTo(bytes);
      assertThat(weight.address() % 64).isZero();
      for (long at = 0; at < bytes; at += Math.max(1, bytes / 97)) {
        assertThat(weight.get(ValueLayout.JAVA_BYTE, at)).isZero();
      }
      weight.fill((byte) (weights.size() + 1));
      weights.add(weight);
    }
    for (int i = 0; i < weights.size(); i++) {
      for (long at = 0; at < weights.get(i).byteSize(); at += 509) {
        assertThat(weights.get(i).get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) (i + 1));
      }
    }
  }
}
