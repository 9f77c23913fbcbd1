package io.github.tern4j.bitdistill.stage;

import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.progress.Progress;
import io.github.tern4j.nn.optim.AdamW;
import io.github.tern4j.nn.optim.Schedule;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * What outlives a step of training: the optimizer, the schedule, the history, the checkpoints and the display. A stage asks
 * {@link #running} before each step and calls {@link #finishStep} after its backward passes.
 */
public final class TrainingSession implements AutoCloseable {

  /** Values of the steps between two points of a curve are averaged, so that a curve has about this many points. */
  private static final int CURVE_POINTS = 200;

  private final TrainableModel model;
  private final AdamW optimizer;
  private final Schedule schedule;
  private final long totalSteps;
  private final Optional<TrainingCheckpoints> checkpoints;
  private final BooleanSupplier stopRequested;
  private final Progress.Stage display;
  private final History history;
  private final Map<String, Double> sums;
  private final Map<String, Double> constants;
  private long tokens;

  /**
   * Opens a session, continuing from the newest checkpoint where there is one.
   *
   * @param title what the display calls it
   * @param checkpoints where to save and resume, if at all
   * @param stopRequested asked before each step, for Ctrl-C
   */
  public TrainingSession(String title, TrainableModel model, AdamW.Options adamW, Schedule schedule, long totalSteps,
      Optional<TrainingCheckpoints> checkpoints, BooleanSupplier stopRequested, Progress progress) {
    this.model = model;
    this.optimizer = new AdamW(model.network().parameters(), adamW);
    this.schedule = schedule;
    this.totalSteps = totalSteps;
    this.checkpoints = checkpoints;
    this.stopRequested = stopRequested;
    TrainingCheckpoints.State state = checkpoints.flatMap(saved -> saved.resume(model.network().parameters(), optimizer))
        .orElseGet(TrainingCheckpoints.State::start);
    this.history = state.history();
    this.sums = new LinkedHashMap<>(state.sums());
    this.constants = new LinkedHashMap<>(state.constants());
    this.tokens = state.tokens();
    this.display = progress.start(title, "steps", optimizer.steps(), totalSteps);
  }

  /** Steps done. */
  public long step() {
    return optimizer.steps();
  }

  /** A number that is found before the first step and stays the same, also when the training is resumed. */
  public double constant(String name, DoubleSupplier found) {
    return constants.computeIfAbsent(name, key -> found.getAsDouble());
  }

  /** Whether another step is to be done; when a stop is requested, the state is saved first. */
  public boolean running() {
    if (step() >= totalSteps) {
      return false;
    }
    if (stopRequested.getAsBoolean()) {
      save();
      throw new StoppedException(step(), totalSteps);
    }
    return true;
  }

  /**
   * Steps the optimizer with the gradients that have arrived and remembers what the step measured.
   *
   * @param values by curve name, for example {@code ce}
   * @param tokensOfStep tokens that took part
   */
  public void finishStep(Map<String, Double> values, long tokensOfStep) {
    double rate = schedule.rate(step());
    double norm = optimizer.step(rate);
    tokens += tokensOfStep;
    values.forEach((name, value) -> sums.merge(name, value, Double::sum));
    sums.merge("gradient_norm", norm, Double::sum);
    sums.merge("learning_rate", rate, Double::sum);
    long every = Math.max(1, totalSteps / CURVE_POINTS);
    if (step() % every == 0) {
      sums.forEach((name, sum) -> history.add(name, step(), sum / every));
      sums.clear();
    }
    display.at(step(), note(values));
    if (checkpoints.isPresent() && checkpoints.get().due(step()) && step() < totalSteps) {
      save();
    }
  }

  /** Adds a value that is measured now and then to the history. */
  public void observe(String curve, double value) {
    history.add(curve, step(), value);
  }

  private static String note(Map<String, Double> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((name, value) -> text.append(text.isEmpty() ? "" : ", ").append(name)
        .append(String.format(Locale.ROOT, " %.4f", value)));
    return text.toString();
  }

  private void save() {
    checkpoints.ifPresent(saved -> saved.save(model, optimizer, new TrainingCheckpoints.State(history, sums, constants, tokens)));
  }

  /** The curves so far. */
  public History history() {
    return history;
  }

  /** Tokens that have taken part so far. */
  public long tokens() {
    return tokens;
  }

  @Override
  public void close() {
    display.close();
  }
}
