package io.github.tern4j.nn.tokenizer;

import java.util.Optional;
import java.util.stream.IntStream;

/** Tokens in the {@linkplain ByteAlphabet byte alphabet} and their ids; each token has one id, and each id at most one token. */
interface Vocabulary {

  /** The id of a token, or -1 if there is no such token. */
  int id(String token);

  /** The token with an id. */
  Optional<String> token(int id);

  /** One more than the largest id; 0 without tokens. */
  int size();

  /** All ids that have a token, ascending. */
  IntStream ids();
}
