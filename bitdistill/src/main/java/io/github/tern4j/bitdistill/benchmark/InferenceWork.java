package io.github.tern4j.bitdistill.benchmark;

import io.github.tern4j.bitdistill.infer.DecodeSession;
import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.infer.KeyValueOptions;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.bitdistill.infer.WeightFormat;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.cache.KeyValueFormat;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * What inference is measured on.
 *
 * @param mode decoding or prefill
 * @param shape sizes
 * @param format format of the weights
 * @param groupSize columns that share a scale of ternary weights; 0 for one scale per tensor
 * @param context tokens in front of those that are measured
 * @param keyValues format of their keys and values
 * @param threads CPU threads
 */
public record InferenceWork(Mode mode, InferenceShape shape, WeightFormat format, int groupSize, int context,
    KeyValueFormat keyValues, int threads) {

  /** The two ways of reading tokens. */
  public enum Mode {
    /** Token by token, each reading all weights. */
    DECODE(32),
    /** A prompt at once. */
    PREFILL(128);

    private final int tokens;

    Mode(int tokens) {
      this.tokens = tokens;
    }

    /** Tokens of a round, as many as comparisons of other engines use; fewer for decoding where time is short. */
    int tokens() {
      return tokens;
    }
  }

  /** The eps of scales; it has no influence on speed. */
  private static final float EPS = 1e-5f;

  /** Refuses groups of weights that have none. */
  public InferenceWork {
    if (groupSize < 0 || groupSize > 0 && !format.ternary()) {
      throw new BadInputException("group " + groupSize + " for weights in " + format.projections()
          + "; expected 0, or a positive number for ternary weights");
    }
    int most = shape.config().maxPositionEmbeddings() - mode.tokens();
    if (context < 0 || context > most) {
      throw new BadInputException("context " + context + "; expected 0 to " + most);
    }
  }

  /** The model with random weights; ternary ones have the norms of the paper's student in front of o_proj and down_proj. */
  public InferenceModel model(Backend backend, Rng rng) {
    QwenConfig config = format.ternary()
        ? shape.config().withBitDistill(new BitDistillConfig(SubLn.PAPER, true, EPS, EPS, EpsilonRule.ADDED, groupSize))
        : shape.config();
    return InferenceModel.random(config, format, backend, rng);
  }

  /** Whether decoding looks for the likeliest token alone, as a head in planes is made for. */
  boolean searches() {
    return mode == Mode.DECODE && format.tables() == TableFormat.PLANES;
  }

  /** A session of that model. */
  DecodeSession session(InferenceModel model) {
    return model.session(new KeyValueOptions(keyValues, OptionalInt.empty()));
  }

  /** Name of the format of the projections. */
  public String formatName() {
    return lower(format.projections());
  }

  /** Name of the format of the head. */
  public String headName() {
    return lower(format.tables());
  }

  /** Name of the format of keys and values. */
  public String keyValueName() {
    return lower(keyValues);
  }

  /** Name of the mode. */
  public String modeName() {
    return lower(mode);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** What a peer is told. */
  List<String> peerArguments(int tokens) {
    return List.of("--mode", modeName(), "--shape", shape.name(), "--format", formatName(), "--group", Integer.toString(groupSize),
        "--head", headName(), "--context", Integer.toString(context), "--kv", keyValueName(), "--threads", Integer.toString(threads), "--tokens", Integer.toString(tokens), "--json");
  }
}
