package io.github.tern4j.nn.tokenizer;

import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Cuts added tokens out of a text: the leftmost match first and the longest of those, then on from its end, as the automaton in
 * Hugging Face's {@code AddedVocabulary} does.
 */
final class AddedTokenMatcher {
  private static final Predicate<String> IS_WORD =
      Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS).asMatchPredicate();
  private static final Predicate<String> IS_SPACE =
      Pattern.compile("\\s", Pattern.UNICODE_CHARACTER_CLASS).asMatchPredicate();

  private static final class Node {
    final Int2ObjectOpenHashMap<Node> children = new Int2ObjectOpenHashMap<>();
    AddedToken token;
  }

  private record Match(int end, AddedToken token) {}

  private final Node root = new Node();

  /** A matcher for these tokens, each spelled in the searched text as {@code spelling} says. */
  AddedTokenMatcher(List<AddedToken> tokens, Function<String, String> spelling) {
    for (AddedToken token : tokens) {
      Node node = root;
      String content = spelling.apply(token.content());
      for (int i = 0; i < content.length(); i++) {
        node = node.children.computeIfAbsent(content.charAt(i), c -> new Node());
      }
      node.token = token;
    }
  }

  /** Hands out the stretches of text between tokens and the tokens' ids, in the order of the text. */
  void split(String text, Consumer<String> betweenTokens, IntConsumer tokenIds) {
    int done = 0;
    int at = 0;
    while (at < text.length()) {
      Match match = longestMatch(text, at);
      if (match == null) {
        at++;
        continue;
      }
      int start = at;
      int end = match.end;
      at = end;
      AddedToken token = match.token;
      if (token.singleWord() && touchesWord(text, start, end)) {
        continue;
      }
      if (token.lstrip()) {
        start = Math.max(done, spaceStartBefore(text, start));
      }
      if (token.rstrip()) {
        end = spaceEndAfter(text, end);
      }
      if (done < start) {
        betweenTokens.accept(text.substring(done, start));
      }
      tokenIds.accept(token.id());
      done = end;
    }
    if (done < text.length()) {
      betweenTokens.accept(text.substring(done));
    }
  }

  private Match longestMatch(String text, int start) {
    Match longest = null;
    Node node = root.children.get(text.charAt(start));
    for (int i = start + 1; node != null; i++) {
      if (node.token != null) {
        longest = new Match(i, node.token);
      }
      node = i < text.length() ? node.children.get(text.charAt(i)) : null;
    }
    return longest;
  }

  private static boolean touchesWord(String text, int start, int end) {
    return start > 0 && IS_WORD.test(Character.toString(text.codePointBefore(start)))
        || end < text.length() && IS_WORD.test(Character.toString(text.codePointAt(end)));
  }

  private static int spaceStartBefore(String text, int end) {
    int start = end;
    while (start > 0 && IS_SPACE.test(Character.toString(text.codePointBefore(start)))) {
      start -= Character.charCount(text.codePointBefore(start));
    }
    return start;
  }

  private static int spaceEndAfter(String text, int start) {
    int end = start;
    while (end < text.length() && IS_SPACE.test(Character.toString(text.codePointAt(end)))) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end;
  }
}
