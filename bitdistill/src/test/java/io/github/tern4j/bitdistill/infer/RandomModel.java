package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.bitdistill.infer.ModelLayout.Parameter;
import io.github.tern4j.bitdistill.infer.ModelLayout.Role;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/** A small model with random weights, norms and biases, and its training forward pass. */
record RandomModel(QwenConfig config, Map<String, Tensor> weights) implements TensorSource {

  static final int VOCABULARY = 53;
  static final int CONTEXT = 96;

  /** A model of this configuration. */
  static RandomModel of(QwenConfig config, long seed) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Parameter parameter : ModelLayout.of(config).parameters()) {
      Rng rng = Rng.of(seed).at(parameter.name());
      Tensor values = Tensor.zeros(parameter.shape());
      for (int i = 0; i < values.array().length; i++) {
        double mean = parameter.role() == Role.NORM ? 1 : 0;
        values.array()[i] = (float) (mean + 0.3 * rng.normal(i));
      }
      weights.put(parameter.name(), values);
    }
    return new RandomModel(config, weights);
  }

  /** Sizes that are no multiples of each other, with switches. */
  static QwenConfig config(boolean tied, boolean bias, boolean qkNorm, Optional<BitDistillConfig> student) {
    return new QwenConfig(VOCABULARY, 40, 52, 2, 4, 2, 12, 1e-6f, 1e4, CONTEXT, tied, bias, qkNorm, 0.02, OptionalInt.empty(),
        OptionalInt.empty(), student);
  }

  /** A student with the paper's eps. */
  static BitDistillConfig student(SubLn subLn, EpsilonRule rule, int groupSize) {
    return new BitDistillConfig(subLn, true, 1e-5f, 1e-5f, rule, groupSize);
  }

  /** A plain full-precision model. */
  static RandomModel plain(long seed) {
    return of(config(true, false, true, Optional.empty()), seed);
  }

  /** The paper's student. */
  static RandomModel paperStudent(long seed) {
    return of(config(true, false, true, Optional.of(BitDistillConfig.paper(SubLn.PAPER))), seed);
  }

  /** Random ids of the vocabulary. */
  static int[] text(int tokens, long seed) {
    return IntStream.range(0, tokens).map(i -> Rng.of(seed).below(i, VOCABULARY)).toArray();
  }

  /** All ids of the vocabulary. */
  static int[] vocabulary() {
    return IntStream.range(0, VOCABULARY).toArray();
  }

  /** Logits of the training forward pass, {@code [tokens][vocabulary]}. */
  float[][] trainingLogits(int[] ids, Backend backend) {
    TrainableModel model = TrainableModel.build(config, ParameterSource.loaded(backend, "test", this, false), backend);
    try (Tape tape = Tape.inference(backend)) {
      float[] all = backend.download(
          model.network().logits(tape, model.network().hidden(tape, ids, 1, ids.length, Taps.NONE, false)).value());
      float[][] rows = new float[ids.length][VOCABULARY];
      for (int row = 0; row < rows.length; row++) {
        System.arraycopy(all, row * VOCABULARY, rows[row], 0, VOCABULARY);
      }
      return rows;
    }
  }

  /** {@code |got - wanted| / |wanted|} in the Euclidean norm over all rows. */
  static double relativeDistance(float[][] got, float[][] wanted) {
    double difference = 0;
    double size = 0;
    for (int row = 0; row < wanted.length; row++) {
      for (int i = 0; i < wanted[row].length; i++) {
        difference += Math.pow((double) got[row][i] - wanted[row][i], 2);
        size += Math.pow(wanted[row][i], 2);
      }
    }
    return Math.sqrt(difference / size);
  }

  @Override
  public Set<String> names() {
    return weights.keySet();
  }

  @Override
  public Shape shape(String name) {
    return weights.get(name).shape();
  }

  @Override
  public Tensor floats(String name) {
    return Tensor.of(weights.get(name).toFloats(), weights.get(name).shape().dims());
  }
}
