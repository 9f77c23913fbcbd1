package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Parameter;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.LanguageModelLoss;
import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.optim.Schedule;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Ten steps of AdamW with clipping and a schedule (golden README, section 6).
 *
 * <p>Run {@code bit} trains through rounding. Some values lie so close to a rounding border that another order of summation may
 * give another integer code, after which the run goes its own way; the README has wider limits for that. They are used only when
 * it is shown that a code changed: the run leaves the tight limits, a run from weights moved by half a unit in the last place
 * stays within them (so it has the golden codes), and the codes of the two differ no later than where the first one leaves.
 *
 * @param start what the stored weights go through before training; tests start elsewhere
 */
record TrainCase(UnaryOperator<TensorSource> start) implements GoldenCase {

  private static final String BATCHES = "batches.safetensors";
  private static final String FLIP = "after_a_rounding_flip";
  private static final Pattern SCHEDULE =
      Pattern.compile("(cosine|linear)\\.first_(nonzero|zero)\\.warmup(\\d+)\\.total(\\d+)\\.min([0-9.]+)");

  /** Starts that are tried to find a run with the golden codes. */
  private static final int WITNESSES = 8;

  /** How far witnesses' weights are moved, relative: half a unit in the last place of a float. */
  private static final double MOVED = 6e-8;

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    JsonNode manifest = golden.manifest();
    for (String name : manifest.path("schedule_tables").propertyNames()) {
      schedule(name, manifest.path("schedule_tables").path(name), findings);
    }
    for (String name : manifest.path("runs").propertyNames()) {
      learningRates(name, manifest, findings);
      Trajectory trajectory = train(name, start, golden, backend);
      if (manifest.path("runs").path(name).has(FLIP)) {
        rounded(name, trajectory, golden, backend, findings);
      } else {
        trajectory.compare(name, findings);
      }
    }
  }

  private static void schedule(String name, JsonNode table, Findings findings) {
    Matcher matcher = SCHEDULE.matcher(name);
    if (!matcher.matches()) {
      throw new BadInputException("golden case train_10_steps: schedule '" + name + "' is unknown; expected " + SCHEDULE);
    }
    Schedule schedule = new Schedule(kind(matcher.group(1)), 1, Integer.parseInt(matcher.group(3)),
        Integer.parseInt(matcher.group(4)), Double.parseDouble(matcher.group(5)), matcher.group(2).equals("zero"));
    for (int step = 0; step < table.size(); step++) {
      findings.stated(name + "[" + step + "]", schedule.rate(step), table.path(step).asDouble());
    }
  }

  private static void learningRates(String run, JsonNode manifest, Findings findings) {
    Schedule schedule = schedule(manifest);
    JsonNode rates = manifest.path("runs").path(run).path("lr");
    for (int step = 0; step < rates.size(); step++) {
      findings.stated(run + ".lr[" + step + "]", schedule.rate(step), rates.path(step).asDouble());
    }
  }

  private static Schedule schedule(JsonNode manifest) {
    JsonNode h = manifest.path("hyperparameters");
    return new Schedule(kind(h.path("schedule").asString()), h.path("peak_lr").asDouble(), h.path("warmup_steps").asInt(),
        h.path("total_steps").asInt(), h.path("min_lr_ratio").asDouble(), h.path("first").asString().equals("zero"));
  }

  private static Schedule.Kind kind(String name) {
    return name.equals("cosine") ? Schedule.Kind.COSINE : Schedule.Kind.LINEAR;
  }

  /** What a run did: numbers of each step, weights at the end, and the codes of all quantizers on the way. */
  private record Trajectory(double[] losses, double[] norms, Map<String, float[]> weights, List<Integer> codes) {

    /** Compares with the manifest's own limits. */
    void compare(String run, Findings findings) {
      for (int step = 0; step < losses.length; step++) {
        findings.scalar(run + ".step" + step + ".loss", losses[step]);
        findings.scalar(run + ".step" + step + ".grad_norm", norms[step]);
      }
      weights.forEach((name, values) -> findings.floats(run + ".final.safetensors", name, values));
    }

    /** Compares with the limits for a run in which a code changed. */
    void compareAfterFlip(String run, JsonNode flip, Findings findings) {
      for (int step = 0; step < losses.length; step++) {
        findings.scalar(run + ".step" + step + ".loss", losses[step], flip.path("loss_dev_per_step").path(step).asDouble());
        double normLimit = flip.path("grad_norm_dev_per_step").path(step).asDouble();
        findings.scalar(run + ".step" + step + ".grad_norm", norms[step], normLimit);
      }
      double relativeL2 = 0;
      for (JsonNode seen : flip.path("worst_rel_l2_dev_of_a_tensor")) {
        relativeL2 = Math.max(relativeL2, seen.asDouble());
      }
      Limits limits = new Limits(0, relativeL2);
      weights.forEach((name, values) -> findings.floats(run + ".final.safetensors", name, values, limits));
    }

    /** The first step whose numbers are outside the manifest's limits; the number of steps when only the final weights are. */
    int firstStepOutside(String run, GoldenDirectory golden) {
      for (int step = 0; step < losses.length; step++) {
        Findings alone = new Findings(golden);
        alone.scalar(run + ".step" + step + ".loss", losses[step]);
        alone.scalar(run + ".step" + step + ".grad_norm", norms[step]);
        if (alone.worstRatio() > 1) {
          return step;
        }
      }
      return losses.length;
    }

    /** The first step in which a code differs from the other run's. */
    OptionalInt firstStepOfOtherCodes(Trajectory other) {
      int callsOfAStep = codes.size() / losses.length;
      for (int call = 0; call < codes.size(); call++) {
        if (!codes.get(call).equals(other.codes.get(call))) {
          return OptionalInt.of(call / callsOfAStep);
        }
      }
      return OptionalInt.empty();
    }

    boolean isWithinLimits(String run, GoldenDirectory golden) {
      Findings alone = new Findings(golden);
      compare(run, alone);
      return alone.worstRatio() <= 1;
    }
  }

  private static void rounded(String run, Trajectory trajectory, GoldenDirectory golden, Backend backend, Findings findings) {
    OptionalInt flip =
        trajectory.isWithinLimits(run, golden) ? OptionalInt.empty() : provenFlip(run, trajectory, golden, backend);
    if (flip.isPresent()) {
      findings.remark("run " + run + ": an integer code changed in step " + flip.getAsInt() + "; limits " + FLIP);
      trajectory.compareAfterFlip(run, golden.manifest().path("runs").path(run).path(FLIP), findings);
    } else {
      findings.remark("run " + run + ": the manifest's own limits");
      trajectory.compare(run, findings);
    }
  }

  private static OptionalInt provenFlip(String run, Trajectory trajectory, GoldenDirectory golden, Backend backend) {
    int outside = trajectory.firstStepOutside(run, golden);
    for (int seed = 1; seed <= WITNESSES; seed++) {
      Rng rng = Rng.of(seed);
      Trajectory witness = train(run, stored -> new Moved(stored, MOVED, rng), golden, backend);
      if (witness.isWithinLimits(run, golden)) {
        OptionalInt flip = trajectory.firstStepOfOtherCodes(witness);
        return flip.isPresent() && flip.getAsInt() <= outside ? flip : OptionalInt.empty();
      }
    }
    return OptionalInt.empty();
  }

  private static Trajectory train(String run, UnaryOperator<TensorSource> start, GoldenDirectory golden, Backend backend) {
    JsonNode hyper = golden.manifest().path("hyperparameters");
    CodeTrace traced = new CodeTrace(backend);
    Path directory = golden.path().resolveSibling(run.equals("bit") ? "qwen3_tiny_subln_bit" : "qwen3_tiny").resolve("hf");
    TrainableModel model = GoldenModel.load(directory, start, traced, true);
    AdamW optimizer = new AdamW(model.network().parameters(), new AdamW.Options(hyper.path("betas").path(0).asDouble(),
        hyper.path("betas").path(1).asDouble(), hyper.path("eps").asDouble(), hyper.path("weight_decay").asDouble(),
        hyper.path("max_grad_norm").asDouble()));
    Schedule schedule = schedule(golden.manifest());
    Shape shape = golden.shape(BATCHES, run + ".input_ids");
    double[] losses = new double[shape.dim(0)];
    double[] norms = new double[shape.dim(0)];
    for (int step = 0; step < losses.length; step++) {
      PaddedBatch batch = GoldenBatch.of(step(golden, run + ".input_ids", step), step(golden, run + ".labels", step),
          shape.dim(1), shape.dim(2));
      try (Tape tape = Tape.recording(traced)) {
        VocabularyLoss loss = LanguageModelLoss.nextToken(tape, model, batch, 1, false);
        losses[step] = loss.crossEntropy();
        tape.backward(loss.total());
      }
      norms[step] = optimizer.step(schedule.rate(step));
    }
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Parameter parameter : model.network().parameters().all()) {
      weights.put(parameter.name(), backend.download(parameter.value()));
    }
    return new Trajectory(losses, norms, weights, traced.hashes());
  }

  private static int[] step(GoldenDirectory golden, String tensor, int step) {
    int[] all = golden.ints(BATCHES, tensor);
    int length = all.length / golden.shape(BATCHES, tensor).dim(0);
    return Arrays.copyOfRange(all, step * length, (step + 1) * length);
  }

  /** Weights moved up or down at random by a share of themselves. */
  record Moved(TensorSource stored, double share, Rng rng) implements TensorSource {

    @Override
    public Set<String> names() {
      return stored.names();
    }

    @Override
    public Shape shape(String name) {
      return stored.shape(name);
    }

    @Override
    public Tensor floats(String name) {
      Tensor values = stored.floats(name);
      Rng ofTensor = rng.at(name);
      for (int i = 0; i < values.array().length; i++) {
        double moved = values.array()[i] * (ofTensor.below(i, 2) == 0 ? 1 + share : 1 - share);
        values.array()[i] = (float) moved;
      }
      return values;
    }
  }
}
