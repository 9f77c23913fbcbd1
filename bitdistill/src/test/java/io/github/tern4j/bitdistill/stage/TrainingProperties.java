package io.github.tern4j.bitdistill.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.TokenShard;
import io.github.tern4j.nn.data.TokenShardWriter;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.StoredTraining;
import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;

class TrainingProperties {

  private static final BooleanSupplier NEVER = () -> false;
  private static final double FLOAT_ROUNDING = Math.ulp(1f) / 2;

  private static Path folder;
  private static TokenShard shard;

  @BeforeContainer
  static void writeShard() throws IOException {
    folder = Files.createTempDirectory("training");
    String text = "the quick brown fox jumps over the lazy dog; ".repeat(12);
    Tokenizer tokenizer = new BpeTrainer(SmallStage.VOCABULARY).train(Stream.of(text));
    TokenShardWriter.write(folder.resolve("shard"), () -> Stream.of(text), tokenizer, "<|endoftext|>");
    shard = TokenShard.open(folder.resolve("shard"));
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    shard.close();
    TrainingCheckpoints.remove(folder);
  }

  @AfterTry
  void removeCheckpoints() {
    TrainingCheckpoints.remove(folder.resolve("direct"));
    TrainingCheckpoints.remove(folder.resolve("detour"));
  }

  private static Optional<TrainingCheckpoints> checkpoints(String name, long seed) {
    return Optional.of(new TrainingCheckpoints(folder.resolve(name), 2, seed));
  }

  /** Asks to stop before step {@code step + 1}, when {@code done} steps are done at the start. */
  private static BooleanSupplier stopAfter(int step, int done) {
    int[] asked = {done};
    return () -> asked[0]++ == step;
  }

  private static Map<String, List<Float>> weights(TrainableModel model) {
    Map<String, List<Float>> weights = new LinkedHashMap<>();
    for (Parameter parameter : model.network().parameters().all()) {
      float[] values = model.backend().download(parameter.value());
      // Float.equals compares bits, up to the payload of NaN.
      weights.put(parameter.name(), IntStream.range(0, values.length).mapToObj(i -> values[i]).toList());
    }
    return weights;
  }

