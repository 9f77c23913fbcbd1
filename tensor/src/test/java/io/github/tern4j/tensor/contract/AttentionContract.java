package io.github.tern4j.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.contract.TestTensors.Layout;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.reference.ReferenceKernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link AttentionKernel} promises: values within an error bound, and the same bits whatever else is in the batch. */
public abstract class AttentionContract extends KernelContract<AttentionKernel> {

  /** The suite. */
  protected AttentionContract() {
    super(AttentionKernel.class);
  }

  @Override
  protected boolean bitwise() {
    return false;
  }

  @ParameterizedTest(name = "batch {0}, {1} tokens, {2} keys, {3}/{4} heads of {5}, causal {6}")
  @CsvSource({"1,1,1,1,1,1,true", "2,5,5,4,2,8,true", "2,5,5,4,2,8,false", "1,7,12,6,3,16,true", "1,3,9,2,1,15,false",
      "1,16,16,2,2,17,true", "1,17,17,4,1,32,true", "1,33,33,2,1,64,true", "2,1,40,4,2,33,true", "1,70,70,2,1,16,true",
      "1,65,130,1,1,12,false", "0,3,3,2,1,4,true", "2,0,3,2,1,4,true"})
  void valuesAndGradientsAreWithinTheBoundOfTheExactOnes(int batch, int tokens, int keys, int heads, int kvHeads, int headDim,
      boolean causal) {
    for (Layout layout : Layout.values()) {
      Operand q = tensors.normal(layout, batch, tokens, heads, headDim);
      Operand k = tensors.normal(layout, batch, keys, kvHeads, headDim);
      Operand v = tensors.normal(layout, batch, keys, kvHeads, headDim);
      for (boolean accumulate : new boolean[] {false, true}) {
        check(q, k, v, causal, tensors.normal(layout, batch, tokens, heads, headDim), accumulate,
            tensors.normal(layout, batch, tokens, heads, headDim), tensors.normal(layout, batch, keys, kvHeads, headDim),
            tensors.normal(layout, batch, keys, kvHeads, headDim));
      }
    }
  }

  @Test
  void partsOfOneProjectionAndTransposedHeadsAreReadInPlace() {
    Operand qkv = tensors.normal(2, 9, 8, 16);
    Operand grads = tensors.normal(2, 9, 8, 16);
    Operand gradOut = tensors.normal(2, 4, 9, 16).through(x -> x.transpose(1, 2));
    check(part(qkv, 0, 4), part(qkv, 4, 6), part(qkv, 6, 8), true, gradOut, true, part(grads, 0, 4), part(grads, 4, 6),
        part(grads, 6, 8));
  }

  @Test
  void largeScoresDoNotOverflow() {
    Operand q = tensors.scaled(40, 1, 19, 2, 16);
    Operand k = tensors.scaled(40, 1, 19, 2, 16);
    check(q, k, tensors.normal(1, 19, 2, 16), true, tensors.normal(1, 19, 2, 16), false,
        tensors.normal(1, 19, 2, 16), tensors.normal(1, 19, 2, 16), tensors.normal(1, 19, 2, 16));
  }

  @Test
  void firstCausalTokenReadsItsOwnValueOnly() {
    Operand q = tensors.normal(1, 20, 2, 16);
    Operand k = tensors.normal(1, 20, 2, 16);
    Operand v = tensors.normal(1, 20, 2, 16);
    Operand out = tensors.normal(1, 20, 2, 16);
    Operand logSumExp = tensors.normal(1, 2, 20);
    float[] got = run((kernel, at) ->
        kernel.attention(at.of(q), at.of(k), at.of(v), true, at.of(out), at.of(logSumExp))).of(out);
    assertThat(Arrays.copyOf(got, 32)).isEqualTo(Arrays.copyOf(v.values(), 32));
  }

