package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TokenizerProperties {
  private final Tokenizer tokenizer = new BpeTrainer(500, BpeTrainer.QWEN_SPECIAL_TOKENS, 1, false)
      .train(SampleText.DOCUMENTS.stream());

  @Property(tries = 500)
  void decodingGivesBackTheNormalizedText(@ForAll("texts") String text) {
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
  }

  @Property(tries = 500)
  void ordinaryTextHasNoSpecialTokens(@ForAll("texts") String text) {
    int[] ids = tokenizer.encodeOrdinary(text);
    assertThat(Arrays.stream(ids)).noneMatch(tokenizer::isSpecial);
    assertThat(tokenizer.decode(ids)).isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
  }

  @Property(tries = 1000)
  void streamedPiecesAreTheWholeText(@ForAll("ids") int[] ids) {
    StreamingDecoder decoder = tokenizer.streamingDecoder();
    var text = new StringBuilder();
    Arrays.stream(ids).forEach(id -> text.append(decoder.append(id)));
    assertThat(text.append(decoder.finish()).toString()).isEqualTo(tokenizer.decode(ids));
  }

  @Property(tries = 300)
  void streamedTextNeverHasHalfACharacter(@ForAll("texts") String text) {
    StreamingDecoder decoder = tokenizer.streamingDecoder();
    String expected = Normalizer.normalize(text, Normalizer.Form.NFC);
    var streamed = new StringBuilder();
    for (int id : tokenizer.encode(text)) {
      streamed.append(decoder.append(id));
      assertThat(expected).startsWith(streamed);
    }
    assertThat(decoder.finish()).isEmpty();
  }

  @Provide
  Arbitrary<String> texts() {
    return SampleText.arbitrary();
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(0, tokenizer.vocabularySize() - 1).array(int[].class).ofMaxSize(20);
  }
}
