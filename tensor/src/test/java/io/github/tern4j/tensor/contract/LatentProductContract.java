package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import io.github.tern4j.tensor.kernel.LatentProductKernel;
import io.github.tern4j.tensor.kernel.LatentTernary;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link LatentProductKernel} promises: the bits of packing and multiplying, on every backend. */
public abstract class LatentProductContract extends KernelContract<LatentProductKernel> {

  private static final float EPS = 1e-5f;

  /** The suite. */
  protected LatentProductContract() {
    super(LatentProductKernel.class);
  }

  /** Around the columns of a block (27), of its vectors (32), of a word (9) and of a segment of words (513). */
  @ParameterizedTest(name = "in {0}")
  @ValueSource(ints = {0, 1, 8, 9, 10, 26, 27, 28, 31, 32, 33, 53, 54, 55, 127, 128, 512, 513, 514, 1031})
  void productsAreThoseOfThePackedWeight(int in) {
    for (int rows : new int[] {1, 7, 8, 17}) {
      for (int out : new int[] {1, 31, 64, 65}) {
        check(tensors.normal(Layout.OFFSET, out, in), 0, tensors.bytes(rows, in));
      }
    }
  }

  @ParameterizedTest(name = "groups of {0}")
  @ValueSource(ints = {1, 4, 9, 27, 64, 100, 128, 2000})
  void groupsHaveTheirOwnScalesAndBorders(int groupSize) {
    for (int in : new int[] {1, 33, 128, 300, 1100}) {
      check(tensors.normal(Layout.OFFSET, 67, in), groupSize, tensors.bytes(9, in));
    }
  }

  @Test
  void noRowsAreAccepted() {
    check(tensors.normal(5, 8), 0, tensors.bytes(0, 8));
    check(tensors.normal(0, 8), 0, tensors.bytes(2, 8));
    check(tensors.normal(5, 0), 4, tensors.bytes(2, 0));
  }

  @Test
  void codesMayStartInsideTheirBuffer() {
    check(tensors.normal(5, 33), 0, tensors.bytes(12, 33).through(x -> x.slice(0, 2, 11)));
  }

  @Test
  void aWeightOfZerosGivesZeros() {
    Operand weight = Operand.of(new float[65 * 40], 65, 40);
    check(weight, 0, tensors.bytes(8, 40));
    check(weight, 16, tensors.bytes(8, 40));
  }

  @Test
  void infiniteAndMissingWeightsSpreadOverTheirScale() {
    for (float special : new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN}) {
      float[] weight = tensors.normal(3, 40).values();
      weight[47] = special;
      check(Operand.of(weight, 3, 40), 0, tensors.bytes(8, 40));
      check(Operand.of(weight, 3, 40), 16, tensors.bytes(8, 40));
    }
  }

  @Test
  void theSmallestFloatsAreQuantizedToo() {
    float[] weight = new float[40];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (i % 2 == 0 ? 1 : -1) * (i % 8) * Float.MIN_VALUE;
    }
    for (EpsilonRule rule : EpsilonRule.values()) {
      check(Operand.of(weight, 2, 20), 0, rule, 0, tensors.bytes(8, 20));
    }
  }

  @Test
  void theNextWeightIsNotMixedWithTheLast() {
    check(tensors.normal(130, 600), 0, tensors.bytes(8, 600));
    check(tensors.normal(3, 10), 0, tensors.bytes(8, 10));
    check(tensors.normal(70, 300), 32, tensors.bytes(9, 300));
    check(tensors.normal(2, 50), 7, tensors.bytes(9, 50));
  }

  @Test
  void misfitsAreRefused() {
    Tensor codes = backend().upload(tensors.bytes(2, 7).copy());
    Tensor weight = upload(new float[40], 5, 8);
    LatentTernary latent = new LatentTernary(weight, 0, upload(new float[1], 1), EpsilonRule.ADDED, EPS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(latent, codes, upload(new float[2], 2), upload(new float[10], 2, 5)))
        .withMessageStartingWith("ternary product: columns differ: codes 7, weight 8; ");
    Tensor wide = upload(new float[0], 0, LatentProductKernel.MOST_COLUMNS + 1);
    LatentTernary tooWide = new LatentTernary(wide, 0, upload(new float[1], 1), EpsilonRule.ADDED, EPS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernel().product(tooWide, codes, upload(new float[2], 2), upload(new float[0], 2, 0)))
        .withMessage("latent product: too many columns for exact sums; weight F32 [0, 131073], scales F32 [1]; "
            + "expected weight [out, at most 131072]");
  }

  private void check(Operand weight, int groupSize, Operand codes) {
    for (EpsilonRule rule : EpsilonRule.values()) {
      check(weight, groupSize, rule, EPS, codes);
    }
  }

  private void check(Operand weight, int groupSize, EpsilonRule rule, float eps, Operand codes) {
    WeightQuantizerKernel quantizer = ReferenceKernels.table().get(WeightQuantizerKernel.class);
    int out = weight.shape().dim(0);
    Tensor hostWeight = Tensor.of(weight.values(), weight.shape().dims());
    Tensor hostScales = groupSize == 0 ? Tensor.zeros(1) : Tensor.zeros(out, Math.ceilDiv(weight.shape().dim(1), groupSize));
    quantizer.scales(hostWeight, groupSize, hostScales);
    Operand scales = Operand.of(hostScales.array(), hostScales.shape().dims());
    Operand gamma = tensors.normal(Layout.OFFSET, codes.shape().dim(0));
    Operand product = tensors.normal(Layout.OFFSET, codes.shape().dim(0), out);

    Tensor expected = Tensor.zeros(product.shape());
    LatentTernary host = new LatentTernary(hostWeight, groupSize, hostScales, rule, eps);
    ReferenceKernels.table().get(TernaryProductKernel.class).product(host.packed(quantizer), codes.view().apply(codes.copy()),
        Tensor.of(gamma.values(), gamma.size()), expected);
    run((kernel, at) -> kernel.product(new LatentTernary(at.of(weight), groupSize, at.of(scales), rule, eps), at.of(codes),
        at.of(gamma), at.of(product))).equalTo(product, expected.array());
  }
}
