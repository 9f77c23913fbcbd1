package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Variable;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;

/** Compares every intermediate result of a forward pass with the golden one of its name. */
record GoldenTaps(String file, Findings findings, Backend backend) implements Taps {

  @Override
  public boolean wants(int layer) {
    return true;
  }

  @Override
  public void see(int layer, Place place, Variable value) {
    String inLayer = "layer" + layer + ".";
    String name = switch (place) {
      case EMBEDDING -> "embed";
      case INPUT_NORM -> inLayer + "input_layernorm";
      case Q_PROJECTION -> inLayer + "q.proj";
      case K_PROJECTION -> inLayer + "k.proj";
      case V_PROJECTION -> inLayer + "v.proj";
      case Q_NORM -> inLayer + "q.norm";
      case K_NORM -> inLayer + "k.norm";
      case Q_ROPE -> inLayer + "q.rope";
      case K_ROPE -> inLayer + "k.rope";
      case ATTENTION_HEADS -> inLayer + "attn_heads";
      case ATTENTION_SUB_NORM -> inLayer + "attn_sub_norm";
      case AFTER_ATTENTION -> inLayer + "after_attn";
      case MLP_ACTIVATION -> inLayer + "mlp_act";
      case AFTER_MLP -> inLayer + "after_mlp";
      case FINAL_NORM -> "final_norm";
    };
    boolean ofHeads = value.shape().rank() == 4;
    findings.floats(file, name, ofHeads ? headsFirst(value.value(), backend) : backend.download(value.value()));
  }

  /** The elements of {@code [batch, tokens, heads, headDim]} in the golden order {@code [batch, heads, tokens, headDim]}. */
  static float[] headsFirst(Tensor states, Backend backend) {
    return swapped(states.dim(0), states.dim(1), states.dim(2), states.dim(3), backend.download(states));
  }

  /** Swaps the second and the third of four dimensions. */
  static float[] swapped(int batch, int second, int third, int width, float[] in) {
    float[] out = new float[in.length];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < second; i++) {
        for (int j = 0; j < third; j++) {
          System.arraycopy(in, ((b * second + i) * third + j) * width, out, ((b * third + j) * second + i) * width, width);
        }
      }
    }
    return out;
  }
}
