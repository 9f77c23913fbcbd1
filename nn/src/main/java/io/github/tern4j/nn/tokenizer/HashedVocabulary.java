package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.tensor.BadInputException;
import it.unimi.dsi.fastutil.objects.Object2IntMap;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A {@link Vocabulary} in a hash table. */
final class HashedVocabulary implements Vocabulary {

  private final Object2IntOpenHashMap<String> idOfToken;
  private final String[] tokenOfId;

  /**
   * A vocabulary.
   *
   * @param idOfToken the ids, from 0; not copied
   * @throws BadInputException if two tokens share an id
   */
  HashedVocabulary(Object2IntOpenHashMap<String> idOfToken) {
    this.idOfToken = idOfToken;
    idOfToken.defaultReturnValue(-1);
    tokenOfId = new String[idOfToken.values().intStream().max().orElse(-1) + 1];
    for (Object2IntMap.Entry<String> entry : idOfToken.object2IntEntrySet()) {
      String other = tokenOfId[entry.getIntValue()];
      if (other != null) {
        throw shared(other, entry.getKey(), entry.getIntValue());
      }
      tokenOfId[entry.getIntValue()] = entry.getKey();
    }
  }

  /** Two tokens with the same id. */
  static BadInputException shared(String one, String other, int id) {
    List<String> both = Stream.of(one, other).sorted().toList();
    return new BadInputException("tokens %s and %s share the id %d; expected an id for each"
        .formatted(both.getFirst(), both.getLast(), id));
  }

  @Override
  public int id(String token) {
    return idOfToken.getInt(token);
  }

  @Override
  public Optional<String> token(int id) {
    return id >= 0 && id < tokenOfId.length ? Optional.ofNullable(tokenOfId[id]) : Optional.empty();
  }

  @Override
  public int size() {
    return tokenOfId.length;
  }

  @Override
  public IntStream ids() {
    return IntStream.range(0, tokenOfId.length).filter(id -> tokenOfId[id] != null);
  }
}
