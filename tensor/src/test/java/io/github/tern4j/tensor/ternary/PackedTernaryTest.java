package io.github.tern4j.tensor.ternary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.contract.TestTensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedTernaryTest {

  @Test
  void fourCodesShareAByteFromTheLowestBitsAndRowsStartAtAByte() {
    byte[] codes = {-1, 0, 1, 1, -1, 1, 1, 1, 1, 0};
    MemorySegment packed = Arena.ofAuto().allocate(4);
    PackedTernary.pack(codes, Shape.of(2, 5), packed);
    assertThat(packed.toArray(ValueLayout.JAVA_BYTE)).containsExactly(
        0b10_10_01_00, 0b01_01_01_00, 0b10_10_10_10, 0b01_01_01_01);
    PackedTernary matrix = new PackedTernary(Shape.of(2, 5), 0, packed, new float[] {0.5f});
    assertThat(matrix.code(0, 0)).isEqualTo(-1);
    assertThat(matrix.code(0, 4)).isEqualTo(-1);
    assertThat(matrix.code(1, 4)).isZero();
    assertThat(matrix.unpack()).isEqualTo(codes);
    assertThat(matrix.byteSize()).isEqualTo(8);
  }

  @Test
  void scalesAreFoundByRowAndGroup() {
    MemorySegment packed = Arena.ofAuto().allocate(6);
    PackedTernary grouped = new PackedTernary(Shape.of(2, 10), 4, packed, new float[] {1, 2, 3, 4, 5, 6});
    assertThat(grouped.groupsPerRow()).isEqualTo(3);
    assertThat(grouped.scale(1, 2)).isEqualTo(6);
    PackedTernary whole = new PackedTernary(Shape.of(2, 10), 0, packed, new float[] {7});
    assertThat(whole.groupsPerRow()).isEqualTo(1);
    assertThat(whole.scale(1, 0)).isEqualTo(7);
  }

  @ParameterizedTest(name = "groups of {0}, {1} columns")
  @CsvSource({"0, 1", "0, 33", "1, 5", "4, 10", "6, 35", "128, 127", "128, 300"})
  void rowsAreWidenedByTheScalesOfTheirGroups(int groupSize, int columns) {
    PackedTernary matrix = new TestTensors(3).ternary(groupSize, 5, columns);
    for (int row = 0; row < 5; row++) {
      float[] widened = new float[columns + 3];
      matrix.widen(row, widened, 2);
      assertThat(widened[0] + widened[1] + widened[columns + 2]).isZero();
      for (int column = 0; column < columns; column++) {
        float scale = matrix.scale(row, groupSize == 0 ? 0 : column / groupSize);
        assertThat(widened[2 + column]).isEqualTo(matrix.code(row, column) * scale);
      }
    }
  }

  @ParameterizedTest(name = "groups of {0}, {1} columns")
  @CsvSource({"0, 1", "0, 33", "1, 5", "4, 10", "6, 35", "128, 127", "128, 300"})
  void selectedRowsKeepCodesAndScales(int groupSize, int columns) {
    PackedTernary matrix = new TestTensors(3).ternary(groupSize, 5, columns);
    int[] ids = {4, 0, 2, 2};
    PackedTernary selected = matrix.select(ids);
    assertThat(selected.rows()).isEqualTo(4);
    for (int i = 0; i < ids.length; i++) {
      float[] expected = new float[columns];
      float[] got = new float[columns];
      matrix.widen(ids[i], expected, 0);
      selected.widen(i, got, 0);
      assertThat(got).containsExactly(expected);
    }
    assertThat(matrix.select(new int[0]).rows()).isZero();
  }

  @Test
  void otherCodesAreRefused() {
    MemorySegment packed = Arena.ofAuto().allocate(2);
    assertThatIllegalArgumentException().isThrownBy(() -> PackedTernary.pack(new byte[] {0, 0, 0, 2}, Shape.of(2, 2), packed))
        .withMessage("pack: code 2 at [1, 1]; expected -1, 0 or 1");
    assertThatIllegalArgumentException().isThrownBy(() -> PackedTernary.pack(new byte[] {0, -2}, Shape.of(1, 2), packed));
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    MemorySegment packed = Arena.ofAuto().allocate(4);
    assertThatIllegalArgumentException().isThrownBy(() -> new PackedTernary(Shape.of(2, 9), 0, packed, new float[1]))
        .withMessage("packed ternary [2, 9]: 4 bytes and 1 scales; expected 6 bytes of native memory and 1 scales");
    assertThatIllegalArgumentException().isThrownBy(() -> new PackedTernary(Shape.of(2, 8), 3, packed, new float[4]))
        .withMessage("packed ternary [2, 8]: 4 bytes and 4 scales; expected 4 bytes of native memory and 6 scales");
    assertThatIllegalArgumentException().isThrownBy(() -> new PackedTernary(Shape.of(16), 0, packed, new float[1]))
        .withMessage("packed ternary: shape [16]; expected [out, in]");
    MemorySegment heap = MemorySegment.ofArray(new byte[4]);
    assertThatIllegalArgumentException().isThrownBy(() -> new PackedTernary(Shape.of(2, 8), 0, heap, new float[1]));
  }
}
