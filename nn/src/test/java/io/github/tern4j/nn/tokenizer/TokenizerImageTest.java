package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import java.nio.ByteBuffer;
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
  void anImageThatIsCutOffAnywhereIsRefused() {
    for (int length = 0; length < IMAGE.length; length++) {
      byte[] cut = Arrays.copyOf(IMAGE, length);
      assertThatThrownBy(() -> TokenizerImage.read("image", cut)).isInstanceOf(BadInputException.class)
          .hasMessage("image: is cut off or no image of a tokenizer; expected one of an export");
    }
  }

  @Test
  void bytesBehindTheEndAreRefused() {
    assertThatThrownBy(() -> TokenizerImage.read("image", Arrays.copyOf(IMAGE, IMAGE.length + 3)))
        .isInstanceOf(BadInputException.class).hasMessage("image: has 3 bytes behind its end; expected none");
  }

  @Test
  void idsOutOfRangeAreRefused() {
    byte[] wrong = IMAGE.clone();
    ByteBuffer.wrap(wrong).putInt(IMAGE.length - Integer.BYTES, -2);
    assertThatThrownBy(() -> TokenizerImage.read("image", wrong)).isInstanceOf(BadInputException.class)
        .hasMessage("image: has the id -2; expected 0 to 4194304");
  }
}
