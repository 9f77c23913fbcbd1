package io.github.tern4j.bitdistill.verify;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.CrossEntropy;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.bitdistill.loss.AttentionStates;
import io.github.tern4j.bitdistill.loss.AttentionStates.Role;
import io.github.tern4j.bitdistill.loss.AttentionStates.Stage;
import io.github.tern4j.bitdistill.loss.LogitsLoss;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.bitdistill.stage.DistillationOptions;
import io.github.tern4j.bitdistill.stage.DistillationTerms;
import io.github.tern4j.bitdistill.stage.TermFactors;
import io.github.tern4j.nn.data.PaddedBatch;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The losses of stage 3 in all their variants, and their gradients (golden README, section 5). */
final class DistillCase implements GoldenCase {

  private static final String IO = "io.safetensors";
  private static final String STATES = "states.safetensors";
  private static final Pattern STATE_GRADIENT = Pattern.compile("split(\\d+)\\.dstudent\\.q");

  @Override
  public void run(GoldenDirectory golden, Backend backend, Findings findings) {
    new Run(golden, backend, findings).all();
  }

  /** Catches the states of one layer at all three stages. */
  private record AllStages(int layer, Map<Stage, AttentionStates> stages) implements Taps {

    static AllStages of(int layer) {
      Map<Stage, AttentionStates> stages = new EnumMap<>(Stage.class);
      for (Stage stage : Stage.values()) {
        stages.put(stage, new AttentionStates(Set.of(layer), stage));
      }
      return new AllStages(layer, stages);
    }

    AttentionStates at(Stage stage) {
      return stages.get(stage);
    }

    @Override
    public boolean wants(int other) {
      return other == layer;
    }

    @Override
    public void see(int where, Place place, Variable value) {
      stages.values().forEach(states -> states.see(where, place, value));
    }
  }

  /** One run over a directory. */
  private static final class Run {

    private final GoldenDirectory golden;
    private final Backend backend;
    private final Findings findings;
    private final PaddedBatch batch;
    private final TrainableModel teacher;
    private final TrainableModel student;
    private final RelationLoss.LayerPair layers;
    private final RelationLoss defaultRelation;
    private final LogitsLoss defaultLogits;

    Run(GoldenDirectory golden, Backend backend, Findings findings) {
      JsonNode manifest = golden.manifest();
      JsonNode teacherSide = manifest.path("teacher");
      JsonNode studentSide = manifest.path("student");
      JsonNode defaults = manifest.path("defaults");
      this.golden = golden;
      this.backend = backend;
      this.findings = findings;
      this.batch = GoldenBatch.of(golden, IO);
      this.teacher = GoldenModel.load(golden.path().resolve(teacherSide.path("path").asString()).normalize(), backend, false);
      this.student = GoldenModel.load(golden.path().resolve(studentSide.path("path").asString()), backend, true);
      this.layers = new RelationLoss.LayerPair(teacherSide.path("layer").asInt(), studentSide.path("layer").asInt());
      this.defaultRelation = relation(LossName.stage(defaults.path("qkv_stage").asString()),
          LossName.mode(defaults.path("mode").asString()), defaults.path("split_heads").asInt(),
          (float) defaults.path("temperature").asDouble(), false);
      this.defaultLogits = new LogitsLoss((float) defaults.path("ld_tau").asDouble(),
          defaults.path("ld_times_tau_squared").asBoolean(), LogitsLoss.Positions.ANSWER);
    }

    void all() {
      values();
      parameterGradients("grads_ce", new TermFactors(1, 0, 0));
      parameterGradients("grads_ld", new TermFactors(0, 1, 0));
      parameterGradients("grads_ad", new TermFactors(0, 0, 1));
      parameterGradients("grads_total", new TermFactors(1, 1, 1e3));
      for (String name : golden.manifest().path("expected").path(STATES).propertyNames()) {
        Matcher matcher = STATE_GRADIENT.matcher(name);
        if (matcher.matches()) {
          stateGradients(Integer.parseInt(matcher.group(1)));
        }
      }
    }

    private RelationLoss relation(Stage stage, RelationMode mode, int splitHeads, float temperature, boolean repeated) {
      return new RelationLoss(List.of(layers), stage, mode, temperature, splitHeads, new RelationLoss.Alpha(1, 1, 1), repeated,
          false, RelationLoss.Normalization.PLAIN);
    }

    /** Logits and states of both models, and every loss of them. */
    private void values() {
      try (Tape tape = Tape.inference(backend)) {
        AllStages teacherStages = AllStages.of(layers.teacher());
        AllStages studentStages = AllStages.of(layers.student());
        Tensor teacherLogits = GoldenBatch.logits(tape, teacher.network(), batch, teacherStages).value();
        Variable studentLogits = GoldenBatch.logits(tape, student.network(), batch, studentStages);
        findings.floats(IO, "teacher_logits", backend.download(teacherLogits));
        findings.floats(IO, "student_logits", backend.download(studentLogits.value()));
        states("teacher", teacherStages);
        states("student", studentStages);
        logitsGradient(teacherLogits, studentLogits.value());
        for (String name : golden.manifest().path("scalars").propertyNames()) {
          Variable loss = switch (LossName.parse(name)) {
            case LossName.CrossEntropyLoss _ -> crossEntropy(tape, studentLogits);
            case LossName.Logits logits -> logitsLoss(tape, logits, teacherLogits, studentLogits);
            case LossName.Relation relation -> relationLoss(tape, relation, teacherStages, studentStages);
            case LossName.Total total -> total(tape, golden.manifest().path("coefficients").path(total.coefficients()),
                crossEntropy(tape, studentLogits),
                defaultLogits.loss(tape, teacherLogits, studentLogits, GoldenBatch.labelled(batch)),
                defaultRelation.loss(tape, teacherStages.at(defaultRelation.stage()),
                    studentStages.at(defaultRelation.stage()), batch.lengths()));
          };
          findings.scalar(name, tape.scalar(loss.value()));
        }
      }
    }

