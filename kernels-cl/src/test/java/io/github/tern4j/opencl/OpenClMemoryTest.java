package io.github.tern4j.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.NativeStorage;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.MemoryContract;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("opencl")
class OpenClMemoryTest extends MemoryContract {

  @RegisterExtension
  static final OpenClUnderTest OPENCL = new OpenClUnderTest();

  @Override
  protected Backend backend() {
    return OPENCL.backend();
  }

  @Test
  void releasedBuffersAreReusedAndUploadsAreFreed() {
    OpenClMemory memory = OPENCL.backend().memory();
    Tensor first = backend().allocate(Shape.of(7, 11));
    backend().release(first);
    long before = memory.bytesInUse();
    Tensor second = backend().allocate(Shape.of(11, 7));
    assertThat(second.storage()).isSameAs(first.storage());
    Tensor uploaded = backend().upload(Tensor.zeros(7, 11));
    assertThat(memory.bytesInUse()).isEqualTo(before + 4 * 77);
    backend().release(uploaded);
    backend().release(second);
    assertThat(memory.bytesInUse()).isEqualTo(before);
  }

  @Test
  void tooLargeABufferIsOneClearLine() {
    long before = OPENCL.backend().memory().bytesInUse();
    assertThatExceptionOfType(BadInputException.class).isThrownBy(() -> backend().allocate(Shape.of(1 << 30, 1 << 20)))
        .withMessageMatching("backend opencl:0: out of device memory: 4,294,967,296 MiB asked for, "
            + "[0-9,]+ MiB of [0-9,]+ MiB in use, one buffer holds at most [0-9,]+ MiB; "
            + "expected a smaller batch, sequence or model");
    assertThat(OPENCL.backend().memory().bytesInUse()).isLessThanOrEqualTo(before);
  }

  @Test
  void elementsOfTheDeviceAreNotAnArray() {
    Tensor onDevice = backend().upload(Tensor.zeros(2, 3));
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(onDevice::array)
        .withMessage("tensor F32 [2, 3]: elements lie in OpenClStorage; expected F32 on the heap");
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> onDevice.get(0, 0))
        .withMessage("tensor F32 [2, 3]: elements are on opencl:0; download it first");
  }

  @Test
  void tensorsOfAnotherPlaceAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> backend().download(Tensor.zeros(2, 3)))
        .withMessage("download: F32 [2, 3] lies on the host; expected memory of opencl:0 (upload it first)");
    assertThatIllegalArgumentException().isThrownBy(() -> backend().upload(backend().upload(Tensor.zeros(3))))
        .withMessage("upload: F32 [3] lies on opencl:0; expected a tensor of the host");
    try (OpenClBackend other = new OpenClBackend("opencl:7", OPENCL.backend().queue().device())) {
      Tensor elsewhere = other.upload(Tensor.zeros(3));
      assertThatIllegalArgumentException().isThrownBy(() -> backend().download(elsewhere))
          .withMessage("download: F32 [3] lies on opencl:7; expected memory of opencl:0 (upload it first)");
    }
  }

  @Test
  void stridedViewsOfStoredTypesAreRefused() {
    Tensor stored = Tensor.of(new NativeStorage(Arena.ofAuto().allocate(6), DType.I8), Shape.of(2, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> backend().upload(stored.transpose(0, 1)))
        .withMessage("upload: I8 [3, 2] strides [1, 3] is a strided view; expected contiguous elements in native memory");
    assertThatIllegalArgumentException().isThrownBy(() -> backend().download(backend().upload(stored).transpose(0, 1)))
        .withMessage("download: I8 [3, 2] strides [1, 3] is a strided view; expected F32 or contiguous elements");
  }
}
