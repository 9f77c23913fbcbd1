package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Kernel;
import io.github.tern4j.tensor.MissingKernelException;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link Backend} promises about its memory. */
public abstract class MemoryContract {

  private final TestTensors tensors = new TestTensors(1_58);

  /** The backend under test; the subclass closes it. */
  protected abstract Backend backend();

  @ParameterizedTest
  @EnumSource
  void uploadedTensorsComeBackInRowMajorOrder(Layout layout) {
    Operand x = tensors.normal(layout, 3, 2, 17);
    assertThat(backend().download(backend().upload(x.view().apply(x.copy())))).isEqualTo(x.values());
    assertThat(backend().upload(x.view().apply(x.copy())).shape()).isEqualTo(Shape.of(3, 2, 17));
  }

  @Test
  void viewsOfUploadedTensorsComeBackInRowMajorOrder() {
    Operand x = tensors.normal(4, 3, 5);
    Tensor uploaded = backend().upload(x.copy());
    Tensor view = uploaded.transpose(0, 2).slice(1, 1, 3);
    assertThat(backend().download(view)).isEqualTo(x.buffer().transpose(0, 2).slice(1, 1, 3).toFloats());
    assertThat(backend().download(uploaded.select(1, 2).expand(Shape.of(2, 4, 5))))
        .isEqualTo(x.buffer().select(1, 2).expand(Shape.of(2, 4, 5)).toFloats());
  }

  @Test
  void scalarsAndEmptyTensorsComeBack() {
    assertThat(backend().download(backend().upload(Tensor.of(new float[] {3})))).containsExactly(3);
    assertThat(backend().download(backend().upload(Tensor.zeros(4, 0)))).isEmpty();
    assertThat(backend().download(backend().upload(Tensor.zeros(0, 4)))).isEmpty();
  }

  @Test
  void laterChangesOfTheHostArrayDoNotReachTheUpload() {
    float[] host = {1, 2, 3};
    Tensor uploaded = backend().upload(Tensor.of(host, 3));
    host[1] = 7;
    float[] downloaded = backend().download(uploaded);
    assertThat(downloaded).containsExactly(1, 2, 3);
    downloaded[0] = 9;
    assertThat(backend().download(uploaded)).containsExactly(1, 2, 3);
  }

  @Test
  void aPartOfATensorIsWritten() {
    Tensor target = backend().upload(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 6));
    float[] host = {0, 7, 8};
    backend().write(Tensor.of(host, 3).slice(0, 1, 3), target.slice(0, 3, 5));
    host[1] = 9;
    assertThat(backend().download(target)).containsExactly(1, 2, 3, 7, 8, 6);
    assertThatIllegalArgumentException().isThrownBy(() -> backend().write(Tensor.of(host, 3), target.slice(0, 0, 2)))
        .withMessageContaining("F32 [3]").withMessageContaining("F32 [2]");
  }

  @Test
  void storedTypesKeepTheirType() {
    MemorySegment bytes = Arena.ofAuto().allocate(6);
    for (int i = 0; i < 6; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (50 * i - 128));
    }
    Tensor codes = backend().upload(Tensor.of(new NativeStorage(bytes, DType.I8), Shape.of(2, 3)));
    assertThat(codes.dtype()).isEqualTo(DType.I8);
    assertThat(codes.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(backend().download(codes)).containsExactly(-128, -78, -28, 22, 72, 122);
  }

  @Test
  void allocatedTensorsAreContiguousAndSeparate() {
    Tensor first = backend().allocate(Shape.of(3, 5));
    Tensor second = backend().allocate(Shape.of(3, 5));
    assertThat(first.shape()).isEqualTo(Shape.of(3, 5));
    assertThat(first.dtype()).isEqualTo(DType.F32);
    assertThat(first.isContiguous()).isTrue();
    assertThat(first.storage()).isNotEqualTo(second.storage());
    backend().release(first);
    backend().release(second);
  }

  @Test
  void allocatedCodesAreBytesOfTheirOwn() {
    Tensor first = backend().allocateCodes(Shape.of(3, 5));
    Tensor second = backend().allocateCodes(Shape.of(3, 5));
    Tensor floats = backend().allocate(Shape.of(3, 5));
    assertThat(first.shape()).isEqualTo(Shape.of(3, 5));
    assertThat(first.dtype()).isEqualTo(DType.I8);
    assertThat(first.isContiguous()).isTrue();
    assertThat(first.storage()).isNotEqualTo(second.storage());
    backend().release(first);
    assertThat(backend().allocate(Shape.of(3, 5)).dtype()).isEqualTo(DType.F32);
    backend().release(floats);
    Tensor again = backend().allocateCodes(Shape.of(5, 3));
    assertThat(again.dtype()).isEqualTo(DType.I8);
    assertThat(again.storage()).isEqualTo(first.storage());
    backend().release(again);
    backend().release(second);
  }

  @Test
  void aKernelItDoesNotHaveIsAnErrorWithTheNames() {
    assertThatThrownBy(() -> backend().kernel(UnknownKernel.class)).isInstanceOf(MissingKernelException.class)
        .hasMessageStartingWith("backend " + backend().name() + ": no kernel UnknownKernel; ");
  }

  /** A contract that nobody implements. */
  private interface UnknownKernel extends Kernel {}
}
