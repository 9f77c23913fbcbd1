package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The parameters that a configuration describes, by the names that files give them.
 *
 * @param parameters in the order of the forward pass
 */
public record ModelLayout(List<Parameter> parameters) {

  static final String EMBEDDING = "model.embed_tokens.weight";
  static final String HEAD = "lm_head.weight";
  static final String FINAL_NORM = "model.norm.weight";

  /** What a parameter is for, which decides how it is stored. */
  public enum Role {
    /** Embedding or output head, {@code [vocabulary, hidden]}. */
    TABLE,
    /** Weight of one of the seven projections, {@code [out, in]}: what a student has in ternary. */
    PROJECTION,
    /** Bias of a projection. */
    BIAS,
    /** Weight of a norm. */
    NORM
  }

  /**
   * One parameter.
   *
   * @param name Hugging Face's name
   * @param shape its shape
   * @param role what it is for
   */
  public record Parameter(String name, Shape shape, Role role) {}

  /** The parameters of a model. */
  public static ModelLayout of(QwenConfig config) {
    List<Parameter> parameters = new ArrayList<>();
    Shape vocabulary = Shape.of(config.vocabSize(), config.hiddenSize());
    parameters.add(new Parameter(EMBEDDING, vocabulary, Role.TABLE));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      addLayer(parameters, layer(layer), config);
    }
    addNorm(parameters, FINAL_NORM, config.hiddenSize());
    if (!config.tieWordEmbeddings()) {
      parameters.add(new Parameter(HEAD, vocabulary, Role.TABLE));
    }
    return new ModelLayout(List.copyOf(parameters));
  }

  /**
   * The parameters of a model that is said to consist of these tensors. A configuration with more layers than there are tensors
   * is refused before anything is made for each of them.
   *
   * @param origin what to call the source in the message
   */
  public static ModelLayout of(QwenConfig config, String origin, TensorSource tensors) {
    if (config.numHiddenLayers() > tensors.names().size()) {
      throw new BadInputException(origin + ": num_hidden_layers " + config.numHiddenLayers() + " with " + tensors.names().size()
          + " tensors; expected several tensors a layer");
    }
    return of(config);
  }

  /** What the names of a layer's parameters begin with. */
  static String layer(int index) {
    return "model.layers." + index + ".";
  }

  private static void addLayer(List<Parameter> parameters, String layer, QwenConfig config) {
    int hidden = config.hiddenSize();
    int queries = config.numAttentionHeads() * config.headDim();
    int keys = config.numKeyValueHeads() * config.headDim();
    boolean bias = config.attentionBias();
    addNorm(parameters, layer + "input_layernorm.weight", hidden);
    addProjection(parameters, layer + "self_attn.q_proj", queries, hidden, bias, config);
    addProjection(parameters, layer + "self_attn.k_proj", keys, hidden, bias, config);
    addProjection(parameters, layer + "self_attn.v_proj", keys, hidden, bias, config);
    if (config.qkNorm()) {
      addNorm(parameters, layer + "self_attn.q_norm.weight", config.headDim());
      addNorm(parameters, layer + "self_attn.k_norm.weight", config.headDim());
    }
    if (config.subLn() == SubLn.PAPER) {
      addNorm(parameters, layer + "self_attn.attn_sub_norm.weight", queries);
    }
    addProjection(parameters, layer + "self_attn.o_proj", hidden, queries, bias, config);
    addNorm(parameters, layer + "post_attention_layernorm.weight", hidden);
    addProjection(parameters, layer + "mlp.gate_proj", config.intermediateSize(), hidden, false, config);
    addProjection(parameters, layer + "mlp.up_proj", config.intermediateSize(), hidden, false, config);
    if (config.subLn() == SubLn.PAPER) {
      addNorm(parameters, layer + "mlp.ffn_sub_norm.weight", config.intermediateSize());
    }
    addProjection(parameters, layer + "mlp.down_proj", hidden, config.intermediateSize(), false, config);
  }

  private static void addProjection(List<Parameter> parameters, String path, int out, int in, boolean bias, QwenConfig config) {
    if (config.subLn() == SubLn.ALL) {
      addNorm(parameters, path + "_norm_in.weight", in);
    }
    parameters.add(new Parameter(path + ".weight", Shape.of(out, in), Role.PROJECTION));
    if (bias) {
      parameters.add(new Parameter(path + ".bias", Shape.of(out), Role.BIAS));
    }
  }

  private static void addNorm(List<Parameter> parameters, String name, int width) {
    parameters.add(new Parameter(name, Shape.of(width), Role.NORM));
  }

  /** Number of scalars in parameters of a role. */
  public long size(Role role) {
    return parameters.stream().filter(parameter -> parameter.role == role).mapToLong(parameter -> parameter.shape.size()).sum();
  }

  /** Number of scalars. */
  public long size() {
    return parameters.stream().mapToLong(parameter -> parameter.shape.size()).sum();
  }

  /**
   * Refuses tensors that are not those of the model. A head beside a tied embedding is accepted, as Hugging Face does.
   *
   * @param origin what to call the source in the message
   * @throws BadInputException naming all missing, mis-shaped and superfluous tensors
   */
  public void check(String origin, TensorSource tensors) {
    List<String> problems = new ArrayList<>();
    Set<String> left = new LinkedHashSet<>(tensors.names());
    left.remove(HEAD);
    for (Parameter parameter : parameters) {
      left.remove(parameter.name);
      if (!tensors.names().contains(parameter.name)) {
        problems.add("missing " + parameter.name + " " + parameter.shape);
      } else if (!tensors.shape(parameter.name).equals(parameter.shape)) {
        problems.add(parameter.name + " has shape " + tensors.shape(parameter.name) + ", expected " + parameter.shape);
      }
    }
    left.forEach(name -> problems.add("unexpected " + name + " " + tensors.shape(name)));
    if (!problems.isEmpty()) {
      throw new BadInputException(origin + ": parameters do not fit the model: " + String.join("; ", problems));
    }
  }
}
