package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.tern4j.nn.tokenizer.ChatMessage.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expected texts are what the chat_template in Qwen3's tokenizer_config.json renders. */
class ChatTemplateTest {
  private static final ChatMessage SYSTEM = new ChatMessage(Role.SYSTEM, "Be brief.");
  private static final ChatMessage QUESTION = new ChatMessage(Role.USER, "Hi");

  @Test
  void aPromptEndsWithTheStartOfTheAnswer() {
    assertThat(ChatTemplate.prompt(List.of(SYSTEM, QUESTION), true)).isEqualTo(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void withoutThinkingTheAnswerStartsWithAnEmptyThinkingBlock() {
    assertThat(ChatTemplate.prompt(List.of(QUESTION), false)).isEqualTo(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n");
  }

  @Test
  void theLastAnswerHasAThinkingBlock() {
    assertThat(ChatTemplate.conversation(List.of(QUESTION, answer("\nHello")))).isEqualTo(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nHello<|im_end|>\n");
  }

  @Test
  void thoughtsAreKeptInTheLastAnswerAndDroppedFromEarlierOnes() {
    ChatMessage thoughtful = answer("<think>\nhm\n</think>\n\nHello");
    assertThat(ChatTemplate.conversation(List.of(QUESTION, thoughtful, QUESTION, thoughtful))).isEqualTo(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
            + "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\nhm\n</think>\n\nHello<|im_end|>\n");
  }

  @Test
  void anAnswerBeforeAnotherOneHasABlockOnlyIfItHasThoughts() {
    assertThat(ChatTemplate.conversation(List.of(QUESTION, answer("a"), answer("b")))).isEqualTo(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\na<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\n\n</think>\n\nb<|im_end|>\n");
  }

  @Test
  void whatFollowsTheLastEndOfThinkingIsTheAnswer() {
    assertThat(ChatTemplate.conversation(List.of(QUESTION, SYSTEM, answer("x</think>y</think>\nz")))).isEqualTo(
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>system\nBe brief.<|im_end|>\n"
            + "<|im_start|>assistant\n<think>\nx\n</think>\n\nz<|im_end|>\n");
  }

  private static ChatMessage answer(String content) {
    return new ChatMessage(Role.ASSISTANT, content);
  }
}
