package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.nn.file.AtomicFile;
import io.github.tern4j.nn.file.JsonTree;
import io.github.tern4j.tensor.BadInputException;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and writes Hugging Face's {@code tokenizer.json} for byte-level BPE.
 *
 * <p>What changes token ids and is not implemented is refused with one line that names it: other models, other normalisers, word
 * pieces and byte fallback, dropout, post-processors that add tokens, truncation and padding. Written files are in the form of
 * Qwen3's and can be read by Hugging Face's {@code tokenizers}; merges are written as {@code "a b"}, which all its versions read.
 */
public final class TokenizerFile {
  /** Ids above this are not credible; without a bound an id of two thousand million would allocate a table of that size. */
  static final int LARGEST_ID = 1 << 22;

  private TokenizerFile() {}

  /**
   * Reads a tokenizer.
   *
   * @throws BadInputException if the file is missing, is not such JSON, contradicts itself, or asks for what is not supported
   */
  public static Tokenizer read(Path file) {
    try {
      return parse(file.toString(), Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file; expected a Hugging Face tokenizer.json", e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /**
   * Reads the content of a {@code tokenizer.json} that is part of another file.
   *
   * @param where what to call it in messages
   * @throws BadInputException if it is not such JSON, contradicts itself, or asks for what is not supported
   */
  public static Tokenizer parse(String where, byte[] json) {
    return parse(where, () -> new Tokenizer(definition(json)));
  }

  /** What a supplier makes of parsed JSON; failures are told as those of {@code where}. */
  static Tokenizer parse(String where, Supplier<Tokenizer> reading) {
    try {
      return reading.get();
    } catch (JacksonException e) {
      throw new BadInputException("%s: not valid JSON at line %d, column %d: %s".formatted(
          where, e.getLocation().getLineNr(), e.getLocation().getColumnNr(), e.getOriginalMessage().replace('\n', ' ')), e);
    } catch (BadInputException e) {
      throw new BadInputException(where + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes a tokenizer {@linkplain AtomicFile at once}.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void write(Tokenizer tokenizer, Path file) {
    AtomicFile.write(file, bytes(tokenizer));
  }

  static long fingerprint(Tokenizer tokenizer) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes(tokenizer))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  // Reading

  /** What the content of a file says. */
  static TokenizerDefinition definition(byte[] json) {
    JsonNode root = JsonTree.read(json);
    if (!root.isObject()) {
      throw new BadInputException("is not a JSON object; expected a Hugging Face tokenizer.json");
    }
    refuse(present(root, "truncation"), "truncation is set; expected null, cut the text or ids yourself");
    refuse(present(root, "padding"), "padding is set; expected null, batches are padded elsewhere");
    checkDecoder(root.path("decoder"));
    checkPostProcessor(root.path("post_processor"));
    JsonNode model = root.path("model");
    checkModel(model);
    Vocabulary vocabulary = vocabulary(model.path("vocab"));
    JsonNode merges = model.path("merges");
    refuse(!merges.isArray(), "model.merges is not an array; expected a list of pairs");
    long[] pairs = new long[merges.size()];
    int[] mergedIds = new int[merges.size()];
    for (int rank = 0; rank < pairs.length; rank++) {
      String[] pair = pair(merges.get(rank), rank);
      pairs[rank] = Merges.pack(mergeToken(vocabulary, pair[0], rank), mergeToken(vocabulary, pair[1], rank));
      mergedIds[rank] = mergeToken(vocabulary, pair[0] + pair[1], rank);
    }
    return new TokenizerDefinition(vocabulary, new HashedMerges(pairs, mergedIds), addedTokens(root.path("added_tokens")),
        normalizers(root.path("normalizer")), splitPatterns(root.path("pre_tokenizer")), flag(model, "ignore_merges"));
  }

  private static void checkModel(JsonNode model) {
    // Files before tokenizers 0.9 have no type; BPE is the only model with merges.
    String type = model.path("type").asString(model.has("merges") ? "BPE" : "missing");
    refuse(!type.equals("BPE"), "model.type is " + type + "; expected BPE");
    JsonNode dropout = model.path("dropout");
    refuse(dropout.isNumber() && dropout.asDouble() != 0, "model.dropout is ", dropout, "; expected null");
    for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      refuse(!model.path(affix).asString("").isEmpty(), "model." + affix + " is set; expected null, as byte-level BPE has none");
    }
    refuse(flag(model, "byte_fallback"), "model.byte_fallback is on; expected byte-level BPE, which needs none");
  }

  private static Vocabulary vocabulary(JsonNode vocab) {
    refuse(!vocab.isObject(), "model.vocab is not an object; expected token: id");
    var vocabulary = new Object2IntOpenHashMap<String>(vocab.size());
    for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
      vocabulary.put(entry.getKey(), id(entry.getValue(), "model.vocab: token " + entry.getKey()));
    }
    return new HashedVocabulary(vocabulary);
  }

  private static int id(JsonNode id, String where) {
    if (!id.canConvertToInt() || id.asInt() < 0 || id.asInt() > LARGEST_ID) {
      throw new BadInputException(
          where + " has the id " + (id.isMissingNode() ? "(none)" : id) + "; expected a whole number from 0 to " + LARGEST_ID);
    }
    return id.asInt();
  }

  private static String[] pair(JsonNode merge, int rank) {
    String[] pair;
    if (merge.isArray() && merge.size() == 2 && merge.get(0).isString() && merge.get(1).isString()) {
      pair = new String[] {merge.get(0).asString(), merge.get(1).asString()};
    } else {
      pair = merge.isString() ? merge.asString().split(" ", -1) : new String[0];
    }
    if (pair.length != 2) {
      throw new BadInputException("model.merges[" + rank + "] is " + merge + "; expected \"a b\" or [\"a\", \"b\"]");
    }
    return pair;
  }

  private static int mergeToken(Vocabulary vocabulary, String token, int rank) {
    int id = vocabulary.id(token);
    if (id < 0) {
      throw new BadInputException("model.merges[" + rank + "] needs the token " + token + ", which is not in model.vocab");
    }
    return id;
  }

  private static List<AddedToken> addedTokens(JsonNode nodes) {
    refuse(present(nodes) && !nodes.isArray(), "added_tokens is not an array");
    var tokens = new ArrayList<AddedToken>();
    for (JsonNode node : nodes) {
      String content = node.path("content").asString("");
      refuse(content.isEmpty(), "added_tokens[" + tokens.size() + "] has no content; expected the text to match");
      tokens.add(new AddedToken(id(node.path("id"), "added token " + content), content, flag(node, "special"),
          flag(node, "lstrip"), flag(node, "rstrip"), flag(node, "single_word"), flag(node, "normalized")));
    }
    return tokens;
  }

  private static List<TextNormalizer> normalizers(JsonNode node) {
    var normalizers = new ArrayList<TextNormalizer>();
    for (JsonNode step : steps(node, "normalizers")) {
      String type = type(step);
      normalizers.add(switch (type) {
        case "NFC" -> TextNormalizer.NFC;
        case "Lowercase" -> TextNormalizer.LOWERCASE;
        default -> throw new BadInputException("normalizer " + type + " is not supported; expected NFC or Lowercase");
      });
    }
    return normalizers;
  }

  private static List<SplitPattern> splitPatterns(JsonNode node) {
    var patterns = new ArrayList<SplitPattern>();
    boolean bytes = false;
    for (JsonNode step : steps(node, "pretokenizers")) {
      String type = type(step);
      refuse(bytes, "pre_tokenizer has " + type + " after ByteLevel; expected ByteLevel last");
      switch (type) {
        case "Split" -> patterns.add(split(step));
        case "ByteLevel" -> {
          refuse(flag(step, "add_prefix_space", true), "pre_tokenizer ByteLevel adds a space before the text; expected"
              + " add_prefix_space false");
          if (flag(step, "use_regex", true)) {
            patterns.add(new SplitPattern(SplitPattern.GPT2));
          }
          bytes = true;
        }
        default -> throw new BadInputException("pre_tokenizer " + type + " is not supported; expected Split and ByteLevel");
      }
    }
    refuse(!bytes, "pre_tokenizer has no ByteLevel; expected a byte-level tokenizer");
    return patterns;
  }

  private static SplitPattern split(JsonNode split) {
    String behavior = split.path("behavior").asString("missing");
    refuse(!behavior.equals("Isolated"), "pre_tokenizer Split has the behavior " + behavior + "; expected Isolated");
    refuse(flag(split, "invert"), "pre_tokenizer Split is inverted; expected invert false");
    JsonNode regex = split.path("pattern").path("Regex");
    refuse(!regex.isString(), "pre_tokenizer Split has the pattern ", split.path("pattern"), "; expected a Regex");
    return new SplitPattern(regex.asString());
  }

  private static void checkDecoder(JsonNode decoder) {
    for (JsonNode step : steps(decoder, "decoders")) {
      refuse(!type(step).equals("ByteLevel"), "decoder " + type(step) + " is not supported; expected ByteLevel");
    }
    refuse(!present(decoder), "decoder is missing; expected ByteLevel");
  }

  /** Only offsets into the text, which are not computed here, may depend on it. */
  private static void checkPostProcessor(JsonNode node) {
    for (JsonNode step : steps(node, "processors")) {
      switch (type(step)) {
        case "ByteLevel" -> { }
        case "TemplateProcessing" -> {
          for (JsonNode piece : step.path("single")) {
            refuse(piece.has("SpecialToken"), "post_processor adds " + piece.path("SpecialToken").path("id").asString("a token")
                + " to each text; expected one that adds nothing");
          }
        }
        default -> throw new BadInputException("post_processor " + type(step) + " is not supported; expected ByteLevel");
      }
    }
  }

  /** The parts of a {@code Sequence}, the thing itself, or nothing. */
  private static List<JsonNode> steps(JsonNode node, String listName) {
    if (!present(node)) {
      return List.of();
    }
    if (!type(node).equals("Sequence")) {
      return List.of(node);
    }
    var steps = new ArrayList<JsonNode>();
    for (JsonNode part : node.path(listName)) {
      steps.addAll(steps(part, listName));
    }
    return steps;
  }

  private static String type(JsonNode node) {
    return node.path("type").asString("without a type");
  }

  private static boolean present(JsonNode node, String field) {
    return present(node.path(field));
  }

  private static boolean present(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }

  private static boolean flag(JsonNode node, String field) {
    return flag(node, field, false);
  }

  private static boolean flag(JsonNode node, String field, boolean otherwise) {
    JsonNode flag = node.path(field);
    refuse(present(flag) && !flag.isBoolean(), field + " is ", flag, "; expected true or false");
    return present(flag) ? flag.asBoolean() : otherwise;
  }

  private static void refuse(boolean bad, String message) {
    if (bad) {
      throw new BadInputException(message);
    }
  }

  /** The same with a node in the message, whose text is made only then: the first text starts Jackson's mapper. */
  private static void refuse(boolean bad, String start, JsonNode found, String end) {
    if (bad) {
      throw new BadInputException(start + found + end);
    }
  }

  // Writing

  private static byte[] bytes(Tokenizer tokenizer) {
    ObjectNode root = shell(tokenizer.definition());
    writeModel((ObjectNode) root.path("model"), tokenizer);
    return JsonTree.writer().writeValueAsBytes(root);
  }

  /** The file of a tokenizer, with an empty vocabulary and without merges. */
  static byte[] shellBytes(TokenizerDefinition definition) {
    return JsonTree.writer().writeValueAsBytes(shell(definition));
  }

  private static ObjectNode shell(TokenizerDefinition definition) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    writeAddedTokens(root.putArray("added_tokens"), definition.addedTokens());
    writeNormalizers(root, definition.normalizers());
    ArrayNode preTokenizers = root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    for (SplitPattern pattern : definition.splitPatterns()) {
      ObjectNode split = preTokenizers.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", pattern.regex());
      split.put("behavior", "Isolated").put("invert", false);
    }
    writeByteLevel(preTokenizers.addObject());
    writeByteLevel(root.putObject("post_processor"));
    writeByteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix")
        .putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false)
        .put("ignore_merges", definition.ignoreMerges());
    model.putObject("vocab");
    model.putArray("merges");
    return root;
  }

  private static void writeAddedTokens(ArrayNode nodes, List<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      nodes.addObject()
          .put("id", token.id())
          .put("content", token.content())
          .put("single_word", token.singleWord())
          .put("lstrip", token.lstrip())
          .put("rstrip", token.rstrip())
          .put("normalized", token.normalized())
          .put("special", token.special());
    }
  }

  private static void writeNormalizers(ObjectNode root, List<TextNormalizer> normalizers) {
    if (normalizers.isEmpty()) {
      root.putNull("normalizer");
    } else if (normalizers.size() == 1) {
      root.putObject("normalizer").put("type", normalizers.getFirst().fileName);
    } else {
      ArrayNode sequence = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
      normalizers.forEach(normalizer -> sequence.addObject().put("type", normalizer.fileName));
    }
  }

  private static void writeByteLevel(ObjectNode node) {
    node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", false);
  }

  private static void writeModel(ObjectNode model, Tokenizer tokenizer) {
    TokenizerDefinition definition = tokenizer.definition();
    ObjectNode vocab = (ObjectNode) model.path("vocab");
    Vocabulary vocabulary = definition.vocabulary();
    vocabulary.ids().forEach(id -> vocab.put(vocabulary.token(id).orElseThrow(), id));
    Merges merges = definition.merges();
    ArrayNode pairs = (ArrayNode) model.path("merges");
    for (int rank = 0; rank < merges.count(); rank++) {
      long pair = merges.pair(rank);
      pairs.add(tokenizer.token(Merges.high(pair)) + " " + tokenizer.token(Merges.low(pair)));
    }
  }
}
