package io.github.tern4j.bitdistill.inspect;

import io.github.tern4j.bitdistill.infer.ModelLayout;
import io.github.tern4j.bitdistill.infer.ModelLayout.Parameter;
import io.github.tern4j.bitdistill.infer.ModelLayout.Role;
import io.github.tern4j.bitdistill.infer.TernaryFile;
import io.github.tern4j.bitdistill.report.WeightHistogram;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.file.SafetensorsFile;
import io.github.tern4j.nn.file.StoredTensors;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.WeightQuantizerKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What is in a model directory, a {@code .ternary} file or another safetensors file; of a {@code config.json} alone, or a directory
 * that holds no weights beside it, its plan.
 *
 * @param path what was inspected
 * @param format {@code model directory}, {@code ternary}, {@code safetensors} or {@code configuration}
 * @param parameters scalars of the model; of a file without configuration, elements of its tensors
 * @param projectionParameters scalars in the projections, where they are known
 * @param bytes data of all tensors
 * @param blockWeightBytes data of the projections and their scales, where they are known
 * @param tensors all tensors
 * @param codes ternary codes of all projections together
 * @param histogram latent weights of all projections in units of their Delta, where latent weights are there
 * @param memory what training would take, where the configuration is known
 */
public record ModelInspection(String path, String format, long parameters, long projectionParameters, long bytes,
    long blockWeightBytes, List<TensorInspection> tensors, Optional<TernaryShares> codes, Optional<WeightHistogram> histogram,
    Optional<MemoryPlan> memory) {

  private static final String CONFIG = "config.json";

  /**
   * Inspects a directory or file.
   *
   * @param batch sequences of a step, for the memory plan
   * @param tokens tokens of a sequence
   * @throws io.github.tern4j.tensor.BadInputException when it is not what it should be
   */
  public static ModelInspection of(Path path, int batch, int tokens, Backend backend) {
    if (path.endsWith(CONFIG) || holdsNoWeights(path)) {
      return ofConfiguration(path, QwenConfig.fromJson(path), batch, tokens);
    }
    if (Files.isDirectory(path)) {
      QwenConfig config = QwenConfig.fromJson(path);
      try (ModelFiles files = ModelFiles.open(path)) {
        return ofLatent(path, config, files, MemoryPlan.of(config, batch, tokens), backend);
      }
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return TernaryFile.isTernary(file) ? ofTernary(path, file, batch, tokens) : ofTensors(path, file);
    }
  }

  /** Whether a directory has a configuration and nothing that could be its weights, which are missing otherwise. */
  private static boolean holdsNoWeights(Path directory) {
    return Files.isRegularFile(directory.resolve(CONFIG)) && !ModelFiles.areIn(directory);
  }

  private static ModelInspection ofConfiguration(Path path, QwenConfig config, int batch, int tokens) {
    ModelLayout layout = ModelLayout.of(config);
    return new ModelInspection(path.toString(), "configuration", layout.size(), layout.size(Role.PROJECTION), 0, 0, List.of(),
        Optional.empty(), Optional.empty(), Optional.of(MemoryPlan.of(config, batch, tokens)));
  }

  private static ModelInspection ofTensors(Path path, SafetensorsFile file) {
    List<TensorInspection> tensors = tensors(file, Map.of(), Map.of());
    long elements = file.names().stream().mapToLong(name -> file.shape(name).size()).sum();
    return new ModelInspection(path.toString(), "safetensors", elements, 0, bytes(tensors), 0, tensors, Optional.empty(),
        Optional.empty(), Optional.empty());
  }

  private static ModelInspection ofTernary(Path path, SafetensorsFile file, int batch, int tokens) {
    Map<String, TernaryShares> codes = new HashMap<>();
    Map<String, Double> scales = new HashMap<>();
    try (TernaryFile model = TernaryFile.open(path)) {
      for (Parameter projection : projections(model.layout())) {
        PackedTernary packed = model.packed(projection);
        codes.put(projection.name(), TernaryShares.of(packed.unpack()));
        scales.put(projection.name(), mean(packed.scales()));
      }
      List<TensorInspection> tensors = tensors(file, codes, scales);
      return new ModelInspection(path.toString(), "ternary", model.layout().size(), model.layout().size(Role.PROJECTION), bytes(tensors),
          model.sizes().blockWeightBytes(), tensors, sum(codes), Optional.empty(),
          Optional.of(MemoryPlan.of(model.config(), batch, tokens)));
    }
  }

  private static ModelInspection ofLatent(Path path, QwenConfig config, StoredTensors files, MemoryPlan memory, Backend backend) {
    WeightQuantizerKernel quantizer = backend.kernel(WeightQuantizerKernel.class);
    BitDistillConfig options = config.bitDistill().orElseGet(() -> BitDistillConfig.paper(SubLn.NONE));
    ModelLayout layout = ModelLayout.of(config, path.toString(), files);
    layout.check(path.toString(), files);
    Map<String, TernaryShares> codes = new HashMap<>();
    Map<String, Double> scales = new HashMap<>();
    List<WeightHistogram> histograms = new ArrayList<>();
    long blockWeightBytes = 0;
    for (Parameter projection : projections(layout)) {
      Tensor latent = files.floats(projection.name());
      Tensor delta = Tensor.zeros(TernaryFile.scaleShape(projection.shape(), options.groupSize()));
      quantizer.scales(latent, options.groupSize(), delta);
      byte[] tensorCodes = new byte[latent.shape().intSize()];
      quantizer.codes(latent, options.groupSize(), delta, options.epsilonRule(), options.weightEps(), tensorCodes);
      codes.put(projection.name(), TernaryShares.of(tensorCodes));
      double meanDelta = mean(delta.array());
      scales.put(projection.name(), meanDelta);
      if (meanDelta > 0) {
        histograms.add(WeightHistogram.of(projection.name(), "stored", latent.array(), meanDelta));
      }
      blockWeightBytes += files.bytes(projection.name()).byteSize();
    }
    List<TensorInspection> tensors = tensors(files, codes, scales);
    return new ModelInspection(path.toString(), "model directory", layout.size(), layout.size(Role.PROJECTION), bytes(tensors),
        blockWeightBytes, tensors, sum(codes), sum(histograms), Optional.of(memory));
  }

  private static List<Parameter> projections(ModelLayout layout) {
    return layout.parameters().stream().filter(parameter -> parameter.role() == Role.PROJECTION).toList();
  }

  private static List<TensorInspection> tensors(StoredTensors files, Map<String, TernaryShares> codes, Map<String, Double> scales) {
    Function<String, TensorInspection> inspect = name -> new TensorInspection(name, files.type(name).name(),
        IntStream.of(files.shape(name).dims()).boxed().toList(), files.bytes(name).byteSize(), Optional.ofNullable(codes.get(name)),
        Optional.ofNullable(scales.get(name)));
    return files.names().stream().map(inspect).toList();
  }

  private static long bytes(List<TensorInspection> tensors) {
    return tensors.stream().mapToLong(TensorInspection::bytes).sum();
  }

  private static double mean(float[] scales) {
    return IntStream.range(0, scales.length).mapToDouble(i -> scales[i]).average().orElse(0);
  }

  private static Optional<TernaryShares> sum(Map<String, TernaryShares> codes) {
    return Optional.of(codes.values().stream().reduce(TernaryShares.NONE, TernaryShares::plus));
  }

  private static Optional<WeightHistogram> sum(List<WeightHistogram> histograms) {
    if (histograms.isEmpty()) {
      return Optional.empty();
    }
    WeightHistogram first = histograms.getFirst();
    long[] counts = new long[first.counts().size()];
    for (WeightHistogram histogram : histograms) {
      Arrays.setAll(counts, bin -> counts[bin] + histogram.counts().get(bin));
    }
    return Optional.of(new WeightHistogram("all projections", "stored", first.low(), first.high(),
        Arrays.stream(counts).boxed().toList()));
  }
}
