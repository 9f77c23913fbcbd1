package io.github.tern4j.bitdistill.study;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.bitdistill.infer.DecodeSpeed;
import io.github.tern4j.bitdistill.infer.FileSizes;
import io.github.tern4j.bitdistill.infer.InferenceModel;
import io.github.tern4j.bitdistill.infer.StudentExport;
import io.github.tern4j.bitdistill.infer.TableFormat;
import io.github.tern4j.bitdistill.infer.WeightFormat;
import io.github.tern4j.bitdistill.model.ModelFolder;
import io.github.tern4j.bitdistill.model.TrainableModel;
import io.github.tern4j.nn.data.EncodedExample;
import io.github.tern4j.nn.file.Checkpoint;
import io.github.tern4j.nn.file.CheckpointContents;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.file.SafetensorsType;
import io.github.tern4j.nn.qwen3.Taps;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Sizes and speeds of the models as they are deployed: teacher in BF16, students packed. All three are timed in turns.
 *
 * @param teacher FP16-SFT in BF16
 * @param baseline BitNet-SFT, packed ternary, embedding in BF16
 * @param student BitDistill, packed ternary, embedding in BF16
 * @param logits how far the packed student's logits (embedding in F32) are from the training forward pass
 * @param changedPredictions rows on which the packed file, with its BF16 embedding, decides otherwise than the training forward
 *     pass
 */
record PackedComparison(Size teacher, Size baseline, Size student, Deviation logits, int changedPredictions) {

  private static final double SECONDS = 15;
  private static final int COMPARED_TEXTS = 32;

  /**
   * What a deployed model costs.
   *
   * @param blockWeightBytes projections of all layers with their scales
   * @param fileBytes the whole file
   * @param tokensPerSecond decoding speed
   */
  record Size(long blockWeightBytes, long fileBytes, double tokensPerSecond) {}

  /**
   * Relative L2 distance of logits over some texts. It is float error, except in texts where that error moves an activation to the
   * other side of a rounding border and one int8 code changes.
   *
   * @param all over the logits of all texts together
   * @param median of the texts' own distances
   */
  record Deviation(double all, double median) {}

  /** Packs and times the models of a study that has ended. */
  static PackedComparison measure(StudyFolder folder, Backend backend, EncodedTask task, int[] predictions, LongSupplier nanos)
      throws IOException {
    FileSizes baselineSizes = export(folder, "bitnet-sft", backend);
    FileSizes studentSizes = export(folder, "student", backend);
    Path bf16 = teacherInBf16(folder);
    try (InferenceModel teacher = InferenceModel.load(bf16, backend, WeightFormat.BF16);
        InferenceModel baseline = InferenceModel.load(folder.packed("bitnet-sft"), backend);
        InferenceModel student = InferenceModel.load(folder.packed("student"), backend)) {
      List<DecodeSpeed.Speed> speeds = new DecodeSpeed(nanos).measure(List.of(teacher, baseline, student), SECONDS);
      long teacherFile = Files.size(bf16.resolve(ModelFiles.SINGLE));
      return new PackedComparison(
          new Size(teacher.blockWeightBytes(), teacherFile, speeds.get(0).decodeTokensPerSecond()),
          new Size(baselineSizes.blockWeightBytes(), baselineSizes.fileBytes(), speeds.get(1).decodeTokensPerSecond()),
          new Size(studentSizes.blockWeightBytes(), studentSizes.fileBytes(), speeds.get(2).decodeTokensPerSecond()),
          deviation(folder, backend, task), changed(student, task, predictions));
    }
  }

  /** What a reader must know to judge the numbers. */
  List<String> notes() {
    return List.of(
        String.format(Locale.ROOT, "The packed student's logits deviate from the training forward pass by %.1e (relative L2 over %d "
            + "texts; median text %.1e).", logits.all, COMPARED_TEXTS, logits.median),
        "In its file the embedding is rounded to BF16; that changes " + changedPredictions + " of the student's predictions.",
        "Speeds are medians of decoding 32 tokens behind a prompt, the models measured in turns in one process.");
  }

  private static FileSizes export(StudyFolder folder, String stage, Backend backend) {
    return StudentExport.write(folder.model(stage), folder.packed(stage), TableFormat.BF16, backend);
  }

  private static Path teacherInBf16(StudyFolder folder) {
    Path target = folder.root().resolve("teacher-bf16");
    try (Checkpoint checkpoint = Checkpoint.open(folder.model("teacher"))) {
      Map<String, Tensor> weights = new LinkedHashMap<>();
      checkpoint.model().names().forEach(name -> weights.put(name, checkpoint.model().floats(name)));
      Checkpoint.save(target, CheckpointContents.of(checkpoint.config().node(), weights).withWeightType(SafetensorsType.BF16)
          .withFiles(List.of(folder.tokenizer())));
    }
    return target;
  }

  private static int changed(InferenceModel student, EncodedTask task, int[] predictions) {
    int[][] prompts = task.evaluation().stream().map(EncodedExample::prompt).toArray(int[][]::new);
    int[] packed = Classifier.predict(student, prompts, task.labelTokens());
    return (int) IntStream.range(0, predictions.length).filter(row -> packed[row] != predictions[row]).count();
  }

  private static Deviation deviation(StudyFolder folder, Backend backend, EncodedTask task) {
    TrainableModel trained = ModelFolder.load(folder.model("student"), backend, false);
    int[] everyToken = IntStream.range(0, trained.config().vocabSize()).toArray();
    double difference = 0;
    double magnitude = 0;
    List<Double> texts = new ArrayList<>();
    try (InferenceModel packed = InferenceModel.load(folder.model("student"), backend, WeightFormat.TERNARY)) {
      for (EncodedExample example : task.evaluation().subList(0, Math.min(COMPARED_TEXTS, task.evaluation().size()))) {
        int tokens = example.prompt().length;
        float[] got = packed.logits(example.prompt(), everyToken);
        try (Tape tape = Tape.inference(backend)) {
          Variable hidden = trained.network().hidden(tape, example.prompt(), 1, tokens, Taps.NONE, false);
          float[] expected = backend.download(trained.network().logits(tape, hidden.slice(0, tokens - 1, tokens)).value());
          double differenceOfText = 0;
          double magnitudeOfText = 0;
          for (int i = 0; i < expected.length; i++) {
            differenceOfText += Math.pow(got[i] - expected[i], 2);
            magnitudeOfText += Math.pow(expected[i], 2);
          }
          difference += differenceOfText;
          magnitude += magnitudeOfText;
          texts.add(Math.sqrt(differenceOfText / magnitudeOfText));
        }
      }
    }
    Collections.sort(texts);
    return new Deviation(Math.sqrt(difference / magnitude), texts.get(texts.size() / 2));
  }
}
