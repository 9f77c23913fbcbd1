package io.github.tern4j.nn.tokenizer;

import java.util.List;

/**
 * Everything that defines a tokenizer, as read from a file or learnt.
 *
 * @param vocabulary token in the {@linkplain ByteAlphabet byte alphabet} to id, without tokens that were only added
 * @param merges what becomes of neighbouring tokens of a word
 * @param addedTokens tokens that are matched before anything else
 * @param normalizers changes to the text, in order
 * @param splitPatterns word patterns, each applied to the words of the one before
 * @param ignoreMerges whether a word that is itself in the vocabulary becomes that token without looking at merges
 */
record TokenizerDefinition(
    Vocabulary vocabulary,
    Merges merges,
    List<AddedToken> addedTokens,
    List<TextNormalizer> normalizers,
    List<SplitPattern> splitPatterns,
    boolean ignoreMerges) {

  TokenizerDefinition {
    addedTokens = List.copyOf(addedTokens);
    normalizers = List.copyOf(normalizers);
    splitPatterns = List.copyOf(splitPatterns);
  }

  /** The same with another vocabulary and other merges. */
  TokenizerDefinition with(Vocabulary otherVocabulary, Merges otherMerges) {
    return new TokenizerDefinition(otherVocabulary, otherMerges, addedTokens, normalizers, splitPatterns, ignoreMerges);
  }
}
