package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.tensor.BadInputException;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Byte-level byte-pair encoding as in GPT-2 and Qwen3: text to token ids and back.
 *
 * <p>{@link #decode(int[])} of {@link #encode(String)} is the text again, up to normalisation, since every byte is a token. Ids
 * are those that Hugging Face's {@code tokenizers} gives for the same {@code tokenizer.json}. A lone surrogate, which is no
 * character and has no UTF-8 form, is encoded as U+FFFD.
 *
 * <p>Immutable and safe for use by several threads.
 */
public final class Tokenizer {
  /** Words longer than this are rare and not worth remembering. */
  private static final int LONGEST_CACHED_WORD = 64;

  /** Bounds the memory of the word cache to some 10 MB; running text needs far fewer distinct words for most of its length. */
  private static final int MOST_CACHED_WORDS = 1 << 16;

  private final TokenizerDefinition definition;
  private final AddedTokenMatcher addedInRawText;
  private final AddedTokenMatcher addedInNormalizedText;
  private final Map<Integer, AddedToken> addedTokenOfId;
  private final Object2IntOpenHashMap<String> idOfAddedToken;
  private final int vocabularySize;
  private final int[] tokenOfByte = new int[256];
  private final WordMerger merger;
  private final Map<String, int[]> mergedWords = new ConcurrentHashMap<>();

  /**
   * Checks the definition and prepares the tables.
   *
   * @throws BadInputException if two tokens share an id, a byte has no token, or an added token contradicts the vocabulary
   */
  Tokenizer(TokenizerDefinition definition) {
    this.definition = definition;
    idOfAddedToken = new Object2IntOpenHashMap<>();
    idOfAddedToken.defaultReturnValue(-1);
    addedTokenOfId = new HashMap<>();
    for (AddedToken added : definition.addedTokens()) {
      checkAdded(added);
      idOfAddedToken.put(added.content(), added.id());
      addedTokenOfId.put(added.id(), added);
    }
    vocabularySize = IntStream.concat(IntStream.of(definition.vocabulary().size() - 1), idOfAddedToken.values().intStream())
        .max().orElseThrow() + 1;
    for (int b = 0; b < 256; b++) {
      tokenOfByte[b] = definition.vocabulary().id(String.valueOf(ByteAlphabet.character(b)));
      if (tokenOfByte[b] < 0) {
        throw new BadInputException(
            "vocabulary has no token for byte 0x%02X ('%c'); expected all 256 bytes".formatted(b, ByteAlphabet.character(b)));
      }
    }
    merger = new WordMerger(definition.merges());
    Function<String, String> normalized = text -> TextNormalizer.applyAll(definition.normalizers(), text);
    addedInRawText = matcher(false, Function.identity());
    addedInNormalizedText = matcher(true, normalized);
  }

  /** Encodes text; added tokens such as {@code <|endoftext|>} that occur in it become their own ids. */
  public int[] encode(String text) {
    var ids = new IntArrayList(text.length() / 3 + 4);
    addedInRawText.split(
        withoutLoneSurrogates(text),
        stretch -> addedInNormalizedText.split(normalize(stretch), part -> encodeWords(part, ids), ids::add),
        ids::add);
    return ids.toIntArray();
  }

  /** Encodes text as nothing but text: {@code <|endoftext|>} in it is thirteen characters. For text from outside. */
  public int[] encodeOrdinary(String text) {
    var ids = new IntArrayList(text.length() / 3 + 4);
    encodeWords(normalize(withoutLoneSurrogates(text)), ids);
    return ids.toIntArray();
  }

  /**
   * The text of the tokens, added tokens included; bytes that are not UTF-8 become U+FFFD.
   *
   * @throws BadInputException if an id has no token
   */
  public String decode(int[] ids) {
    return decode(ids, false);
  }

  /** The same, without the special tokens if {@code skipSpecial}. */
  public String decode(int[] ids, boolean skipSpecial) {
    var bytes = new ByteArrayOutputStream(ids.length * 4);
    for (int id : ids) {
      if (!skipSpecial || !isSpecial(id)) {
        bytes.writeBytes(bytes(id));
      }
    }
    return streamingDecoder().decode(bytes.toByteArray(), true);
  }

  /** A decoder for text that arrives token by token. */
  public StreamingDecoder streamingDecoder() {
    return new StreamingDecoder(this);
  }

  /**
   * The token as the vocabulary spells it: bytes in GPT-2's alphabet ({@code Ġthe} for a space and "the"), added tokens plain.
   *
   * @throws BadInputException if the id has no token
   */
  public String token(int id) {
    AddedToken added = addedTokenOfId.get(id);
    return added != null ? added.content() : definition.vocabulary().token(id).orElseThrow(() ->
        new BadInputException("token id %d has no token; expected an id below %d".formatted(id, vocabularySize)));
  }

  /** The id of a token spelled as {@link #token} does, or empty if there is no such token. */
  public OptionalInt id(String token) {
    int id = idOf(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /**
   * The id of a token that the caller cannot do without.
   *
   * @throws BadInputException if the vocabulary does not have it
   */
  public int requiredId(String token) {
    return id(token).orElseThrow(() -> new BadInputException("tokenizer: no token " + token + " among its " + vocabularySize()
        + " tokens; expected a tokenizer trained with that special token"));
  }

  /** One more than the largest id. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** The added tokens in the order of the file. */
  public List<AddedToken> addedTokens() {
    return definition.addedTokens();
  }

  /** Whether the id is an added token marked special. */
  public boolean isSpecial(int id) {
    AddedToken added = addedTokenOfId.get(id);
    return added != null && added.special();
  }

  /**
   * A hash of the whole definition, to notice that token ids were made by another tokenizer: the first eight bytes, big endian,
   * of the SHA-256 of the file that {@link TokenizerFile#write} writes.
   */
  public long fingerprint() {
    return TokenizerFile.fingerprint(this);
  }

  TokenizerDefinition definition() {
    return definition;
  }

  /**
   * The bytes that a token stands for. An added token is its own UTF-8 text; Hugging Face reads it in the byte alphabet where it
   * can, which turns an added {@code é} into a lone byte 0xE9.
   */
  byte[] bytes(int id) {
    String token = token(id);
    boolean plain = addedTokenOfId.containsKey(id) || !ByteAlphabet.isWritten(token);
    return plain ? token.getBytes(StandardCharsets.UTF_8) : ByteAlphabet.read(token);
  }

  private String normalize(String text) {
    return TextNormalizer.applyAll(definition.normalizers(), text);
  }

  private void encodeWords(String text, IntArrayList ids) {
    splitFrom(0, text, ids);
  }

  private void splitFrom(int pattern, String text, IntArrayList ids) {
    if (pattern == definition.splitPatterns().size()) {
      encodeWord(text, ids);
    } else {
      definition.splitPatterns().get(pattern).split(text, word -> splitFrom(pattern + 1, word, ids));
    }
  }

  private void encodeWord(String word, IntArrayList ids) {
    int[] known = mergedWords.get(word);
    if (known == null) {
      known = mergeWord(word);
      if (word.length() <= LONGEST_CACHED_WORD && mergedWords.size() < MOST_CACHED_WORDS) {
        mergedWords.put(word, known);
      }
    }
    ids.addElements(ids.size(), known);
  }

  private int[] mergeWord(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    if (definition.ignoreMerges()) {
      int whole = definition.vocabulary().id(ByteAlphabet.write(bytes));
      if (whole >= 0) {
        return new int[] {whole};
      }
    }
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = tokenOfByte[bytes[i] & 0xff];
    }
    return merger.merge(tokens);
  }

  private void checkAdded(AddedToken added) {
    if (added.content().isEmpty()) {
      throw new BadInputException("added token with id " + added.id() + " is empty; expected text to match");
    }
    int known = idOf(added.content());
    if (known >= 0 && known != added.id()) {
      throw new BadInputException("added token %s has id %d; expected %d, the id that this token already has"
          .formatted(added.content(), added.id(), known));
    }
    if (addedTokenOfId.containsKey(added.id())) {
      throw new BadInputException("added token %s has id %d, which %s has already; expected an id of its own"
          .formatted(added.content(), added.id(), addedTokenOfId.get(added.id()).content()));
    }
    definition.vocabulary().token(added.id()).filter(token -> !token.equals(added.content())).ifPresent(token -> {
      throw HashedVocabulary.shared(token, added.content(), added.id());
    });
  }

  private AddedTokenMatcher matcher(boolean normalized, Function<String, String> spelling) {
    return new AddedTokenMatcher(
        definition.addedTokens().stream().filter(token -> token.normalized() == normalized).toList(), spelling);
  }

  /** The id of a token, added or not; -1 for none. */
  private int idOf(String token) {
    int added = idOfAddedToken.getInt(token);
    return added >= 0 ? added : definition.vocabulary().id(token);
  }

  private static String withoutLoneSurrogates(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints()
            .map(c -> Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE ? '\ufffd' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
      }
    }
    return text;
  }
}
