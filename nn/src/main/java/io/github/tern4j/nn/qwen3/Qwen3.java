package io.github.tern4j.nn.qwen3;

import io.github.tern4j.autograd.Checkpoint;
import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Embedding;
import io.github.tern4j.autograd.op.Linear;
import io.github.tern4j.nn.Initializer;
import io.github.tern4j.nn.ParameterSet;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.ProjectionFactory;
import io.github.tern4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** A Qwen3 decoder with its output head. Parameter names are Hugging Face's. */
public final class Qwen3 {

  private static final int NO_LAYER = -1;

  private final QwenConfig config;
  private final Parameter embedding;
  private final List<DecoderLayer> layers = new ArrayList<>();
  private final Norm finalNorm;
  private final Parameter head;
  private final ParameterSet parameters;

  /**
   * Builds the model.
   *
   * @param projections {@code LinearProjection::new} for full precision
   * @param source fresh values or a checkpoint; it is {@linkplain ParameterSource#finish finished}
   */
  public Qwen3(QwenConfig config, ProjectionFactory projections, ParameterSource source, RotaryTable rotary) {
    this.config = config;
    Initializer initializer = Initializer.normal(config.initializerRange());
    Blueprint blueprint = new Blueprint(config, projections, rotary);
    ParameterSource model = source.at("model");
    Shape vocabulary = Shape.of(config.vocabSize(), config.hiddenSize());
    this.embedding = model.at("embed_tokens").parameter("weight", vocabulary, initializer);
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      layers.add(new DecoderLayer(model.at("layers." + layer), blueprint, layer));
    }
    this.finalNorm = blueprint.norm(model, "norm", config.hiddenSize());
    if (config.tieWordEmbeddings()) {
      source.at("lm_head").ignore("weight");
      this.head = embedding;
    } else {
      this.head = source.at("lm_head").parameter("weight", vocabulary, initializer);
    }
    this.parameters = source.finish();
  }

  /** Sizes and switches. */
  public QwenConfig config() {
    return config;
  }

  /** All parameters. */
  public ParameterSet parameters() {
    return parameters;
  }

  /**
   * The hidden states after the last norm.
   *
   * @param ids token ids, {@code batch} rows of {@code tokens}; rows are padded at the end, where causal attention ignores it
   * @param taps sees intermediate results
   * @param checkpointed whether layers keep their input alone and compute again in the backward pass
   * @return {@code [batch tokens, hidden]}
   * @throws IllegalArgumentException for ids outside the vocabulary
   */
  public Variable hidden(Tape tape, int[] ids, int batch, int tokens, Taps taps, boolean checkpointed) {
    if (ids.length != batch * tokens) {
      throw new IllegalArgumentException(
          "qwen3: " + ids.length + " ids; expected batch " + batch + " x tokens " + tokens + " = " + batch * tokens);
    }
    Variable x = Embedding.rows(tape, embedding, ids);
    taps.see(NO_LAYER, Taps.Place.EMBEDDING, x);
    for (int layer = 0; layer < layers.size(); layer++) {
      DecoderLayer block = layers.get(layer);
      x = checkpointed && !taps.wants(layer)
          ? Checkpoint.checkpoint(tape, x, (inner, input) -> block.apply(inner, input, batch, tokens, Taps.NONE))
          : block.apply(tape, x, batch, tokens, taps);
    }
    Variable normed = finalNorm.apply(tape, x);
    taps.see(NO_LAYER, Taps.Place.FINAL_NORM, normed);
    return normed;
  }

  /** The output head {@code [vocabulary, hidden]}: the embedding where they are tied. */
  public Parameter head() {
    return head;
  }

  /** Logits {@code [rows, vocabulary]} of hidden states {@code [rows, hidden]}, all or only those that carry a label. */
  public Variable logits(Tape tape, Variable hidden) {
    return Linear.linear(tape, hidden, head);
  }
}
