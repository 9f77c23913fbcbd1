package io.github.tern4j.bitdistill.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.op.VocabularyLoss;
import io.github.tern4j.bitdistill.loss.AttentionStates;
import io.github.tern4j.bitdistill.loss.RelationLoss;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.ParameterSource;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backends;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.kernel.EpsilonRule;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryPlanTest {

  private static final int BATCH = 3;
  private static final int TOKENS = 5;

  @ParameterizedTest(name = "SubLN {0}, ternary {1}, groups of {2}, bias {3}, QK-norm {4}")
  @CsvSource({"NONE, false, 0, false, true", "PAPER, true, 0, false, true", "ALL, true, 16, true, false", "PAPER, false, 0, true, true"})
  void activationsAreWhatTheForwardPassTakesFromThePool(SubLn subLn, boolean ternary, int groupSize, boolean bias, boolean qkNorm) {
    BitDistillConfig student = new BitDistillConfig(subLn, ternary, 1e-5f, 1e-5f, EpsilonRule.ADDED, groupSize);
    QwenConfig config = new QwenConfig(31, 40, 52, 3, 4, 2, 12, 1e-6f, 1e4, 96, true, bias, qkNorm, 0.02, OptionalInt.empty(),
        OptionalInt.empty(), Optional.of(student));
    MemoryPlan plan = MemoryPlan.of(config, BATCH, TOKENS);
    assertThat(forwardBytes(config, false)).isEqualTo(plan.plain().activations());
    // Until the backward pass computes a layer again, its memory is free and serves the last norm and the last layer's result.
    long ends = 4 * BATCH * TOKENS * (2 * config.hiddenSize() + 1);
    assertThat(forwardBytes(config, true))
        .isEqualTo(plan.recomputed().activations() - ends);
  }

  @ParameterizedTest(name = "SubLN {0}, ternary {1}")
  @CsvSource({"NONE, false", "PAPER, true"})
  void aTeacherLeavesOneResultOfEachLayerAndAllOfTheDistilledOne(SubLn subLn, boolean ternary) {
    BitDistillConfig options = new BitDistillConfig(subLn, ternary, 1e-5f, 1e-5f, EpsilonRule.ADDED, 0);
    QwenConfig full = QwenConfig.of(31, 40, 52, 3, 4, 2, 12, true, 0.02);
    QwenConfig student = full.withBitDistill(options);
    MemoryPlan plan = MemoryPlan.of(student, BATCH, TOKENS);
    int last = full.numHiddenLayers() - 1;
    AttentionStates taps = RelationLoss.paper(new RelationLoss.LayerPair(last, last), 2).teacherTaps();
    try (CpuBackend backend = (CpuBackend) Backends.open("reference", 1)) {
      TrainableModel teacher = TrainableModel.build(full, ParameterSource.fresh(backend, Rng.of(1)), backend);
      try (Tape tape = Tape.inference(backend)) {
        teacher.network().hidden(tape, new int[BATCH * TOKENS], BATCH, TOKENS, taps, true);
        assertThat(backend.pool().allocatedBytes()).isEqualTo(plan.teacher().plainActivations());
      }
      assertThat(plan.teacher().f32Weights()).isEqualTo(4 * teacher.network().parameters().size());
    }
    // Of three layers, two keep more in the plain step than their inputs.
    long inputs = 4L * BATCH * TOKENS * full.hiddenSize() * full.numHiddenLayers();
    long layer = (plan.plain().activations() - plan.recomputed().activations() + inputs) / last;
    assertThat(plan.teacher().recomputedActivations() - plan.teacher().plainActivations()).isEqualTo(layer);
  }

  @Test
  void aTeacherInBf16TakesHalfForItsMatrices() {
    QwenConfig qwen = QwenConfig.of(151_936, 1024, 3072, 28, 16, 8, 128, true, 0.02);
    MemoryPlan plan = MemoryPlan.of(qwen, 1, 128);
    // Two norms of the hidden size and two of the head's width a layer, and the last norm.
    long norms = 28 * (2 * 1024 + 2 * 128) + 1024;
    assertThat(plan.teacher().bf16Weights()).isEqualTo(2 * (plan.parameters() - norms) + 4 * norms);
    assertThat(plan.plainDistillationPeak(plan.teacher().f32Weights()) - plan.plainDistillationPeak(plan.teacher().bf16Weights()))
        .isEqualTo(plan.teacher().f32Weights() - plan.teacher().bf16Weights());
    assertThat(plan.recomputedDistillationPeak(0)).isEqualTo(
        plan.peak(plan.recomputed()) + plan.teacher().recomputedActivations() + plan.teacher().logits());
  }

  private static long forwardBytes(QwenConfig config, boolean checkpointed) {
    try (CpuBackend backend = (CpuBackend) Backends.open("reference", 1)) {
      TrainableModel model = TrainableModel.build(config, ParameterSource.fresh(backend, Rng.of(1)), backend);
      try (Tape tape = Tape.recording(backend)) {
        model.network().hidden(tape, new int[BATCH * TOKENS], BATCH, TOKENS, Taps.NONE, checkpointed);
        return backend.pool().allocatedBytes();
      }
    }
  }

  @Test
  void logitsStopGrowingWithTheChunkOfTokens() {
    QwenConfig config = QwenConfig.of(1000, 16, 24, 2, 4, 2, 6, true, 0.02);
    int chunkRows = VocabularyLoss.chunkRows(config.vocabSize());
    assertThat(MemoryPlan.of(config, 1, 100).logits()).isEqualTo(4 * 100 * 1000);
    assertThat(MemoryPlan.of(config, 2, chunkRows).logits()).isEqualTo(4L * chunkRows * 1000);
  }

  @Test
  void thePeakIsTheSumOfAllRows() {
    MemoryPlan plan = MemoryPlan.of(QwenConfig.of(1000, 16, 24, 2, 4, 2, 6, true, 0.02), 1, 100);
    assertThat(plan.peak(plan.plain())).isEqualTo(16 * plan.parameters() + plan.plain().activations()
        + plan.plain().backward() + plan.logits() + plan.kernels() + plan.java());
    assertThat(plan.peak(plan.recomputed())).isLessThan(plan.peak(plan.plain()));
  }

  @Test
  void qwen06BNeedsTheTenGigabytesOfTheDesign() {
    QwenConfig qwen = QwenConfig.of(151_936, 1024, 3072, 28, 16, 8, 128, true, 0.02);
    MemoryPlan plan = MemoryPlan.of(qwen, 1, 512);
    assertThat(plan.parameters()).isEqualTo(596_049_920L);
    assertThat(plan.weights() + plan.gradients() + plan.moments()).isEqualTo(16 * 596_049_920L);
  }
}