  private static Map<String, String> files(String checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(checkpoint))) {
      return new TreeMap<>(files.collect(Collectors.toMap(file -> file.getFileName().toString(), TrainingProperties::hex)));
    }
  }

  private static String hex(Path file) {
    try {
      return HexFormat.of().formatHex(Files.readAllBytes(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Property 24 of the foundation. */
  @Property(tries = 7)
  void stoppingAndResumingChangesNoBit(@ForAll SmallStage stage, @ForAll @IntRange(min = 0, max = 3) int first,
      @ForAll @IntRange(min = 4, max = 5) int second, @ForAll @LongRange(min = 0, max = 99) long seed,
      @ForAll @IntRange(min = 0, max = 4) int quantizationWarmupSteps) throws IOException {
    SmallStage.Way way = new SmallStage.Way(1, false, quantizationWarmupSteps);
    try (Backend backend = Backends.open("reference", 1)) {
      TrainableModel whole = stage.model(backend, seed);
      History wholeHistory = stage.run(whole, shard, seed, way, Optional.empty(), NEVER);

      assertThatThrownBy(() -> stage.run(stage.model(backend, seed), shard, seed, way, checkpoints("direct", seed),
          stopAfter(second, 0))).isInstanceOf(StoppedException.class);
      assertThatThrownBy(() -> stage.run(stage.model(backend, seed), shard, seed, way, checkpoints("detour", seed),
          stopAfter(first, 0))).isInstanceOf(StoppedException.class)
          .hasMessage("stopped after step " + first + " of " + SmallStage.STEPS + "; --resume goes on from there");
      // What is resumed starts with other weights, so that none can be left as it was.
      assertThatThrownBy(() -> stage.run(stage.model(backend, seed + 7), shard, seed, way, checkpoints("detour", seed),
          stopAfter(second, first))).isInstanceOf(StoppedException.class);
      // Weights, both moments, history, unfinished means, constants such as gamma and the count of tokens.
      assertThat(files("detour")).isEqualTo(files("direct"));

      TrainableModel resumed = stage.model(backend, seed + 8);
      History history = stage.run(resumed, shard, seed, way, checkpoints("detour", seed), NEVER);
      assertThat(weights(resumed)).isEqualTo(weights(whole));
      assertThat(history.curves()).isEqualTo(wholeHistory.curves()).containsKeys("ce", "gradient_norm", "learning_rate");
      assertThat(history.curves().get("ce")).hasSize(SmallStage.STEPS);
    }
  }

  /** A killed process has no chance to save: it goes on from the last checkpoint that was due and repeats some steps. */
  @Property(tries = 6)
  void goingOnFromAnOlderCheckpointChangesNoBit(@ForAll SmallStage stage, @ForAll @IntRange(min = 2, max = 5) int killed,
      @ForAll @LongRange(min = 0, max = 99) long seed) {
    try (Backend backend = Backends.open("reference", 1)) {
      TrainableModel whole = stage.model(backend, seed);
      History wholeHistory = stage.run(whole, shard, seed, SmallStage.Way.PLAIN, Optional.empty(), NEVER);
      BooleanSupplier alive = stopAfter(killed, 0);
      assertThatThrownBy(() -> stage.run(stage.model(backend, seed), shard, seed, SmallStage.Way.PLAIN,
          checkpoints("detour", seed), () -> {
            if (alive.getAsBoolean()) {
              throw new IllegalStateException("killed");
            }
            return false;
          })).hasMessage("killed");
      TrainableModel resumed = stage.model(backend, seed + 7);
      History history = stage.run(resumed, shard, seed, SmallStage.Way.PLAIN, checkpoints("detour", seed), NEVER);
      assertThat(weights(resumed)).isEqualTo(weights(whole));
      assertThat(history.curves()).isEqualTo(wholeHistory.curves());
    }
  }

  @Property(tries = 5)
  void threadsChangeNoBit(@ForAll SmallStage stage, @ForAll @LongRange(min = 0, max = 99) long seed) {
    try (Backend one = Backends.open("vector", 1)) {
      TrainableModel expected = stage.model(one, seed);
      History expectedHistory = stage.run(expected, shard, seed, SmallStage.Way.PLAIN, Optional.empty(), NEVER);
      for (int threads : new int[] {2, 5}) {
        try (Backend several = Backends.open("vector", threads)) {
          TrainableModel model = stage.model(several, seed);
          History history = stage.run(model, shard, seed, SmallStage.Way.PLAIN, Optional.empty(), NEVER);
          assertThat(history.curves()).as("losses with %d threads", threads).isEqualTo(expectedHistory.curves());
          assertThat(weights(model)).as("weights with %d threads", threads).isEqualTo(weights(expected));
        }
      }
    }
  }

  @Property(tries = 5)
  void computingLayersAgainChangesNoBit(@ForAll SmallStage stage, @ForAll @LongRange(min = 0, max = 99) long seed) {
    try (Backend backend = Backends.open("vector", 1)) {
      TrainableModel kept = stage.model(backend, seed);
      History expected = stage.run(kept, shard, seed, SmallStage.Way.PLAIN, Optional.empty(), NEVER);
      TrainableModel again = stage.model(backend, seed);
      History history = stage.run(again, shard, seed, new SmallStage.Way(1, true, 0), Optional.empty(), NEVER);
      assertThat(history.curves()).isEqualTo(expected.curves());
      assertThat(weights(again)).isEqualTo(weights(kept));
    }
  }

  /**
   * Rows of a batch do not influence each other, so each contributes the same terms to the gradient, but for the rounding of its
   * share, and the sum over the at most N = BATCH TOKENS rows is taken in another order: its error is at most 2 N u times the sum
   * of the terms' sizes (u is half an ulp of 1). That sum is taken to be at most N times the size of the result.
   */
  @Property(tries = 8)
  void microBatchesSumToTheSameGradient(@ForAll SmallStage stage, @ForAll @LongRange(min = 0, max = 99) long seed) {
    try (Backend backend = Backends.open("vector", 1)) {
      Map<String, Tensor> whole = gradient(stage, backend, seed, 1);
      int rows = SmallStage.BATCH * SmallStage.TOKENS;
      for (int parts : new int[] {2, 4}) {
        Map<String, Tensor> sum = gradient(stage, backend, seed, parts);
        assertThat(relativeDistance(sum, whole)).as("%d parts", parts).isLessThanOrEqualTo(2 * FLOAT_ROUNDING * rows * rows);
      }
    }
  }

  // The first moments after the first step, which are 1 - beta1 times the gradients.
  private static Map<String, Tensor> gradient(SmallStage stage, Backend backend, long seed, int microBatches) {
    TrainableModel model = stage.model(backend, seed);
    assertThatThrownBy(() -> stage.run(model, shard, seed, new SmallStage.Way(microBatches, false, 0),
        checkpoints("direct", seed), stopAfter(1, 0))).isInstanceOf(StoppedException.class);
    Map<String, Shape> shapes = new LinkedHashMap<>();
    model.network().parameters().all().forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("direct"));
        StoredTraining training = checkpoint.training(shapes).orElseThrow()) {
      Map<String, Tensor> moments = new LinkedHashMap<>();
      shapes.keySet().forEach(name -> moments.put(name, training.moments().floats("first_moment." + name)));
      return moments;
    } finally {
      TrainingCheckpoints.remove(folder.resolve("direct"));
    }
  }

  private static double relativeDistance(Map<String, Tensor> got, Map<String, Tensor> wanted) {
    double difference = 0;
    double size = 0;
    for (String name : wanted.keySet()) {
      float[] a = got.get(name).toFloats();
      float[] b = wanted.get(name).toFloats();
      for (int i = 0; i < b.length; i++) {
        difference += Math.pow((double) a[i] - b[i], 2);
        size += Math.pow(b[i], 2);
      }
    }
    return Math.sqrt(difference / size);
  }

  @Example
  void gammaIsSetOnTheFirstBatchesAndKept() throws IOException {
    SmallStage stage = SmallStage.DISTILLATION_WITH_GAMMA_RATIO;
    try (Backend backend = Backends.open("vector", 1)) {
      assertThatThrownBy(() -> stage.run(stage.model(backend, 3), shard, 3, SmallStage.Way.PLAIN, checkpoints("detour", 3),
          stopAfter(0, 0))).isInstanceOf(StoppedException.class);
      String atStart = gamma();
      assertThatThrownBy(() -> stage.run(stage.model(backend, 3), shard, 3, SmallStage.Way.PLAIN, checkpoints("detour", 3),
          stopAfter(5, 0))).isInstanceOf(StoppedException.class);
      assertThat(gamma()).isEqualTo(atStart);
      assertThat(Double.parseDouble(atStart)).isPositive().isNotEqualTo(100);
    }
  }

  private static String gamma() throws IOException {
    String state = Files.readString(folder.resolve("detour/training_state.json"));
    return state.replaceAll("(?s).*\"gamma\"\\s*:\\s*([^,}\\s]+).*", "$1");
  }

  @Example
  void aCheckpointOfAnotherSeedIsRefused() {
    SmallStage stage = SmallStage.PRETRAINING;
    try (Backend backend = Backends.open("vector", 1)) {
      assertThatThrownBy(() -> stage.run(stage.model(backend, 3), shard, 3, SmallStage.Way.PLAIN, checkpoints("detour", 3),
          stopAfter(2, 0))).isInstanceOf(StoppedException.class);
      assertThatThrownBy(() -> stage.run(stage.model(backend, 3), shard, 4, SmallStage.Way.PLAIN, checkpoints("detour", 4),
          NEVER))
          .isInstanceOf(BadInputException.class)
          .hasMessage(folder.resolve("detour") + ": is of a training with seed 3; expected seed 4");
    }
  }

  @Example
  void aStopWithoutCheckpointsSavesNothing() {
    SmallStage stage = SmallStage.TERNARY_FINETUNING;
    try (Backend backend = Backends.open("vector", 1)) {
      assertThatThrownBy(() -> stage.run(stage.model(backend, 3), shard, 3, SmallStage.Way.PLAIN, Optional.empty(),
          stopAfter(1, 0)))
          .isInstanceOf(StoppedException.class);
      assertThat(folder.toFile().list()).containsExactly("shard");
    }
  }
}
