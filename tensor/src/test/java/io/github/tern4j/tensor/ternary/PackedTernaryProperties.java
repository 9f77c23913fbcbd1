package io.github.tern4j.tensor.ternary;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PackedTernaryProperties {

  @Property(tries = 200)
  void packingThenUnpackingIsTheIdentityForAnyWidth(@ForAll @IntRange(max = 9) int rows, @ForAll @IntRange(max = 70) int columns,
      @ForAll long seed) {
    byte[] codes = new byte[rows * columns];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (Rng.of(seed).below(i, 3) - 1);
    }
    Shape shape = Shape.of(rows, columns);
    MemorySegment packed = Arena.ofAuto().allocate((long) rows * PackedTernary.bytesPerRow(columns));
    PackedTernary.pack(codes, shape, packed);
    assertThat(new PackedTernary(shape, 0, packed, new float[] {1}).unpack()).isEqualTo(codes);
  }
}
