package io.github.tern4j.bitdistill.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * ROUGE (Lin 2004) as google-research's rouge_score computes it: texts are lower-cased and split at everything outside
 * {@code [a-z0-9]}, so that it fits English alone. Stemming cuts tokens of more than three characters down to their
 * {@linkplain PorterStemmer stem} first.
 */
public enum Rouge {

  /** Tokens in common. */
  ROUGE_1 {
    @Override
    RougeScore score(String reference, String prediction, UnaryOperator<String> stem) {
      return ofNGrams(1, tokens(reference, stem), tokens(prediction, stem));
    }
  },

  /** Pairs of neighbouring tokens in common. */
  ROUGE_2 {
    @Override
    RougeScore score(String reference, String prediction, UnaryOperator<String> stem) {
      return ofNGrams(2, tokens(reference, stem), tokens(prediction, stem));
    }
  },

  /** The longest common subsequence of the texts; line breaks do not matter. */
  ROUGE_L {
    @Override
    RougeScore score(String reference, String prediction, UnaryOperator<String> stem) {
      List<String> wanted = tokens(reference, stem);
      List<String> predicted = tokens(prediction, stem);
      int common = new LongestCommonSubsequence(wanted, predicted).length();
      return RougeScore.of(common, predicted.size(), wanted.size());
    }
  },

  /**
   * For summaries with one sentence a line: each reference sentence counts the tokens that lie in a longest common subsequence
   * with any predicted sentence; no token counts more often than either text has it.
   */
  ROUGE_LSUM {
    @Override
    RougeScore score(String reference, String prediction, UnaryOperator<String> stem) {
      return ofSentences(sentences(reference, stem), sentences(prediction, stem));
    }
  };

  private static final Pattern NO_TOKEN = Pattern.compile("[^a-z0-9]+");
  private static final Pattern LINE_FEED = Pattern.compile("\n");

  /** Shorter tokens are not stemmed, as in ROUGE-1.5.5. */
  private static final int SHORTEST_STEMMED = 4;

  abstract RougeScore score(String reference, String prediction, UnaryOperator<String> stem);

  /** The score of a text against a reference. */
  public RougeScore score(String reference, String prediction, boolean stemming) {
    return score(reference, prediction, stemming ? Rouge::stem : UnaryOperator.identity());
  }

  /**
   * The score against the reference that gives the best F measure, the first one of equals.
   *
   * @throws IllegalArgumentException for no references
   */
  public RougeScore best(List<String> references, String prediction, boolean stemming) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("rouge: no references; expected at least one");
    }
    RougeScore best = score(references.getFirst(), prediction, stemming);
    for (String reference : references.subList(1, references.size())) {
      RougeScore score = score(reference, prediction, stemming);
      best = score.fMeasure() > best.fMeasure() ? score : best;
    }
    return best;
  }

  /**
   * The mean F measure of a corpus; row {@code i} of {@code references} holds the references of prediction {@code i}, the
   * {@linkplain #best best} of which counts.
   *
   * @throws IllegalArgumentException for no rows, different numbers of them, or a row without references
   */
  public CorpusScore corpus(List<List<String>> references, List<String> predictions, boolean stemming) {
    if (references.size() != predictions.size()) {
      throw new IllegalArgumentException("rouge: " + references.size() + " rows of references, " + predictions.size()
          + " predictions; expected one row a prediction");
    }
    double[] fMeasures = new double[predictions.size()];
    for (int row = 0; row < fMeasures.length; row++) {
      fMeasures[row] = best(references.get(row), predictions.get(row), stemming).fMeasure();
    }
    return CorpusScore.mean(fMeasures);
  }

  private static String stem(String token) {
    return token.length() < SHORTEST_STEMMED ? token : PorterStemmer.stem(token);
  }

  private static List<String> tokens(String text, UnaryOperator<String> stem) {
    return NO_TOKEN.splitAsStream(text.toLowerCase(Locale.ROOT)).filter(token -> !token.isEmpty()).map(stem).toList();
  }

  private static List<List<String>> sentences(String text, UnaryOperator<String> stem) {
    return LINE_FEED.splitAsStream(text).map(line -> tokens(line, stem)).toList();
  }

  private static RougeScore ofNGrams(int n, List<String> wanted, List<String> predicted) {
    int common = NGrams.overlap(NGrams.count(wanted, n), NGrams.count(predicted, n));
    return RougeScore.of(common, predicted.size() - n + 1, wanted.size() - n + 1);
  }

  private static RougeScore ofSentences(List<List<String>> wanted, List<List<String>> predicted) {
    Map<String, Integer> leftWanted = counts(wanted);
    Map<String, Integer> leftPredicted = counts(predicted);
    int common = 0;
    for (List<String> sentence : wanted) {
      for (String token : union(sentence, predicted)) {
        if (leftWanted.get(token) > 0 && leftPredicted.get(token) > 0) {
          leftWanted.merge(token, -1, Integer::sum);
          leftPredicted.merge(token, -1, Integer::sum);
          common++;
        }
      }
    }
    return RougeScore.of(common, length(predicted), length(wanted));
  }

  // The tokens of a sentence that lie in its longest common subsequence with one of the others or more.
  private static List<String> union(List<String> sentence, List<List<String>> others) {
    TreeSet<Integer> positions = new TreeSet<>();
    for (List<String> other : others) {
      positions.addAll(new LongestCommonSubsequence(sentence, other).positions());
    }
    List<String> union = new ArrayList<>();
    for (int position : positions) {
      union.add(sentence.get(position));
    }
    return union;
  }

  private static Map<String, Integer> counts(List<List<String>> sentences) {
    Map<String, Integer> counts = new HashMap<>();
    for (List<String> sentence : sentences) {
      sentence.forEach(token -> counts.merge(token, 1, Integer::sum));
    }
    return counts;
  }

  private static int length(List<List<String>> sentences) {
    return sentences.stream().mapToInt(List::size).sum();
  }
}
