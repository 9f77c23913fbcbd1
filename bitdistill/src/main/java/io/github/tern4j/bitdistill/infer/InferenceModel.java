package io.github.tern4j.bitdistill.infer;

import io.github.tern4j.nn.TensorSource;
import io.github.tern4j.nn.file.ModelFiles;
import io.github.tern4j.nn.qwen3.BitDistillConfig;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.nn.qwen3.SubLn;
import io.github.tern4j.tensor.Backend;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.CpuBackend;
import io.github.tern4j.tensor.DType;
import io.github.tern4j.tensor.Rng;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.EmbeddingKernel;
import io.github.tern4j.tensor.kernel.TokenKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A Qwen3 for inference: full precision (F32, BF16, F16) or a packed ternary student, every SubLN placement, with or without QK-norm,
 * attention bias and tied embedding.
 *
 * <p>Logits equal those of the training forward pass within float error; int8 codes and products with ternary weights are the
 * same integers, so that codes differ only where float error moves a value over a rounding border. Logits do not depend on how
 * texts are grouped into batches or cut into passes. For one thread, like its backend.
 */
public final class InferenceModel implements AutoCloseable {

  /** Tokens of one pass over several texts: enough to keep the processor busy, few enough that working memory stays small. */
  private static final int TOKENS_AT_ONCE = 2048;

  /** Logits computed at a time, 16 MiB. */
  private static final int LOGITS_AT_ONCE = 1 << 22;

  private final QwenConfig config;
  private final WeightSource source;
  private final Backend backend;
  private final ActivationCoder coder;
  private final EmbeddingKernel embeddingKernel;
  private final CrossEntropyKernel crossEntropy;
  private final TableWeight embedding;
  private final Layer[] layers;
  private final Norm finalNorm;
  private final TableWeight head;
  private final long projectionBytes;
  private final Buffers buffers = new Buffers();
  private final Workspace single;
  private final Optional<QuickStart> quickStart;
  private Workspace several;

  private InferenceModel(QwenConfig config, WeightSource source, Backend backend) {
    this(config, source, backend, Optional.empty());
  }

  private InferenceModel(QwenConfig config, WeightSource source, Backend backend, Optional<QuickStart> quickStart) {
    if (!(backend instanceof CpuBackend)) {
      throw new BadInputException("inference: backend " + backend.name() + " is not supported; expected reference or vector");
    }
    BitDistillConfig quantizer = config.bitDistill().orElseGet(() -> BitDistillConfig.paper(SubLn.NONE));
    this.config = config;
    this.source = source;
    this.backend = backend;
    this.coder = new ActivationCoder(backend.kernel(ActivationQuantizerKernel.class), backend.kernel(TokenKernel.class),
        quantizer.epsilonRule(), quantizer.activationEps());
    this.embeddingKernel = backend.kernel(EmbeddingKernel.class);
    this.crossEntropy = backend.kernel(CrossEntropyKernel.class);
    this.embedding = source.table(ModelLayout.EMBEDDING);
    LayerLoader loader = new LayerLoader(config, source, backend);
    this.layers = loader.layers().toArray(Layer[]::new);
    this.finalNorm = loader.norm("model.norm");
    this.head = config.tieWordEmbeddings() ? embedding : source.table(ModelLayout.HEAD);
    this.projectionBytes = loader.projectionBytes();
    this.single = new Workspace(config, coder, new Buffers(), 1, 1);
    this.quickStart = quickStart;
    this.several = single;
  }

  /** The same file by other kernels, which share its memory; to be closed by whoever closes the file. */
  static InferenceModel of(TernaryFile file, Backend backend) {
    return new InferenceModel(file.config(), file.weights(Optional.empty(), backend), backend);
  }

  /**
   * Loads a model from a Hugging Face directory. Files of the model stay mapped until {@link #close}.
   *
   * @throws BadInputException when files are missing, are not what they should be, or the format is for another kind of model
   */
  public static InferenceModel load(Path directory, Backend backend, WeightFormat format) {
    QwenConfig config = QwenConfig.fromJson(directory);
    ModelFiles files = ModelFiles.open(directory);
    try {
      return new InferenceModel(config, new LatentWeights(config, directory.toString(), files, format, backend), backend);
    } catch (Throwable thrown) {
      files.close();
      throw thrown;
    }
  }

  /**
   * Loads a Hugging Face directory in the smallest format that keeps its values, or a {@code .ternary} file.
   *
   * @throws BadInputException when files are missing or are not what they should be
   */
  public static InferenceModel load(Path path, Backend backend) {
    return load(path, backend, Optional.empty());
  }

  /**
   * The same with another format of embedding and head.
   *
   * @param tables their format, if not the stored one
   * @throws BadInputException when files are missing or are not what they should be, or have values that the format cannot hold
   */
  public static InferenceModel load(Path path, Backend backend, Optional<TableFormat> tables) {
    if (Files.isDirectory(path)) {
      WeightFormat stored = formatOf(path);
      return load(path, backend, tables.map(stored::withTables).orElse(stored));
    }
    return load(TernaryFile.open(path), backend, tables, false);
  }

