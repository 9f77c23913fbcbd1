package io.github.tern4j.nn.qwen3;

import io.github.tern4j.nn.file.JsonFile;
import io.github.tern4j.nn.file.JsonObject;
import io.github.tern4j.tensor.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sizes and switches of a Qwen3 model: Hugging Face's {@code config.json}, with our additions {@code qk_norm} and
 * {@code bitdistill}.
 *
 * <p>Keys that the model does not need are ignored when read; those that would change its results ({@code hidden_act} other than
 * silu, sliding windows, scaled rotary positions) are refused.
 *
 * @param vocabSize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param intermediateSize width of the feed-forward part
 * @param numHiddenLayers layers
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key and value heads, each shared by {@code numAttentionHeads / numKeyValueHeads} query heads
 * @param headDim width of a head, independent of {@code hiddenSize}
 * @param rmsNormEps eps of every norm
 * @param ropeTheta base of the rotary frequencies
 * @param maxPositionEmbeddings longest sequence
 * @param tieWordEmbeddings whether the embedding is the output weight too
 * @param attentionBias whether the attention projections have biases
 * @param qkNorm whether queries and keys are normed; Qwen3 always does
 * @param initializerRange standard deviation of fresh weights
 * @param bosTokenId token at the start of a text
 * @param eosTokenId token at the end of a text; of a list the first
 * @param bitDistill SubLN and ternary projections, for a student
 */
