package io.github.tern4j.opencl;

import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.util.Map;
import java.util.WeakHashMap;
import org.jocl.Pointer;

/**
 * {@link TernaryProductKernel} by {@code ternary.cl}. Packed weights, which never change, are uploaded at their first product and
 * stay on the device as long as their {@link PackedTernary} lives.
 */
final class OpenClTernaryProduct implements TernaryProductKernel {

  /** A weight on the device. */
  private record Uploaded(OpenClStorage codes, OpenClStorage scales) {}

  private final OpenClProgram program;
  private final OpenClMemory memory;
  // By identity: PackedTernary has no equality of its own.
  private final Map<PackedTernary, Uploaded> weights = new WeakHashMap<>();

  OpenClTernaryProduct(OpenClProgram program, OpenClMemory memory) {
    this.program = program;
    this.memory = memory;
  }

  @Override
  public void product(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    TernaryProductKernel.checkProduct(weight, codes, gamma, out);
    Uploaded uploaded = weights.computeIfAbsent(weight, this::upload);
    program.launch("ternaryProduct").buffer(uploaded.codes()).buffer(uploaded.scales())
        .ints(weight.rows()).ints(weight.columns()).ints(weight.groupSize())
        .tensor(codes).tensor(gamma).tensor(out).longs(out.size()).overElements(out.size());
  }

  private Uploaded upload(PackedTernary weight) {
    return new Uploaded(
        memory.upload(OpenClBackend.address(weight.codes()), DType.I8, weight.codes().byteSize()),
        memory.upload(Pointer.to(weight.scales()), DType.F32, weight.scales().length));
  }
}
