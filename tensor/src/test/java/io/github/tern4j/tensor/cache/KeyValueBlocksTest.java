package io.github.tern4j.tensor.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Rng;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeyValueBlocksTest {

  private static float[] random(int size, long seed) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) Rng.of(seed).normal(i);
    }
    return values;
  }

  private static KeyValueBlocks filled(KeyValueFormat format, int capacity, int tokens, float[] k, float[] v) {
    KeyValueBlocks blocks = new KeyValueBlocks(format, 2, 70);
    blocks.reserve(capacity);
    for (int token = 0; token < tokens; token++) {
      blocks.put(token, k, token * 140, v, token * 140);
    }
    return blocks;
  }

  @ParameterizedTest
  @CsvSource({"F32, 0", "BF16, 256", "INT8, 254"})
  void whatIsStoredDeviatesByTheBoundOfItsFormat(KeyValueFormat format, int parts) {
    float[] k = random(70 * 140, 1);
    float[] v = random(70 * 140, 2);
    KeyValueBlocks blocks = filled(format, 70, 70, k, v);
    for (int token = 0; token < 70; token++) {
      for (int head = 0; head < 2; head++) {
        int at = token * 140 + head * 70;
        for (int d = 0; d < 70; d++) {
          assertThat(Math.abs(blocks.key(token, head, d) - k[at + d])).isLessThanOrEqualTo(bound(format, k, at, d, parts));
          assertThat(Math.abs(blocks.value(token, head, d) - v[at + d])).isLessThanOrEqualTo(bound(format, v, at, d, parts));
        }
      }
    }
  }

  /** Half a step of the format, with a little for the rounding of the scale. */
  private static float bound(KeyValueFormat format, float[] x, int at, int d, int parts) {
    float largest = 0;
    for (int i = 0; i < 70; i++) {
      largest = Math.max(largest, Math.abs(x[at + i]));
    }
    return switch (format) {
      case F32 -> 0;
      case BF16 -> Math.abs(x[at + d]) / parts;
      case INT8 -> 1.0001f * largest / parts;
    };
  }

  @ParameterizedTest
  @EnumSource
  void growingKeepsWhatIsStored(KeyValueFormat format) {
    float[] k = random(64 * 140, 3);
    float[] v = random(64 * 140, 4);
    KeyValueBlocks grown = filled(format, 1, 64, k, v);
    grown.reserve(65);
    KeyValueBlocks large = filled(format, 128, 64, k, v);
    assertThat(grown.capacity()).isEqualTo(large.capacity()).isEqualTo(128);
    float[][] got = {new float[64 * 140], new float[64 * 140]};
    float[][] wanted = {new float[64 * 140], new float[64 * 140]};
    grown.widen(0, 64, got[0], 0, got[1], 0);
    large.widen(0, 64, wanted[0], 0, wanted[1], 0);
    assertThat(got).isDeepEqualTo(wanted);
  }

  @Test
  void bf16RoundsToNearestTiesToEven() {
    KeyValueBlocks blocks = new KeyValueBlocks(KeyValueFormat.BF16, 1, 5);
    blocks.reserve(1);
    float[] values = {1 + 0x1p-8f, 1 + 0x3p-8f, 1 + 0x1.8p-8f, Float.NaN, Float.NEGATIVE_INFINITY};
    blocks.put(0, values, 0, values, 0);
    float[] k = new float[5];
    blocks.widen(0, 1, k, 0, new float[5], 0);
    assertThat(k).containsExactly(1, 1 + 0x1p-6f, 1 + 0x1p-7f, Float.NaN, Float.NEGATIVE_INFINITY);
  }

  @Test
  void zerosAreStoredInInt8() {
    KeyValueBlocks blocks = new KeyValueBlocks(KeyValueFormat.INT8, 1, 3);
    blocks.reserve(1);
    blocks.put(0, new float[3], 0, new float[] {0, -2, 1}, 0);
    assertThat(blocks.key(0, 0, 1)).isZero();
    assertThat(blocks.value(0, 0, 1)).isEqualTo(-2);
  }

  @Test
  void headsWithoutSizeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyValueBlocks(KeyValueFormat.F32, 0, 4))
        .withMessage("key-value blocks: 0 heads of 4; expected at least 1 each");
  }
}
