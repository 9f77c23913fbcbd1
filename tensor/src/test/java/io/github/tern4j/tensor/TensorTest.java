package io.github.tern4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TensorTest {

  private final Tensor x = counting(2, 3, 4);

  @Test
  void viewsShareTheElements() {
    Tensor view = x.slice(1, 1, 3).transpose(0, 2);
    x.array()[(1 * 3 + 2) * 4 + 3] = 99;
    assertThat(view.get(3, 1, 1)).isEqualTo(99);
    assertThat(view.shape()).isEqualTo(Shape.of(4, 2, 2));
    assertThat(view.storage()).isSameAs(x.storage());
    assertThat(view.arrayOffset()).isEqualTo(4);
    assertThat(view.arrayStride(0)).isEqualTo(1);
    assertThat(view.arrayStride(-1)).isEqualTo(12);
  }

  @Test
  void sliceKeepsARange() {
    assertThat(x.slice(-1, 1, 3).toFloats()).containsExactly(1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22);
    assertThat(x.slice(0, 1, 1).size()).isZero();
    assertThat(x.slice(0, 2, 2).toFloats()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> x.slice(1, 2, 4))
        .withMessage("slice: range 2..4 along axis 1 of [2, 3, 4]; expected 0..3");
    assertThatIllegalArgumentException().isThrownBy(() -> x.slice(1, 2, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> x.slice(1, -1, 1));
  }

  @Test
  void selectDropsAnAxis() {
    assertThat(x.select(1, 2).toFloats()).containsExactly(8, 9, 10, 11, 20, 21, 22, 23);
    assertThat(x.select(-1, 0).select(0, 1).toFloats()).containsExactly(12, 16, 20);
    assertThat(counting(3).select(0, 1).shape()).isEqualTo(Shape.of());
    assertThatIllegalArgumentException().isThrownBy(() -> x.select(0, 2));
  }

  @Test
  void reshapeComputesOneOpenDimension() {
    assertThat(x.reshape(4, -1).shape()).isEqualTo(Shape.of(4, 6));
    assertThat(x.reshape(-1).toFloats()).isEqualTo(x.toFloats());
    assertThat(Tensor.zeros(0, 3).reshape(-1, 3).shape()).isEqualTo(Shape.of(0, 3));
    assertThat(x.slice(0, 1, 2).reshape(3, 4).get(0, 0)).isEqualTo(12);
    assertThatIllegalArgumentException().isThrownBy(() -> x.reshape(5, 5))
        .withMessage("reshape: sizes differ: [2, 3, 4] has 24 elements, target [5, 5] has 25");
    assertThatIllegalArgumentException().isThrownBy(() -> x.reshape(-1, 5));
    assertThatIllegalArgumentException().isThrownBy(() -> x.reshape(-1, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> x.transpose(0, 1).reshape(24))
        .withMessageStartingWith("reshape: F32 [3, 2, 4] strides [4, 12, 1] is a strided view; ");
  }

  @Test
  void expandRepeatsWithStrideZero() {
    Tensor row = counting(3);
    Tensor repeated = row.expand(Shape.of(2, 3));
    assertThat(repeated.toFloats()).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(repeated.stride(0)).isZero();
    assertThat(counting(2, 1).expand(Shape.of(2, 3)).toFloats()).containsExactly(0, 0, 0, 1, 1, 1);
    assertThat(counting().expand(Shape.of(2, 2)).toFloats()).containsExactly(0, 0, 0, 0);
    assertThatIllegalArgumentException().isThrownBy(() -> row.expand(Shape.of(3, 2)))
        .withMessage("expand: [3] to [3, 2]; expected equal dimensions or 1, aligned at the end");
    assertThatIllegalArgumentException().isThrownBy(() -> x.expand(Shape.of(3, 4)));
  }

  @Test
  void contiguityLooksAtGapsNotAtOffsets() {
    assertThat(x.isContiguous()).isTrue();
    assertThat(x.slice(0, 1, 2).isContiguous()).isTrue();
    assertThat(x.slice(1, 0, 2).isContiguous()).isFalse();
    assertThat(x.slice(1, 0, 2).lastIsContiguous()).isTrue();
    assertThat(x.transpose(1, 2).lastIsContiguous()).isFalse();
    assertThat(counting(3, 1).transpose(0, 1).isContiguous()).isTrue();
    assertThat(counting(3).expand(Shape.of(2, 3)).isContiguous()).isFalse();
    assertThat(Tensor.zeros(3, 0).isContiguous()).isTrue();
    assertThat(x.slice(2, 1, 1).isContiguous()).isTrue();
    assertThat(x.select(2, 1).lastIsContiguous()).isFalse();
  }

  @Test
  void elementsAreFoundByIndex() {
    assertThat(x.get(1, 2, 3)).isEqualTo(23);
    assertThat(counting().get()).isZero();
    assertThatThrownBy(() -> x.get(0, 3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> x.get(0, 1))
        .withMessage("get: index [0, 1] into [2, 3, 4]; expected 3 numbers");
  }

  @Test
  void storedTypesAreWidened() {
    assertThat(stored(DType.F32, 8, ValueLayout.JAVA_INT_UNALIGNED, Float.floatToIntBits(1.5f), Float.floatToIntBits(-0f))
        .toFloats())
        .containsExactly(1.5f, -0f);
    assertThat(stored(DType.BF16, 4, ValueLayout.JAVA_SHORT_UNALIGNED, (short) 0x3fc0, (short) 0xff80).toFloats())
        .containsExactly(1.5f, Float.NEGATIVE_INFINITY);
    assertThat(stored(DType.F16, 4, ValueLayout.JAVA_SHORT_UNALIGNED, (short) 0x3e00, (short) 1).toFloats())
        .containsExactly(1.5f, 0x1p-24f);
    assertThat(stored(DType.I32, 8, ValueLayout.JAVA_INT_UNALIGNED, 7, -9).toFloats()).containsExactly(7, -9);
    MemorySegment longs = Arena.ofAuto().allocate(16);
    longs.set(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8, -100L);
    assertThat(Tensor.of(new NativeStorage(longs, DType.I64), Shape.of(2)).toFloats()).containsExactly(0, -100);
    MemorySegment bytes = Arena.ofAuto().allocate(2);
    bytes.set(ValueLayout.JAVA_BYTE, 0, (byte) -128);
    assertThat(Tensor.of(new NativeStorage(bytes, DType.I8), Shape.of(2)).toFloats()).containsExactly(-128, 0);
    // Codes 1, 0, -1, 1 are stored as 2, 1, 0, 2 from the lowest bits up.
    bytes.set(ValueLayout.JAVA_BYTE, 1, (byte) (2 | 1 << 2 | 2 << 6));
    assertThat(Tensor.of(new NativeStorage(bytes, DType.TERNARY), Shape.of(8)).slice(0, 4, 8).toFloats())
        .containsExactly(1, 0, -1, 1);
  }

  @Test
  void shapesBeyondTheStorageAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Tensor.of(new float[5], 2, 3))
        .withMessage("tensor: shape [2, 3] needs 6 elements; the storage has 5");
    assertThatIllegalArgumentException().isThrownBy(() -> new NativeStorage(MemorySegment.ofArray(new byte[4]), DType.I8))
        .withMessageEndingWith(" lies on the heap; expected native memory");
  }

  @Test
  void memoryOfTheOtherKindIsRefused() {
    Tensor stored = stored(DType.I32, 8, ValueLayout.JAVA_INT_UNALIGNED, 1, 2);
    assertThatIllegalStateException().isThrownBy(stored::array)
        .withMessage("tensor I32 [2]: elements lie in NativeStorage; expected F32 on the heap");
    assertThatIllegalStateException().isThrownBy(x::segment)
        .withMessage("tensor F32 [2, 3, 4]: elements lie in FloatStorage; expected native memory");
    DeviceStorage onDevice = new DeviceStorage() {
      @Override
      public String backend() {
        return "opencl:0";
      }

      @Override
      public DType dtype() {
        return DType.F32;
      }

      @Override
      public long elements() {
        return 4;
      }
    };
    assertThatIllegalStateException().isThrownBy(() -> Tensor.of(onDevice, Shape.of(4)).toFloats())
        .withMessage("tensor F32 [4]: elements are on opencl:0; download it first");
  }

  private static Tensor counting(int... dims) {
    float[] values = new float[Shape.of(dims).intSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.of(values, dims);
  }

  private static Tensor stored(DType dtype, int bytes, ValueLayout.OfInt layout, int first, int second) {
    MemorySegment segment = Arena.ofAuto().allocate(bytes);
    segment.set(layout.withOrder(ByteOrder.LITTLE_ENDIAN), 0, first);
    segment.set(layout.withOrder(ByteOrder.LITTLE_ENDIAN), 4, second);
    return Tensor.of(new NativeStorage(segment, dtype), Shape.of(2));
  }

  private static Tensor stored(DType dtype, int bytes, ValueLayout.OfShort layout, short first, short second) {
    MemorySegment segment = Arena.ofAuto().allocate(bytes);
    segment.set(layout.withOrder(ByteOrder.LITTLE_ENDIAN), 0, first);
    segment.set(layout.withOrder(ByteOrder.LITTLE_ENDIAN), 2, second);
    return Tensor.of(new NativeStorage(segment, dtype), Shape.of(2));
  }
}