  @ParameterizedTest(name = "{0} tokens, {1} keys, {2}/{3} heads of {4}, causal {5}")
  @CsvSource({"1,1,1,1,1,true", "5,9,4,2,8,true", "33,70,2,1,33,false", "1,300,4,1,64,true", "20,300,2,2,300,true"})
  void theForwardPassHasTheBitsOfTheReference(int tokens, int keys, int heads, int kvHeads, int headDim, boolean causal) {
    assumeTrue(backend() instanceof CpuBackend, "exact on CPU backends");
    Operand q = tensors.normal(2, tokens, heads, headDim);
    Operand k = tensors.normal(2, keys, kvHeads, headDim);
    Operand v = tensors.normal(2, keys, kvHeads, headDim);
    Operand out = tensors.normal(2, tokens, heads, headDim);
    Operand logSumExp = tensors.normal(2, heads, tokens);
    Outcome outcome = run((kernel, at) ->
        kernel.attention(at.of(q), at.of(k), at.of(v), causal, at.of(out), at.of(logSumExp)));
    Tensor expected = Tensor.zeros(out.shape());
    Tensor expectedLogSumExp = Tensor.zeros(logSumExp.shape());
    ReferenceKernels.table().get(AttentionKernel.class).attention(Tensor.of(q.values(), q.shape().dims()),
        Tensor.of(k.values(), k.shape().dims()), Tensor.of(v.values(), v.shape().dims()), causal, expected, expectedLogSumExp);
    assertSameBits(outcome.of(out), expected.array(), "out");
    assertSameBits(outcome.of(logSumExp), expectedLogSumExp.array(), "logSumExp");
  }

  @Test
  void laterTokensDoNotReachEarlierOnes() {
    Operand q = tensors.normal(1, 20, 2, 16);
    Operand k = tensors.normal(1, 20, 2, 16);
    Operand v = tensors.normal(1, 20, 2, 16);
    Operand out = tensors.normal(1, 20, 2, 16);
    Operand logSumExp = tensors.normal(1, 2, 20);
    float[] whole = run((kernel, at) ->
        kernel.attention(at.of(q), at.of(k), at.of(v), true, at.of(out), at.of(logSumExp))).of(out);
    float[] poisoned = v.values();
    Arrays.fill(poisoned, 13 * 32, 20 * 32, Float.NaN);
    Operand padded = Operand.of(poisoned, 1, 20, 2, 16);
    float[] got = run((kernel, at) ->
        kernel.attention(at.of(q), at.of(k), at.of(padded), true, at.of(out), at.of(logSumExp))).of(out);
    assertSameBits(Arrays.copyOf(got, 13 * 32), Arrays.copyOf(whole, 13 * 32), "tokens before the padding");
  }

  @Test
  void entriesOfTheBatchDoNotInfluenceEachOther() {
    Operand q = tensors.normal(3, 17, 4, 16);
    Operand k = tensors.normal(3, 17, 2, 16);
    Operand v = tensors.normal(3, 17, 2, 16);
    Operand gradOut = tensors.normal(3, 17, 4, 16);
    Operand[] all = backward(q, k, v, gradOut);
    for (int batch = 0; batch < 3; batch++) {
      Operand[] alone = backward(entry(q, batch), entry(k, batch), entry(v, batch), entry(gradOut, batch));
      for (int i = 0; i < all.length; i++) {
        assertSameBits(alone[i].values(), entry(all[i], batch).values(), "result " + i + " of entry " + batch);
      }
    }
  }