  private static InferenceModel load(TernaryFile file, Backend backend, Optional<TableFormat> tables, boolean quickly) {
    try {
      Optional<QuickStart> start = quickly ? QuickStart.of(file, backend, tables) : Optional.empty();
      return new InferenceModel(file.config(), file.weights(tables, backend), backend, start);
    } catch (Throwable thrown) {
      file.close();
      throw thrown;
    }
  }

  /**
   * A model for a program that has just begun: the first tokens come from {@link QuickStart}, with the same bits.
   *
   * @param file closed with the model, or when this fails; its projections may be checked later, before the first token is read
   * @param tables format of embedding and head, if not the stored one
   * @throws BadInputException when the file has values that the format cannot hold
   */
  public static InferenceModel loadQuickly(TernaryFile file, Backend backend, Optional<TableFormat> tables) {
    return load(file, backend, tables, true);
  }

  private static WeightFormat formatOf(Path directory) {
    QwenConfig config = QwenConfig.fromJson(directory);
    boolean student = config.bitDistill().filter(BitDistillConfig::bitLinear).isPresent();
    try (ModelFiles files = ModelFiles.open(directory)) {
      DType stored = files.names().contains(ModelLayout.EMBEDDING)
          ? files.type(ModelLayout.EMBEDDING).dtype().filter(type -> type == DType.BF16 || type == DType.F16).orElse(DType.F32)
          : DType.F32;
      return new WeightFormat(student ? DType.TERNARY : stored, TableFormat.of(stored));
    }
  }

  /** A model over tensors in memory, for example the parameters of a training. Its weights are copies. */
  public static InferenceModel of(QwenConfig config, TensorSource tensors, Backend backend, WeightFormat format) {
    return new InferenceModel(config, new LatentWeights(config, "model in memory", tensors, format, backend), backend);
  }

  /**
   * A model whose weights are random numbers, for measurements of speed.
   *
   * @param config sizes; with ternary projections for that format, and without for the others
   */
  public static InferenceModel random(QwenConfig config, WeightFormat format, Backend backend, Rng rng) {
    return new InferenceModel(config, new RandomWeights(config, format, backend, rng), backend);
  }

  /** Sizes and switches. */
  public QwenConfig config() {
    return config;
  }

  /** Bytes of the projections of all layers, scales included: what the paper counts. */
  public long blockWeightBytes() {
    return projectionBytes;
  }

  /** Bytes of the weights that the likeliest token behind one token takes, but for a few rows of a head in planes. */
  public long bytesPerLikeliest() {
    return projectionBytes + head.likeliestBytes();
  }

  /** Bytes of projections and head: what decoding one token reads of the weights. */
  public long bytesPerToken() {
    return projectionBytes + head.byteSize();
  }

  /** A text to be read and continued token by token, which is remembered as a whole. */
  public DecodeSession session() {
    return session(KeyValueOptions.EXACT);
  }

  /** A text to be read and continued token by token. */
  public DecodeSession session(KeyValueOptions options) {
    return new DecodeSession(this, new KvCache(config, options, backend, buffers), quickStart);
  }

  /**
   * Logits of some tokens behind a text; the usual case of classification, where a label is a token.
   *
   * @param ids the text, at least one token
   * @param wantedTokens whose logits
   * @return one logit for each wanted token
   */
  public float[] logits(int[] ids, int[] wantedTokens) {
    return logits(new int[][] {ids}, wantedTokens)[0];
  }

  /**
   * The same for many texts, which are read in batches of similar length.
   *
   * @return {@code [texts][wantedTokens]}
   * @throws BadInputException for empty texts, texts longer than the context, and ids outside the vocabulary
   */
  public float[][] logits(int[][] texts, int[] wantedTokens) {
    checkIds(wantedTokens, "wanted tokens");
    TableWeight wantedHead = head.rows(wantedTokens);
    float[][] logits = new float[texts.length][];
    for (int[] group : groups(texts)) {
      Workspace w = read(texts, group);
      int[] lastRows = IntStream.range(0, group.length).map(i -> i * w.tokens + texts[group[i]].length - 1).toArray();
      Tensor out = buffers.floats("logits", group.length, wantedTokens.length);
      headLogits(w, lastRows, wantedHead, out);
      for (int i = 0; i < group.length; i++) {
        logits[group[i]] = out.slice(0, i, i + 1).toFloats();
      }
    }
    return logits;
  }

  /**
   * How surprising each token is behind those before it: {@code -ln p(ids[t + 1] | ids[0..t])}.
   *
   * @return for each text one number less than it has tokens; their mean is the loss, its exponential the perplexity
   * @throws BadInputException as {@link #logits(int[][], int[])}
   */
  public float[][] tokenLosses(int[][] texts) {
    float[][] losses = new float[texts.length][];
    for (int[] group : groups(texts)) {
      Workspace w = read(texts, group);
      for (int i = 0; i < group.length; i++) {
        losses[group[i]] = tokenLosses(w, i * w.tokens, texts[group[i]]);
      }
    }
    return losses;
  }

