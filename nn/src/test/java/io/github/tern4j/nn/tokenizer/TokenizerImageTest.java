package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TokenizerImageTest {

  private static final Tokenizer TOKENIZER = new BpeTrainer(400, BpeTrainer.QWEN_SPECIAL_TOKENS, 1, false)
      .train(SampleText.DOCUMENTS.stream());
  private static final byte[] IMAGE = TokenizerImage.of(TOKENIZER);

  @Test
  void anImageIsReadBack() {
    Tokenizer read = TokenizerImage.read("image", IMAGE);
    assertThat(read.fingerprint()).isEqualTo(TOKENIZER.fingerprint());
    for (String document : SampleText.DOCUMENTS) {
      assertThat(read.encode(document)).isEqualTo(TOKENIZER.encode(document));
      assertThat(read.decode(read.encode(document))).isEqualTo(TOKENIZER.decode(TOKENIZER.encode(document)));
    }
    assertThat(read.id("<|im_end|>")).isEqualTo(TOKENIZER.id("<|im_end|>"));
  }

  @Test
  void anImageKnowsEachTokenAndEachMerge() {
    Tokenizer read = TokenizerImage.read("image", IMAGE);
    assertThat(read.vocabularySize()).isEqualTo(TOKENIZER.vocabularySize());
    for (int id = 0; id < TOKENIZER.vocabularySize(); id++) {
      assertThat(read.token(id)).isEqualTo(TOKENIZER.token(id));
      assertThat(read.id(read.token(id))).hasValue(id);
    }
    assertThat(read.id("no such token")).isEmpty();
    assertThat(read.definition().vocabulary().token(-1)).isEmpty();
    Merges merges = TOKENIZER.definition().merges();
    assertThat(merges.count()).isPositive();
    for (int rank = 0; rank < merges.count(); rank++) {
      assertThat(read.definition().merges().find(merges.pair(rank))).isEqualTo(Merges.pack(rank, merges.merged(rank)));
    }
    assertThat(read.definition().merges().find(Merges.pack(0, -1))).isEqualTo(Merges.NONE);
  }

  @Test
  void ofTwoMergesOfAPairTheLaterOneCounts() {
    long[] pairs = {Merges.pack(1, 2), Merges.pack(3, 4), Merges.pack(1, 2)};
    Merges twice = new HashedMerges(pairs, new int[] {300, 301, 302});
    TokenizerDefinition definition = TOKENIZER.definition().with(TOKENIZER.definition().vocabulary(), twice);
    Merges read = TokenizerImage.read("image", TokenizerImage.of(new Tokenizer(definition))).definition().merges();
    assertThat(read.count()).isEqualTo(3);
    assertThat(read.find(Merges.pack(1, 2))).isEqualTo(Merges.pack(2, 302)).isEqualTo(twice.find(Merges.pack(1, 2)));
    assertThat(read.find(Merges.pack(3, 4))).isEqualTo(Merges.pack(1, 301));
  }

  @Test
  void anImageThatIsCutOffAnywhereIsRefused() {
    for (int length = 0; length < IMAGE.length; length++) {
      refuses(Arrays.copyOf(IMAGE, length));
    }
  }

  @Test
  void anImageWithAWrongBitOrMoreBytesIsRefused() {
    for (int at = 0; at < IMAGE.length; at += 97) {
      byte[] wrong = IMAGE.clone();
      wrong[at] ^= 4;
      refuses(wrong);
    }
    refuses(Arrays.copyOf(IMAGE, IMAGE.length + 3));
  }

  private static void refuses(byte[] image) {
    assertThatThrownBy(() -> TokenizerImage.read("image", image)).isInstanceOf(BadInputException.class)
        .hasMessage("image: is damaged or no image of a tokenizer; expected one of an export, whose checksum fits");
  }
}
