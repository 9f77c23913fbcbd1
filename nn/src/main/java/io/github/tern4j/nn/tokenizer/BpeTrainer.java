package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.tensor.BadInputException;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Learns a byte-level BPE vocabulary from documents (Sennrich et al. 2016, on bytes as in GPT-2).
 *
 * <p>Text is normalised (NFC, then lower case if asked for) and split into words by Qwen's pattern; then the most frequent pair
 * of neighbouring tokens becomes a new token, again and again, until the vocabulary is full or no pair occurs {@code
 * minFrequency} times. Of equally frequent pairs the one with the lowest left id wins, then the one with the lowest right id, so
 * that the result depends on nothing but the words' counts. Ids: the 256 bytes in the order of GPT-2, the merges in the order
 * learnt, then the special tokens; two merges that spell the same token share its id.
 *
 * @param vocabularySize ids to fill, bytes and special tokens included; a small corpus may fill fewer
 * @param specialTokens tokens that are matched as a whole, in the order of their ids
 * @param minFrequency how often a pair must occur to be merged
 * @param lowercase whether text is written in lower case first, in training and in use
 */
public record BpeTrainer(int vocabularySize, List<String> specialTokens, long minFrequency, boolean lowercase) {
  /** The special tokens that Qwen3's base vocabulary and its chat template need. */
  public static final List<String> QWEN_SPECIAL_TOKENS = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

  /** A pair seen once says nothing about the next text. */
  private static final long DEFAULT_MIN_FREQUENCY = 2;

  /**
   * Checks the settings.
   *
   * @throws BadInputException if the vocabulary cannot hold the bytes and special tokens, or a special token is empty or repeated
   */
  public BpeTrainer {
    specialTokens = List.copyOf(specialTokens);
    int needed = 256 + specialTokens.size();
    if (vocabularySize < needed) {
      throw new BadInputException("tokenizer train: vocabulary size " + vocabularySize + " is too small; expected at least "
          + needed + " for 256 bytes and " + specialTokens.size() + " special tokens");
    }
    if (minFrequency < 1) {
      throw new BadInputException("tokenizer train: minimum frequency " + minFrequency + "; expected 1 or more");
    }
    var seen = new HashSet<String>();
    for (String token : specialTokens) {
      if (token.isBlank()) {
        throw new BadInputException("tokenizer train: a special token is blank; expected text such as <|endoftext|>");
      }
      if (!seen.add(token)) {
        throw new BadInputException("tokenizer train: special token " + token + " is named twice; expected each once");
      }
    }
  }

  /** A trainer with Qwen3's special tokens that keeps case. */
  public BpeTrainer(int vocabularySize) {
    this(vocabularySize, QWEN_SPECIAL_TOKENS, DEFAULT_MIN_FREQUENCY, false);
  }

  /**
   * Learns a vocabulary; memory grows with the number of distinct words.
   *
   * @throws BadInputException if the documents have no text, or a learnt token is spelled like a special one
   */
  public Tokenizer train(Stream<String> documents) {
    List<TextNormalizer> normalizers =
        lowercase ? List.of(TextNormalizer.NFC, TextNormalizer.LOWERCASE) : List.of(TextNormalizer.NFC);
    var pattern = new SplitPattern(SplitPattern.QWEN);
    var countOfWord = new Object2LongOpenHashMap<String>();
    documents.forEach(document ->
        pattern.split(TextNormalizer.applyAll(normalizers, document), word -> countOfWord.addTo(word, 1)));
    if (countOfWord.isEmpty()) {
      throw new BadInputException("tokenizer train: the documents have no text; expected at least one word");
    }
    var learner = new MergeLearner(countOfWord);
    learner.learn(vocabularySize - specialTokens.size(), minFrequency);

    var vocabulary = new Object2IntOpenHashMap<String>();
    List<String> tokens = learner.tokens();
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.put(tokens.get(id), id);
    }
    var added = new ArrayList<AddedToken>();
    for (String token : specialTokens) {
      if (vocabulary.containsKey(token)) {
        throw new BadInputException("tokenizer train: special token " + token
            + " is also a word of the text; expected one that no text contains, such as <|endoftext|>");
      }
      added.add(AddedToken.special(tokens.size() + added.size(), token));
    }
    return new Tokenizer(new TokenizerDefinition(new HashedVocabulary(vocabulary),
        new HashedMerges(learner.mergePairs(), learner.mergedIds()), added, normalizers, List.of(pattern), false));
  }
}