public record QwenConfig(
    int vocabSize,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    int numKeyValueHeads,
    int headDim,
    float rmsNormEps,
    double ropeTheta,
    int maxPositionEmbeddings,
    boolean tieWordEmbeddings,
    boolean attentionBias,
    boolean qkNorm,
    double initializerRange,
    OptionalInt bosTokenId,
    OptionalInt eosTokenId,
    Optional<BitDistillConfig> bitDistill) {

  private static final String FILE = "config.json";
  private static final String MODEL_TYPE = "qwen3";
  private static final String ACTIVATION = "silu";

  /** Qwen3-0.6B's numbers, which all published sizes share. */
  private static final float QWEN3_NORM_EPS = 1e-6f;
  private static final double QWEN3_ROPE_THETA = 1e6;
  private static final int QWEN3_POSITIONS = 40_960;

  /** What transformers assumes where a config.json says nothing. */
  private static final double DEFAULT_ROPE_THETA = 1e4;
  private static final int DEFAULT_POSITIONS = 32_768;
  private static final double DEFAULT_INITIALIZER_RANGE = 0.02;

  /** Checks the numbers. */
  public QwenConfig {
    requirePositive("vocab_size", vocabSize);
    requirePositive("hidden_size", hiddenSize);
    requirePositive("intermediate_size", intermediateSize);
    requirePositive("num_hidden_layers", numHiddenLayers);
    requirePositive("num_attention_heads", numAttentionHeads);
    requirePositive("num_key_value_heads", numKeyValueHeads);
    requirePositive("head_dim", headDim);
    requirePositive("max_position_embeddings", maxPositionEmbeddings);
    require(numAttentionHeads % numKeyValueHeads == 0, "num_attention_heads " + numAttentionHeads + " and num_key_value_heads "
        + numKeyValueHeads, "the first to be a multiple of the second");
    require(headDim % 2 == 0, "head_dim " + headDim, "an even number, since rotary positions turn pairs");
    require((long) numAttentionHeads * headDim <= Integer.MAX_VALUE, "num_attention_heads " + numAttentionHeads
        + " times head_dim " + headDim, "a product below 2^31");
    require(rmsNormEps > 0 && rmsNormEps < 1, "rms_norm_eps " + rmsNormEps, "a number between 0 and 1");
    require(ropeTheta > 0 && Double.isFinite(ropeTheta), "rope_theta " + ropeTheta, "a positive number");
    require(initializerRange >= 0 && Double.isFinite(initializerRange), "initializer_range " + initializerRange,
        "no negative number");
  }

  private static void requirePositive(String key, int value) {
    require(value > 0, key + " " + value, "a positive number");
  }

  private static void require(boolean holds, String what, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("qwen3: " + what + "; expected " + expected);
    }
  }

  /**
   * A full-precision Qwen3 of these sizes: QK-norm, no bias, eps 1e-6, theta 1e6 and 40,960 positions, as in the published ones.
   */
  public static QwenConfig of(int vocabSize, int hiddenSize, int intermediateSize, int numHiddenLayers, int numAttentionHeads,
      int numKeyValueHeads, int headDim, boolean tieWordEmbeddings, double initializerRange) {
    return new QwenConfig(vocabSize, hiddenSize, intermediateSize, numHiddenLayers, numAttentionHeads, numKeyValueHeads, headDim,
        QWEN3_NORM_EPS, QWEN3_ROPE_THETA, QWEN3_POSITIONS, tieWordEmbeddings, false, true, initializerRange, OptionalInt.empty(),
        OptionalInt.empty(), Optional.empty());
  }

  /** Where the model has SubLN. */
  public SubLn subLn() {
    return bitDistill.map(BitDistillConfig::subLn).orElse(SubLn.NONE);
  }

  /** The same model as a student, or with other quantizer options. */
  public QwenConfig withBitDistill(BitDistillConfig changed) {
    return copy(maxPositionEmbeddings, bosTokenId, eosTokenId, Optional.of(changed));
  }

  /** The full-precision model of the same sizes. */
  public QwenConfig withoutBitDistill() {
    return copy(maxPositionEmbeddings, bosTokenId, eosTokenId, Optional.empty());
  }

  /** The same model with another longest sequence. */
  public QwenConfig withMaxPositionEmbeddings(int changed) {
    return copy(changed, bosTokenId, eosTokenId, bitDistill);
  }

  /** The same model with the tokens that begin and end a text. */
  public QwenConfig withSpecialTokens(OptionalInt bos, OptionalInt eos) {
    return copy(maxPositionEmbeddings, bos, eos, bitDistill);
  }

  private QwenConfig copy(int positions, OptionalInt bos, OptionalInt eos, Optional<BitDistillConfig> student) {
    return new QwenConfig(vocabSize, hiddenSize, intermediateSize, numHiddenLayers, numAttentionHeads, numKeyValueHeads, headDim,
        rmsNormEps, ropeTheta, positions, tieWordEmbeddings, attentionBias, qkNorm, initializerRange, bos, eos, student);
  }

  /**
   * Reads {@code config.json}.
   *
   * @param path the file, or the directory it is in
   * @throws BadInputException naming the key that is missing, wrong or not supported
   */
  public static QwenConfig fromJson(Path path) {
    return fromJson(JsonFile.read(Files.isDirectory(path) ? path.resolve(FILE) : path));
  }

  /**
   * The config in a JSON object. A missing {@code head_dim} is {@code hidden_size / num_attention_heads}, as in Qwen2 and Llama;
   * transformers assumes 128 for Qwen3, and where that differs the shapes of the weights do not fit and loading fails.
   *
   * @throws BadInputException naming the key that is missing, wrong or not supported
   */
  public static QwenConfig fromJson(JsonObject json) {
    refuseOtherModels(json);
    int hiddenSize = json.integer("hidden_size");
    int heads = json.integer("num_attention_heads");
    try {
      return new QwenConfig(
          json.integer("vocab_size"),
          hiddenSize,
          json.integer("intermediate_size"),
          json.integer("num_hidden_layers"),
          heads,
          json.integer("num_key_value_heads", heads),
          json.has("head_dim") ? json.integer("head_dim") : hiddenSize / Math.max(1, heads),
          (float) json.number("rms_norm_eps", QWEN3_NORM_EPS),
          ropeTheta(json),
          json.integer("max_position_embeddings", DEFAULT_POSITIONS),
          json.flag("tie_word_embeddings", false),
          json.flag("attention_bias", false),
          json.flag("qk_norm", true),
          json.number("initializer_range", DEFAULT_INITIALIZER_RANGE),
          tokenId(json, "bos_token_id"),
          tokenId(json, "eos_token_id"),
          json.has(BitDistillConfig.KEY)
              ? Optional.of(BitDistillConfig.fromJson(json.object(BitDistillConfig.KEY)))
              : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new BadInputException(json.where() + ": " + e.getMessage(), e);
    }
  }

  private static void refuseOtherModels(JsonObject json) {
    if (!json.text("model_type").equals(MODEL_TYPE)) {
      throw json.wrong("model_type", "\"" + MODEL_TYPE + "\"");
    }
    if (json.has("hidden_act") && !json.text("hidden_act").equals(ACTIVATION)) {
      throw json.wrong("hidden_act", "\"" + ACTIVATION + "\"");
    }
    if (json.flag("use_sliding_window", false)) {
      throw json.wrong("use_sliding_window", "false");
    }
  }

  /** {@code rope_theta} stands at the top, or in {@code rope_parameters} (transformers 5) or {@code rope_scaling}. */
  private static double ropeTheta(JsonObject json) {
    double theta = json.number("rope_theta", DEFAULT_ROPE_THETA);
    for (String key : new String[] {"rope_scaling", "rope_parameters"}) {
      if (json.has(key)) {
        JsonObject rope = json.object(key);
        for (String type : new String[] {"rope_type", "type"}) {
          if (rope.has(type) && !rope.text(type).equals("default")) {
            throw rope.wrong(type, "\"default\": scaled rotary positions are not supported");
          }
        }
        theta = rope.number("rope_theta", theta);
      }
    }
    return theta;
  }

  private static OptionalInt tokenId(JsonObject json, String key) {
    if (!json.has(key)) {
      return OptionalInt.empty();
    }
    JsonNode value = json.node().get(key);
    JsonNode first = value.isArray() && !value.isEmpty() ? value.get(0) : value;
    if (!first.isIntegralNumber() || !first.canConvertToInt() || first.intValue() < 0) {
      throw json.wrong(key, "a token id");
    }
    return OptionalInt.of(first.intValue());
  }

  /** The content of {@code config.json}, in Hugging Face's names. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("architectures").add("Qwen3ForCausalLM");
    json.put("model_type", MODEL_TYPE)
        .put("vocab_size", vocabSize)
        .put("hidden_size", hiddenSize)
        .put("intermediate_size", intermediateSize)
        .put("num_hidden_layers", numHiddenLayers)
        .put("num_attention_heads", numAttentionHeads)
        .put("num_key_value_heads", numKeyValueHeads)
        .put("head_dim", headDim)
        .put("hidden_act", ACTIVATION)
        .put("rms_norm_eps", rmsNormEps)
        .put("rope_theta", ropeTheta)
        .putNull("rope_scaling")
        .put("max_position_embeddings", maxPositionEmbeddings)
        .put("tie_word_embeddings", tieWordEmbeddings)
        .put("attention_bias", attentionBias)
        .put("attention_dropout", 0.0)
        .put("initializer_range", initializerRange)
        .put("use_cache", true)
        .put("use_sliding_window", false);
    bosTokenId.ifPresent(id -> json.put("bos_token_id", id));
    eosTokenId.ifPresent(id -> json.put("eos_token_id", id));
    if (!qkNorm) {
      json.put("qk_norm", false);
    }
    bitDistill.ifPresent(student -> json.set(BitDistillConfig.KEY, student.toJson()));
    return json;
  }
}
