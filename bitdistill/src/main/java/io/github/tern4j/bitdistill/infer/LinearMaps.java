package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import java.util.Optional;

/**
 * Projections of the same input: q, k and v, or gate and up. Ternary ones without norms of their own are multiplied in one
 * parallel run, since one of them occupies the threads for so few microseconds that beginning and ending a run counts.
 */
final class LinearMaps {

  private final LinearMap[] maps;
  private final Tensor[] outs;
  private final Optional<Joint> joint;

  /** Ternary weights that are multiplied together. */
  private record Joint(TernaryProductKernel kernel, PreparedTernary[] weights) {}

  LinearMaps(LinearMap... maps) {
    this.maps = maps;
    this.outs = new Tensor[maps.length];
    this.joint = join(maps);
  }

  private static Optional<Joint> join(LinearMap[] maps) {
    PreparedTernary[] weights = new PreparedTernary[maps.length];
    for (int i = 0; i < maps.length; i++) {
      if (maps[i].subLn().isPresent() || !(maps[i].weight() instanceof TernaryWeight weight)) {
        return Optional.empty();
      }
      weights[i] = weight.prepared();
    }
    return Optional.of(new Joint(((TernaryWeight) maps[0].weight()).kernel(), weights));
  }

  /**
   * Applies two maps.
   *
   * @param x the input
   * @param normed where the norm of a map puts its result, if it has one
   * @param first {@code [rows, out]}
   * @param second the same of the second map
   */
  void apply(Activation x, Activation normed, Tensor first, Tensor second) {
    outs[0] = first;
    outs[1] = second;
    apply(x, normed);
  }

  /** The same with three maps. */
  void apply(Activation x, Activation normed, Tensor first, Tensor second, Tensor third) {
    outs[2] = third;
    apply(x, normed, first, second);
  }

  private void apply(Activation x, Activation normed) {
    if (joint.isEmpty()) {
      for (int i = 0; i < maps.length; i++) {
        maps[i].apply(x, normed, outs[i]);
      }
      return;
    }
    TernaryProductKernel kernel = joint.get().kernel();
    kernel.products(joint.get().weights(), x.input(kernel), outs);
    for (int i = 0; i < maps.length; i++) {
      maps[i].addBias(outs[i]);
    }
  }
}
