package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.RotaryTable;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.BinaryFunction;
import io.github.tern4j.tensor.kernel.BinaryKernel;
import io.github.tern4j.tensor.kernel.RmsNormKernel;
import io.github.tern4j.tensor.kernel.RopeKernel;
import io.github.tern4j.tensor.kernel.SwiGluKernel;
import io.github.tern4j.tensor.kernel.TokenKernel;

/**
 * What layers do between products, in the way that suits the number of rows: one decoded token on the caller's thread and without
 * allocation ({@link TokenKernel}), many tokens in parallel. Both have the same bits.
 */
final class Steps {

  private final int headDim;
  private final RotaryTable rotary;
  private final TokenKernel token;
  private final RmsNormKernel norm;
  private final RopeKernel rope;
  private final SwiGluKernel swiGlu;
  private final BinaryKernel binary;

  Steps(QwenConfig config, Backend backend) {
    this.headDim = config.headDim();
    this.rotary = new RotaryTable(backend, config.ropeTheta(), headDim);
    this.token = backend.kernel(TokenKernel.class);
    this.norm = backend.kernel(RmsNormKernel.class);
    this.rope = backend.kernel(RopeKernel.class);
    this.swiGlu = backend.kernel(SwiGluKernel.class);
    this.binary = backend.kernel(BinaryKernel.class);
  }

  private static boolean one(Tensor rows) {
    return rows.dim(0) == 1;
  }

  /**
   * Norms all parts of the rows of {@code x} that are as wide as {@code weight}.
   *
   * @param x {@code [rows, width]}, the width a multiple of that of the weight
   * @param out like {@code x}; may be {@code x}
   * @param rstd working memory, a number for each part
   */
  void norm(Tensor x, Tensor weight, float eps, Tensor out, Tensor rstd) {
    if (one(x)) {
      token.rmsNorm(x, weight, eps, out);
    } else {
      int width = weight.dim(0);
      Tensor parts = x.reshape(-1, width);
      norm.rmsNorm(parts, weight, eps, out.reshape(-1, width), rstd.slice(0, 0, parts.dim(0)));
    }
  }

  /**
   * Rotates the heads of tokens by their positions.
   *
   * @param x {@code [batch tokens, heads headDim]}
   * @param position of the first token of each text
   * @param tokens of a text
   * @param out like {@code x}; may be {@code x}
   */
  void rotate(Tensor x, int position, int tokens, Tensor out) {
    if (one(x)) {
      token.rope(x, rotary.cosines(position + 1), rotary.sines(position + 1), position, out);
    } else {
      rope.rope(heads(x, tokens), rotary.cos(position, tokens), rotary.sin(position, tokens), false, heads(out, tokens), false);
    }
  }

  private Tensor heads(Tensor rows, int tokens) {
    return rows.reshape(rows.dim(0) / tokens, tokens, rows.dim(1) / headDim, headDim);
  }

  /** {@code up = silu(gate) up}. */
  void gate(Tensor gate, Tensor up) {
    if (one(gate)) {
      token.swiGlu(gate, up, up);
    } else {
      swiGlu.swiGlu(gate, up, up);
    }
  }

  /**
   * Adds to rows.
   *
   * @param summand like {@code x}, or one row for all rows of {@code x}
   */
  void add(Tensor x, Tensor summand) {
    if (one(x)) {
      token.add(x, summand, x);
    } else {
      binary.apply(BinaryFunction.ADD, x, summand.expand(x.shape()), x, false);
    }
  }
}
