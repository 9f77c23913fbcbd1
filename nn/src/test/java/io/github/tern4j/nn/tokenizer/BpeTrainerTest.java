package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {

  @Test
  void theMostFrequentPairIsMergedFirstAndTiesGoToTheLowestIds() {
    // ab and bc occur twice each; a has the lower id, so ab is merged first, and then abc.
    assertThat(learnt(new BpeTrainer(300, List.of(), 2, false), "abc abc")).containsExactly("ab", "abc");
  }

  @Test
  void pairsBelowTheMinimumFrequencyAreNotMerged() {
    assertThat(learnt(new BpeTrainer(300, List.of(), 3, false), "xy xy xy zw zw")).contains("xy").doesNotContain("zw");
  }

  @Test
  void noMergeCrossesAWordBoundary() {
    assertThat(learnt(new BpeTrainer(300, List.of(), 1, false), "a1a1a1a1")).isEmpty();
  }

  @Test
  void aFullVocabularyHasTheSizeAskedFor() {
    Tokenizer tokenizer = new BpeTrainer(350).train(SampleText.DOCUMENTS.stream());
    assertThat(tokenizer.vocabularySize()).isEqualTo(350);
    assertThat(tokenizer.addedTokens()).extracting(AddedToken::content).isEqualTo(BpeTrainer.QWEN_SPECIAL_TOKENS);
  }

  @Test
  void lowerCaseIsLearntAndApplied() {
    Tokenizer tokenizer = new BpeTrainer(300, List.of(), 1, true).train(Stream.of("HELLO hello Hello"));
    assertThat(tokenizer.encode("HeLLo")).isEqualTo(tokenizer.encode("hello")).hasSize(1);
  }

  @Test
  void theOrderOfDocumentsDoesNotMatter() {
    Tokenizer forward = new BpeTrainer(500).train(SampleText.DOCUMENTS.stream());
    Tokenizer backward = new BpeTrainer(500).train(SampleText.DOCUMENTS.reversed().stream());
    assertThat(backward.fingerprint()).isEqualTo(forward.fingerprint());
  }

  @Test
  void badSettingsAreOneClearLine() {
    assertRefused("tokenizer train: vocabulary size 258 is too small; expected at least 259 for 256 bytes and 3 special tokens",
        () -> new BpeTrainer(258));
    assertRefused("tokenizer train: a special token is blank; expected text such as <|endoftext|>",
        () -> new BpeTrainer(300, List.of(" "), 1, false));
    assertRefused("tokenizer train: special token <x> is named twice; expected each once",
        () -> new BpeTrainer(300, List.of("<x>", "<x>"), 1, false));
    assertRefused("tokenizer train: minimum frequency 0; expected 1 or more", () -> new BpeTrainer(300, List.of(), 0, false));
    assertRefused("tokenizer train: the documents have no text; expected at least one word",
        () -> new BpeTrainer(300).train(Stream.of("", "")));
    assertRefused("tokenizer train: special token the is also a word of the text; expected one that no text contains, such as"
        + " <|endoftext|>", () -> new BpeTrainer(300, List.of("the"), 1, false).train(Stream.of("the the")));
  }

  private static void assertRefused(String message, Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(BadInputException.class).hasMessage(message);
  }

  private static List<String> learnt(BpeTrainer trainer, String text) {
    Tokenizer tokenizer = trainer.train(Stream.of(text));
    return IntStream.range(256, tokenizer.vocabularySize()).mapToObj(tokenizer::token).toList();
  }
}
