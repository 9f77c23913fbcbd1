package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTargets;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.AttentionKernel;

/** Scaled dot-product attention with grouped query heads. */
public final class Attention {

  private Attention() {}

  /**
   * {@code out = softmax(q k^T / sqrt(headDim) + mask) v} (Vaswani et al. 2017; grouped heads: Ainslie et al. 2023). Saves its
   * inputs, the output and one number for each query; probabilities are computed again in the backward pass.
   *
   * @param q {@code [batch, tokens, heads, headDim]}
   * @param k {@code [batch, keys, kvHeads, headDim]}
   * @param v like {@code k}
   * @return like {@code q}
   */
  public static Variable attention(Tape tape, Variable q, Variable k, Variable v, boolean causal) {
    AttentionKernel kernel = tape.kernel(AttentionKernel.class);
    Tensor out = tape.allocate(q.shape());
    Tensor logSumExp = tape.allocate(q.dim(0), q.dim(2), q.dim(1));
    kernel.attention(q.value(), k.value(), v.value(), causal, out, logSumExp);
    return tape.result("attention", out, gradOut -> {
      GradientTargets targets = new GradientTargets(tape, q, k, v);
      kernel.attentionBackward(q.value(), k.value(), v.value(), causal, out, logSumExp, gradOut, targets.tensor(0),
          targets.accumulate(0), targets.tensor(1), targets.accumulate(1), targets.tensor(2), targets.accumulate(2));
      targets.settle();
    }, q, k, v);
  }
}