  @Test
  void misfitsAreRefused() {
    Tensor q = upload(new float[24], 1, 2, 3, 4);
    Tensor k = upload(new float[16], 1, 2, 2, 4);
    Tensor out = upload(new float[24], 1, 2, 3, 4);
    Tensor logSumExp = upload(new float[6], 1, 3, 2);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(q, k, k, true, out, logSumExp))
        .withMessage("attention: heads do not fit; q F32 [1, 2, 3, 4], k F32 [1, 2, 2, 4], v F32 [1, 2, 2, 4], "
            + "out F32 [1, 2, 3, 4], logSumExp F32 [1, 3, 2]; expected a multiple of kvHeads query heads");
    Tensor one = upload(new float[4], 1, 1, 1, 4);
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(q, one, one, true, out, logSumExp))
        .withMessageStartingWith("attention: fewer keys than tokens; ");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(q, q, q, true, out, upload(new float[6], 1, 2, 3)))
        .withMessageEndingWith("; expected logSumExp [1, 3, 2] = [batch, heads, tokens]");
    assertThatIllegalArgumentException().isThrownBy(() -> kernel().attention(q, q, q, true, q, logSumExp))
        .withMessageStartingWith("attention: out overlaps q; ");
  }

  private void check(Operand q, Operand k, Operand v, boolean causal, Operand gradOut, boolean accumulate,
      Operand gradQ, Operand gradK, Operand gradV) {
    Operand out = tensors.normal(Layout.STRIDED, q.shape().dims());
    Operand logSumExp = tensors.normal(Layout.OFFSET, q.shape().dim(0), q.shape().dim(2), q.shape().dim(1));
    Outcome outcome = run((kernel, at) -> {
      kernel.attention(at.of(q), at.of(k), at.of(v), causal, at.of(out), at.of(logSumExp));
      kernel.attentionBackward(at.of(q), at.of(k), at.of(v), causal, at.of(out), at.of(logSumExp), at.of(gradOut),
          at.of(gradQ), accumulate, at.of(gradK), accumulate, at.of(gradV), accumulate);
    });
    ExactAttention exact = new ExactAttention(q, k, v, gradOut, causal);
    outcome.within(out, exact.out, exact.outBound);
    outcome.within(logSumExp, exact.logSumExp, exact.logSumExpBound);
    addOld(gradQ, accumulate, exact.gradQ, exact.gradQBound);
    addOld(gradK, accumulate, exact.gradK, exact.gradKBound);
    addOld(gradV, accumulate, exact.gradV, exact.gradVBound);
    outcome.within(gradQ, exact.gradQ, exact.gradQBound);
    outcome.within(gradK, exact.gradK, exact.gradKBound);
    outcome.within(gradV, exact.gradV, exact.gradVBound);
  }

  private static void addOld(Operand grad, boolean accumulate, double[] exact, double[] bound) {
    float[] old = grad.values();
    for (int i = 0; i < exact.length; i++) {
      exact[i] += accumulate ? old[i] : 0;
      // The old value may be where a sum of many terms begins.
      bound[i] += (grad.size() + 2) * U * (accumulate ? Math.abs(old[i]) : 0) + TINY;
    }
  }

  /** Everything that forward and backward pass write, causal and overwriting. */
  private Operand[] backward(Operand q, Operand k, Operand v, Operand gradOut) {
    Operand out = tensors.normal(q.shape().dims());
    Operand logSumExp = tensors.normal(q.shape().dim(0), q.shape().dim(2), q.shape().dim(1));
    Operand gradQ = tensors.normal(q.shape().dims());
    Operand gradK = tensors.normal(k.shape().dims());
    Operand gradV = tensors.normal(k.shape().dims());
    Outcome outcome = run((kernel, at) -> {
      kernel.attention(at.of(q), at.of(k), at.of(v), true, at.of(out), at.of(logSumExp));
      kernel.attentionBackward(at.of(q), at.of(k), at.of(v), true, at.of(out), at.of(logSumExp), at.of(gradOut),
          at.of(gradQ), false, at.of(gradK), false, at.of(gradV), false);
    });
    Operand[] written = {out, logSumExp, gradQ, gradK, gradV};
    for (int i = 0; i < written.length; i++) {
      written[i] = Operand.of(outcome.of(written[i]), written[i].shape().dims());
    }
    return written;
  }

  private static Operand entry(Operand x, int batch) {
    return x.through(t -> t.slice(0, batch, batch + 1));
  }

  private static Operand part(Operand projection, int from, int to) {
    return projection.through(x -> x.slice(2, from, to));
  }
}
