package io.github.tern4j.nn.tokenizer;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.LongLinkedOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import it.unimi.dsi.fastutil.objects.Object2LongMap;
import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The merge loop of BPE training over distinct words and their counts.
 *
 * <p>Counting all pairs anew after each merge would read every word for every token. Instead each pair knows its count and the
 * words that contain it; a merge visits those words only and corrects the counts of the neighbours. The heap's entries may be
 * outdated: one whose count is no longer the pair's goes back with the right one.
 */
final class MergeLearner {
  /** Count of a pair, and the words in which it has occurred since it first appeared. */
  private static final class Occurrences {
    long count;
    final IntArrayList words = new IntArrayList(2);

    void add(long more, int word) {
      count += more;
      if (words.isEmpty() || words.getInt(words.size() - 1) != word) {
        words.add(word);
      }
    }
  }

  private record Candidate(long count, long pair) {}

  private static final Comparator<Candidate> MOST_FREQUENT_THEN_LOWEST_IDS =
      Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair);

  private final List<String> tokens = new ArrayList<>();
  private final Object2IntOpenHashMap<String> idOfToken = new Object2IntOpenHashMap<>();
  private final LongLinkedOpenHashSet mergePairs = new LongLinkedOpenHashSet();
  private final IntArrayList mergedIds = new IntArrayList();

  private final int[][] words;
  private final int[] lengths;
  private final long[] counts;
  private final Long2ObjectOpenHashMap<Occurrences> occurrencesOfPair = new Long2ObjectOpenHashMap<>();
  private final PriorityQueue<Candidate> candidates = new PriorityQueue<>(MOST_FREQUENT_THEN_LOWEST_IDS);

  /** Words as text, with how often each occurs. */
  MergeLearner(Object2LongOpenHashMap<String> countOfWord) {
    idOfToken.defaultReturnValue(-1);
    for (char c : ByteAlphabet.sorted()) {
      token(String.valueOf(c));
    }
    int n = countOfWord.size();
    words = new int[n][];
    lengths = new int[n];
    counts = new long[n];
    int word = 0;
    for (Object2LongMap.Entry<String> entry : countOfWord.object2LongEntrySet()) {
      String bytes = ByteAlphabet.write(entry.getKey().getBytes(StandardCharsets.UTF_8));
      words[word] = bytes.chars().map(c -> idOfToken.getInt(String.valueOf((char) c))).toArray();
      lengths[word] = words[word].length;
      counts[word] = entry.getLongValue();
      word++;
    }
    for (word = 0; word < n; word++) {
      for (int i = 0; i + 1 < lengths[word]; i++) {
        occurrences(words[word][i], words[word][i + 1]).add(counts[word], word);
      }
    }
    occurrencesOfPair.long2ObjectEntrySet().fastForEach(
        entry -> candidates.add(new Candidate(entry.getValue().count, entry.getLongKey())));
  }

  /** All tokens by id, in the byte alphabet. */
  List<String> tokens() {
    return tokens;
  }

  /** The pairs merged, in order. */
  long[] mergePairs() {
    return mergePairs.toLongArray();
  }

  /** The ids that the merges make. */
  int[] mergedIds() {
    return mergedIds.toIntArray();
  }

  /** Merges pairs until there are this many tokens or no pair is frequent enough. */
  void learn(int tokenCount, long minFrequency) {
    while (tokens.size() < tokenCount && !candidates.isEmpty()) {
      Candidate best = candidates.poll();
      Occurrences occurrences = occurrencesOfPair.get(best.pair);
      long count = occurrences == null ? 0 : occurrences.count;
      if (count < minFrequency) {
        continue;
      }
      if (count != best.count) {
        candidates.add(new Candidate(count, best.pair));
        continue;
      }
      merge(best.pair, occurrences.words);
    }
  }

  private void merge(long pair, IntArrayList wordsWithPair) {
    int left = Merges.high(pair);
    int right = Merges.low(pair);
    int merged = token(tokens.get(left) + tokens.get(right));
    if (mergePairs.add(pair)) {
      mergedIds.add(merged);
    }
    occurrencesOfPair.remove(pair);
    var appeared = new LongOpenHashSet();
    for (int i = 0; i < wordsWithPair.size(); i++) {
      mergeInWord(wordsWithPair.getInt(i), left, right, merged, appeared);
    }
    for (long newPair : appeared) {
      candidates.add(new Candidate(occurrencesOfPair.get(newPair).count, newPair));
    }
  }

  /** Replaces left, right by merged from the left, and moves the counts of the pairs on both sides; a second visit is idle. */
  private void mergeInWord(int word, int left, int right, int merged, LongOpenHashSet appeared) {
    int[] symbols = words[word];
    int length = lengths[word];
    long count = counts[word];
    int kept = 0;
    for (int i = 0; i < length; i++) {
      if (symbols[i] != left || i + 1 == length || symbols[i + 1] != right) {
        symbols[kept++] = symbols[i];
        continue;
      }
      if (kept > 0) {
        remove(symbols[kept - 1], left, count);
        appeared.add(add(symbols[kept - 1], merged, count, word));
      }
      if (i + 2 < length) {
        remove(right, symbols[i + 2], count);
        appeared.add(add(merged, symbols[i + 2], count, word));
      }
      symbols[kept++] = merged;
      i++;
    }
    lengths[word] = kept;
  }

  private void remove(int left, int right, long count) {
    Occurrences occurrences = occurrencesOfPair.get(Merges.pack(left, right));
    if (occurrences != null) { // null for the pair that is being merged, as in a a a
      occurrences.count -= count;
    }
  }

  private long add(int left, int right, long count, int word) {
    occurrences(left, right).add(count, word);
    return Merges.pack(left, right);
  }

  private Occurrences occurrences(int left, int right) {
    return occurrencesOfPair.computeIfAbsent(Merges.pack(left, right), pair -> new Occurrences());
  }

  private int token(String spelling) {
    int known = idOfToken.getInt(spelling);
    if (known >= 0) {
      return known;
    }
    idOfToken.put(spelling, tokens.size());
    tokens.add(spelling);
    return tokens.size() - 1;
  }
}