    private void states(String side, AllStages stages) {
      stages.stages.forEach((stage, states) -> {
        for (Role role : Role.values()) {
          if (role != Role.V || stage == Stage.PROJECTION) {
            findings.floats(STATES, side + "." + LossName.of(role) + "." + LossName.of(stage),
                GoldenTaps.headsFirst(states.get(stages.layer, role).value(), backend));
          }
        }
      });
    }

    private Variable crossEntropy(Tape tape, Variable studentLogits) {
      return CrossEntropy.crossEntropy(tape, studentLogits, batch.targets());
    }

    private Variable logitsLoss(Tape tape, LossName.Logits name, Tensor teacherLogits, Variable studentLogits) {
      boolean[] keep = GoldenBatch.labelled(batch);
      if (name.allPositions()) {
        Arrays.fill(keep, true);
      }
      LogitsLoss loss = new LogitsLoss(name.tau(), name.timesTauSquared(),
          name.allPositions() ? LogitsLoss.Positions.ALL_UNPADDED : LogitsLoss.Positions.ANSWER);
      return loss.loss(tape, teacherLogits, studentLogits, keep);
    }

    private Variable relationLoss(Tape tape, LossName.Relation name, AllStages teacherStages, AllStages studentStages) {
      RelationLoss loss = relation(name.stage(), name.mode(), name.splitHeads(), name.temperature(), name.repeated());
      AttentionStates teacherStates = teacherStages.at(name.stage());
      AttentionStates studentStates = studentStages.at(name.stage());
      return name.role().isPresent()
          ? loss.relation(tape, teacherStates, studentStates, layers, name.role().get(), batch.lengths())
          : loss.loss(tape, teacherStates, studentStates, batch.lengths());
    }

    private static Variable total(Tape tape, JsonNode coefficients, Variable crossEntropy, Variable logits, Variable relation) {
      Variable distilled = Elementwise.scale(tape, logits, (float) coefficients.path("lambda").asDouble());
      Variable related = Elementwise.scale(tape, relation, (float) coefficients.path("gamma").asDouble());
      return Elementwise.add(tape, Elementwise.add(tape, crossEntropy, distilled), related);
    }

    /** Gradient of LD with respect to the student's logits. */
    private void logitsGradient(Tensor teacherLogits, Tensor studentLogits) {
      try (Tape tape = Tape.recording(backend)) {
        Variable logits = tape.input(studentLogits);
        tape.backward(defaultLogits.loss(tape, teacherLogits, logits, GoldenBatch.labelled(batch)));
        findings.floats(IO, "ld_tau5.dstudent_logits", Gradients.of(logits, backend));
      }
    }

    /** Gradients of one term, or of their sum, with respect to all student parameters, as stage 3 computes them. */
    private void parameterGradients(String file, TermFactors factors) {
      DistillationOptions options = new DistillationOptions(1, 1, OptionalDouble.empty(), defaultLogits, defaultRelation, 0);
      student.network().parameters().clearGradients();
      try (Tape teacherTape = Tape.inference(backend);
          Tape tape = Tape.recording(backend)) {
        tape.backward(DistillationTerms.compute(tape, teacherTape, teacher, student, batch, options, factors, false).total());
      }
      Gradients.compare(student.network().parameters(), file + ".safetensors", findings);
    }

    /** Gradients of AD with respect to the student's states, both sides' states read from the file. */
    private void stateGradients(int splitHeads) {
      RelationLoss loss = relation(Stage.ROPE, defaultRelation.mode(), splitHeads, defaultRelation.temperature(), false);
      try (Tape tape = Tape.recording(backend)) {
        AttentionStates teacherStates = stored("teacher", layers.teacher(), loss.teacherTaps(), tape);
        AttentionStates studentStates = stored("student", layers.student(), loss.studentTaps(), tape);
        tape.backward(loss.loss(tape, teacherStates, studentStates, batch.lengths()));
        for (Role role : Role.values()) {
          Variable states = studentStates.get(layers.student(), role);
          float[] gradient = Gradients.of(states, backend);
          findings.floats(STATES, "split" + splitHeads + ".dstudent." + LossName.of(role),
              GoldenTaps.swapped(states.dim(0), states.dim(1), states.dim(2), states.dim(3), gradient));
        }
      }
    }

    private AttentionStates stored(String side, int layer, AttentionStates states, Tape tape) {
      states.see(layer, Taps.Place.Q_ROPE, stored(side + ".q.rope", tape));
      states.see(layer, Taps.Place.K_ROPE, stored(side + ".k.rope", tape));
      states.see(layer, Taps.Place.V_PROJECTION, stored(side + ".v.proj", tape));
      return states;
    }

    private Variable stored(String name, Tape tape) {
      Tensor host = golden.floats(STATES, name);
      float[] tokensFirst = GoldenTaps.swapped(host.dim(0), host.dim(1), host.dim(2), host.dim(3), host.toFloats());
      return tape.input(backend.upload(Tensor.of(tokensFirst, host.dim(0), host.dim(2), host.dim(1), host.dim(3))));
    }
  }
}