  private float[] tokenLosses(Workspace w, int firstRow, int[] ids) {
    float[] losses = new float[ids.length - 1];
    int atOnce = Math.max(1, LOGITS_AT_ONCE / config.vocabSize());
    for (int from = 0; from < losses.length; from += atOnce) {
      int to = Math.min(losses.length, from + atOnce);
      Tensor logits = buffers.floats("logits", to - from, config.vocabSize());
      headLogits(w, IntStream.range(firstRow + from, firstRow + to).toArray(), head, logits);
      Tensor rowLosses = buffers.floats("losses", to - from);
      Tensor logSumExp = buffers.floats("lossesLogSumExp", to - from);
      crossEntropy.crossEntropy(logits, Arrays.copyOfRange(ids, from + 1, to + 1), rowLosses, logSumExp);
      System.arraycopy(rowLosses.array(), 0, losses, from, to - from);
    }
    return losses;
  }

  /** Numbers of the texts, shortest first, in groups that are read together. */
  private List<int[]> groups(int[][] texts) {
    for (int[] ids : texts) {
      checkText(ids);
    }
    int[] byLength = IntStream.range(0, texts.length).boxed().sorted(Comparator.comparingInt(i -> texts[i].length))
        .mapToInt(Integer::intValue).toArray();
    List<int[]> groups = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= byLength.length; to++) {
      if (to == byLength.length || (long) (to + 1 - from) * texts[byLength[to]].length > TOKENS_AT_ONCE) {
        groups.add(Arrays.copyOfRange(byLength, from, to));
        from = to;
      }
    }
    return groups;
  }

  /** Reads a group of texts without remembering them; the workspace holds their last hidden states, padded at the end. */
  private Workspace read(int[][] texts, int[] group) {
    int tokens = texts[group[group.length - 1]].length;
    int[] ids = new int[group.length * tokens];
    for (int i = 0; i < group.length; i++) {
      System.arraycopy(texts[group[i]], 0, ids, i * tokens, texts[group[i]].length);
    }
    Workspace w = workspace(group.length, tokens);
    run(w, ids, new BatchKeyValues(config, backend.kernel(AttentionKernel.class), buffers, group.length, tokens));
    return w;
  }

  /** The workspace for passes of this shape. */
  Workspace workspace(int batch, int tokens) {
    if (batch == 1 && tokens == 1) {
      return single;
    }
    if (!several.isFor(batch, tokens)) {
      several = new Workspace(config, coder, buffers, batch, tokens);
    }
    return several;
  }

  /** Moves tokens through all layers; the residual stream of {@code w} holds the result. */
  void run(Workspace w, int[] ids, KeyValues memory) {
    embedding.gather(ids, w.residual);
    for (Layer layer : layers) {
      layer.apply(w, memory);
    }
  }

  /** Logits {@code [1, vocabulary]} of the last token of a pass over one text. */
  void lastLogits(Workspace w, Tensor out) {
    normLast(w);
    head.multiply(w.lastHidden, out);
  }

  /** Whether {@link #likeliest} reads less than {@link #lastLogits}. */
  boolean findsLikeliest() {
    return head.findsLikeliest();
  }

  /** The likeliest token behind the last one of a pass over one text. */
  int likeliest(Workspace w) {
    normLast(w);
    return head.likeliest(w.lastHidden);
  }

  private void normLast(Workspace w) {
    Tensor last = w.tokens == 1 ? w.residual : w.residual.slice(0, w.tokens - 1, w.tokens);
    finalNorm.apply(last, w.lastHidden);
  }

  private void headLogits(Workspace w, int[] rows, TableWeight someHead, Tensor out) {
    Activation picked = new Activation(coder, buffers, "picked", rows.length, config.hiddenSize());
    embeddingKernel.gather(w.residual, rows, picked.overwrite());
    finalNorm.apply(picked.values(), picked);
    someHead.multiply(picked, out);
  }

  private void checkText(int[] ids) {
    if (ids.length < 1 || ids.length > config.maxPositionEmbeddings()) {
      throw new BadInputException("inference: text of " + ids.length + " tokens; expected 1 to " + config.maxPositionEmbeddings()
          + ", the model's context");
    }
    checkIds(ids, "text");
  }

  /** Refuses ids outside the vocabulary. */
  void checkIds(int[] ids, String what) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
        throw new BadInputException("inference: token id " + ids[i] + " at position " + i + " of the " + what + "; expected 0 to "
            + (config.vocabSize() - 1));
      }
    }
  }

  /** Gives back mapped files; no weight may be read afterwards. */
  @Override
  public void close() {
    quickStart.ifPresent(QuickStart::end);
    source.close();
  }
}
