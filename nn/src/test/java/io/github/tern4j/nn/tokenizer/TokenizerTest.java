package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  /** Merges learnt from "aab": first a + a (twice as frequent as the rest), then aa + b. */
  private final Tokenizer tokenizer = new BpeTrainer(261, BpeTrainer.QWEN_SPECIAL_TOKENS, 2, false)
      .train(Stream.of("aab aab aaaa"));

  @Test
  void bytesComeFirstAndSpecialTokensLast() {
    assertThat(tokenizer.token(0)).isEqualTo("!");
    assertThat(tokenizer.token(220)).isEqualTo("Ġ");
    assertThat(tokenizer.token(258)).isEqualTo("<|endoftext|>");
    assertThat(tokenizer.id("<|im_end|>")).isEqualTo(OptionalInt.of(260));
    assertThat(tokenizer.id("nowhere")).isEmpty();
    assertThat(tokenizer.vocabularySize()).isEqualTo(261);
  }

  @Test
  void theMergeLearntFirstIsAppliedFirstAndFromTheLeft() {
    assertThat(tokens("aaab")).containsExactly("aa", "a", "b");
    assertThat(tokens(" aa")).containsExactly("Ġaa");
  }

  @Test
  void specialTokensInTextAreRecognisedOnlyWhenAsked() {
    assertThat(tokens("b<|endoftext|>b")).containsExactly("b", "<|endoftext|>", "b");
    assertThat(tokenizer.encodeOrdinary("b<|endoftext|>b")).hasSizeGreaterThan(3);
  }

  @Test
  void specialTokensCanBeLeftOutOfDecodedText() {
    int[] ids = tokenizer.encode("a<|im_end|>b");
    assertThat(tokenizer.decode(ids)).isEqualTo("a<|im_end|>b");
    assertThat(tokenizer.decode(ids, true)).isEqualTo("ab");
  }

  @Test
  void nothingEncodesToNothing() {
    assertThat(tokenizer.encode("")).isEmpty();
    assertThat(tokenizer.decode(new int[0])).isEmpty();
  }

  @Test
  void aLoneSurrogateBecomesTheReplacementCharacter() {
    assertThat(tokenizer.decode(tokenizer.encode("a\ud800b\udc00 \ud83d\ude00"))).isEqualTo("a\ufffdb\ufffd 😀");
  }

  @Test
  void aMillionBytesWithoutASpaceAreMergedInLessThanQuadraticTime() {
    // Quadratic would be some 10^12 steps, hours; n log n is well under a second.
    assertThat(tokenizer.encode("a".repeat(1_000_000))).hasSize(500_000);
  }

  @Test
  void severalThreadsMayEncodeAtOnce() {
    Tokenizer shared = new BpeTrainer(400).train(SampleText.DOCUMENTS.stream());
    Tokenizer alone = new BpeTrainer(400).train(SampleText.DOCUMENTS.stream());
    List<int[]> together = IntStream.range(0, 400).parallel()
        .mapToObj(i -> shared.encode(SampleText.DOCUMENTS.get(i % SampleText.DOCUMENTS.size()) + i))
        .toList();
    for (int i = 0; i < together.size(); i++) {
      assertThat(together.get(i)).isEqualTo(alone.encode(SampleText.DOCUMENTS.get(i % SampleText.DOCUMENTS.size()) + i));
    }
  }

  @Test
  void anIdWithoutTokenIsNamed() {
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1, 261}))
        .isInstanceOf(BadInputException.class)
        .hasMessage("token id 261 has no token; expected an id below 261");
    assertThatThrownBy(() -> tokenizer.token(-1)).isInstanceOf(BadInputException.class);
  }

  @Test
  void aMissingSpecialTokenIsNamed() {
    assertThatThrownBy(() -> tokenizer.requiredId("<think>"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("tokenizer: no token <think> among its 261 tokens");
  }

  @Test
  void aCharacterIsStreamedWhenItsLastByteHasArrived() {
    int[] ids = tokenizer.encode("é😀");
    StreamingDecoder decoder = tokenizer.streamingDecoder();
    assertThat(IntStream.of(ids).mapToObj(decoder::append).toList()).isEqualTo(List.of("", "é", "", "", "", "😀"));
  }

  @Test
  void aCharacterThatNeverEndsIsReplacedAtTheEnd() {
    StreamingDecoder decoder = tokenizer.streamingDecoder();
    assertThat(decoder.append(tokenizer.encode("é")[0])).isEmpty();
    assertThat(decoder.finish()).isEqualTo("\ufffd");
  }

  @Test
  void fingerprintsTellTokenizersApart() {
    Tokenizer same = new BpeTrainer(261, BpeTrainer.QWEN_SPECIAL_TOKENS, 2, false).train(Stream.of("aab aab aaaa"));
    Tokenizer lower = new BpeTrainer(261, BpeTrainer.QWEN_SPECIAL_TOKENS, 2, true).train(Stream.of("aab aab aaaa"));
    assertThat(same.fingerprint()).isEqualTo(tokenizer.fingerprint());
    assertThat(lower.fingerprint()).isNotEqualTo(tokenizer.fingerprint());
  }

  private List<String> tokens(String text) {
    return IntStream.of(tokenizer.encode(text)).mapToObj(tokenizer::token).toList();
  }
}
