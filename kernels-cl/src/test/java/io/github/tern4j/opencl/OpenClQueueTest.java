package io.github.tern4j.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.tern4j.tensor.MissingKernelException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.Operand;
import io.github.tern4j.tensor.contract.TestTensors;
import io.github.tern4j.tensor.kernel.AdamWKernel;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.SoftmaxKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import org.jocl.CL;
import org.jocl.cl_event;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How kernels go through the queue: without waiting, without copies to the host, and with errors that name them. */
@Tag("opencl")
@Timeout(60)
class OpenClQueueTest {

  @RegisterExtension
  static final OpenClUnderTest OPENCL = new OpenClUnderTest();

  private final TestTensors tensors = new TestTensors(1_58);

  @Test
  void kernelsReturnBeforeTheyRunAndOneDownloadWaitsForAll() {
    OpenClBackend backend = OPENCL.backend();
    CopyKernel copy = backend.kernel(CopyKernel.class);
    Tensor one = backend.upload(Tensor.of(new float[] {1, 1, 1}, 3));
    Tensor sum = backend.upload(Tensor.zeros(3));
    long reads = backend.queue().reads();
    cl_event gate = closeGate(backend);
    for (int i = 0; i < 500; i++) {
      copy.copy(one, 2, sum, true);
    }
    // All calls have returned, and none of the kernels can have begun.
    assertThat(backend.queue().reads()).isEqualTo(reads);
    CL.clSetUserEventStatus(gate, CL.CL_COMPLETE);
    assertThat(backend.download(sum)).containsExactly(1000, 1000, 1000);
    assertThat(backend.queue().reads()).isEqualTo(reads + 1);
    CL.clReleaseEvent(gate);
  }

  @Test
  void noKernelCopiesToTheHostUnlessItsContractSaysSo() {
    OpenClBackend backend = OPENCL.backend();
    PackedTernary weight = tensors.ternary(0, 8, 16);
    Tensor a = upload(tensors.normal(16, 16));
    Tensor b = upload(tensors.normal(16, 16));
    Tensor out = backend.allocate(Shape.of(16, 16));
    Tensor row = upload(tensors.normal(16));
    Tensor gradWeight = upload(tensors.normal(16));
    Tensor rows = backend.allocate(Shape.of(16));
    Tensor scale = backend.allocate(Shape.of(1));
    Tensor codes = upload(tensors.bytes(2, 16));
    Tensor gamma = upload(tensors.normal(2));
    Tensor products = backend.allocate(Shape.of(2, 8));
    long reads = backend.queue().reads();
    backend.kernel(MatmulKernel.class).matmul(a, false, b, true, out, false);
    backend.kernel(RmsNormKernel.class).rmsNorm(a, row, 1e-6f, out, rows);
    backend.kernel(RmsNormKernel.class).rmsNormBackward(a, row, rows, b, out, false, gradWeight, true);
    backend.kernel(SoftmaxKernel.class).softmax(a, out);
    backend.kernel(SoftmaxKernel.class).logSoftmaxBackward(a, b, out, true);
    backend.kernel(CopyKernel.class).fill(1, out);
    backend.kernel(TernaryProductKernel.class).product(weight, codes, gamma, products);
    WeightQuantizerKernel quantizer = backend.kernel(WeightQuantizerKernel.class);
    quantizer.scales(a, 0, scale);
    quantizer.fakeQuantize(a, 0, scale, EpsilonRule.ADDED, 1e-5f, out);
    assertThat(backend.queue().reads()).isEqualTo(reads);
    quantizer.codes(a, 0, scale, EpsilonRule.ADDED, 1e-5f, new byte[256]);
    assertThat(backend.queue().reads()).isEqualTo(reads + 1);
  }

  @Test
  void packedWeightsAreUploadedOnce() {
    OpenClBackend backend = OPENCL.backend();
    PackedTernary weight = tensors.ternary(0, 8, 16);
    Tensor codes = upload(tensors.bytes(2, 16));
    Tensor gamma = upload(tensors.normal(2));
    Tensor products = backend.allocate(Shape.of(2, 8));
    backend.kernel(TernaryProductKernel.class).product(weight, codes, gamma, products);
    long before = backend.memory().bytesInUse();
    backend.kernel(TernaryProductKernel.class).product(weight, codes, gamma, products);
    assertThat(backend.memory().bytesInUse()).isEqualTo(before);
  }

  @Test
  void reusedMemoryIsNotWrittenBeforeItWasRead() {
    OpenClBackend backend = OPENCL.backend();
    CopyKernel copy = backend.kernel(CopyKernel.class);
    Tensor source = upload(Operand.of(new float[] {5, 6, 7}, 3));
    Tensor kept = backend.allocate(Shape.of(3));
    cl_event gate = closeGate(backend);
    Tensor passing = backend.allocate(Shape.of(3));
    copy.copy(source, 1, passing, false);
    copy.copy(passing, 1, kept, false);
    backend.release(passing);
    copy.fill(-1, backend.allocate(Shape.of(3)));
    CL.clSetUserEventStatus(gate, CL.CL_COMPLETE);
    assertThat(backend.download(kept)).containsExactly(5, 6, 7);
    CL.clReleaseEvent(gate);
  }

  @Test
  void missingKernelsNameThemselves() {
    assertThatExceptionOfType(MissingKernelException.class).isThrownBy(() -> OPENCL.backend().kernel(AdamWKernel.class))
        .withMessage("backend opencl:0: no kernel AdamWKernel; choose another backend (auto, vector or reference)");
  }

  @Test
  void aProgramThatDoesNotCompileShowsTheLog() {
    OpenClQueue queue = OPENCL.backend().queue();
    String device = queue.device().name();
    assertThatIllegalStateException()
        .isThrownBy(() -> OpenClProgram.build(queue, "broken.cl", "kernel void broken() { nonsense; }"))
        .withMessageStartingWith("opencl:0: broken.cl does not compile on " + device + ": CL_BUILD_PROGRAM_FAILURE\n")
        .withMessageContaining("nonsense");
  }

  @Test
  void aLaunchThatIsRefusedNamesTheKernel() {
    try (OpenClBackend backend = new OpenClBackend("opencl:0", OPENCL.backend().queue().device());
        OpenClProgram program = new OpenClProgram(backend.queue(), "copy")) {
      assertThatIllegalStateException().isThrownBy(() -> program.launch("fill").ints(1).overElements(1))
          .withMessageStartingWith("opencl:0: argument 0 of kernel fill: CL_INVALID_");
      assertThatIllegalStateException().isThrownBy(() -> program.launch("fill").overElements(1))
          .withMessageStartingWith("opencl:0: kernel fill: CL_INVALID_");
    }
  }

  @Test
  void aClosedBackendSaysSo() {
    OpenClBackend backend = new OpenClBackend("opencl:0", OPENCL.backend().queue().device());
    Tensor x = backend.upload(Tensor.zeros(3));
    backend.close();
    backend.close();
    assertThatIllegalStateException().isThrownBy(() -> backend.download(x)).withMessage("opencl:0: the backend is closed");
  }

  /** Holds up everything that is enqueued from now on until the returned event is set. */
  private static cl_event closeGate(OpenClBackend backend) {
    cl_event gate = CL.clCreateUserEvent(backend.queue().context(), null);
    OpenClStatus.check(CL.clEnqueueBarrierWithWaitList(backend.queue().commands(), 1, new cl_event[] {gate}, null), "gate");
    return gate;
  }

  private static Tensor upload(Operand operand) {
    return OPENCL.backend().upload(operand.view().apply(operand.buffer()));
  }
}
