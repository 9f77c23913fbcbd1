package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.nn.tokenizer.ChatMessage.Role;
import java.util.List;

/**
 * Writes a conversation as Qwen3 was trained on it (ChatML): {@code <|im_start|>role}, a line break, the content,
 * {@code <|im_end|>}, a line break.
 *
 * <p>Follows the {@code chat_template} in Qwen3's {@code tokenizer_config.json} for conversations without tools: what the model
 * thought is kept only in answers after the last question, and there an answer always has a thinking block. The content is not
 * escaped, there as here: {@code <|im_end|>} in a message ends it.
 */
public final class ChatTemplate {
  private static final String THINK = "<think>";
  private static final String END_THINK = "</think>";

  private ChatTemplate() {}

  /** The whole conversation, for training on it. */
  public static String conversation(List<ChatMessage> messages) {
    int lastQuestion = lastQuestion(messages);
    var text = new StringBuilder();
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      text.append("<|im_start|>").append(message.role().inTemplate()).append('\n');
      if (message.role() == Role.ASSISTANT) {
        appendAnswer(text, message.content(), i > lastQuestion, i == messages.size() - 1);
      } else {
        text.append(message.content());
      }
      text.append("<|im_end|>\n");
    }
    return text.toString();
  }

  /**
   * The conversation and the start of the model's answer. Without {@code thinking} the answer starts with an empty thinking
   * block, which is Qwen3's {@code enable_thinking=false}.
   */
  public static String prompt(List<ChatMessage> messages, boolean thinking) {
    return conversation(messages) + "<|im_start|>assistant\n" + (thinking ? "" : THINK + "\n\n" + END_THINK + "\n\n");
  }

  private static int lastQuestion(List<ChatMessage> messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role() == Role.USER) {
        return i;
      }
    }
    return messages.size() - 1;
  }

  private static void appendAnswer(StringBuilder text, String message, boolean afterLastQuestion, boolean last) {
    String answer = message;
    String reasoning = "";
    if (message.contains(END_THINK)) {
      answer = stripLeadingLineBreaks(message.substring(message.lastIndexOf(END_THINK) + END_THINK.length()));
      String before = stripTrailingLineBreaks(message.substring(0, message.indexOf(END_THINK)));
      int think = before.lastIndexOf(THINK);
      reasoning = stripLeadingLineBreaks(think < 0 ? before : before.substring(think + THINK.length()));
    }
    if (afterLastQuestion && (last || !reasoning.isEmpty())) {
      text.append(THINK).append('\n').append(stripTrailingLineBreaks(reasoning)).append('\n').append(END_THINK).append("\n\n");
      answer = stripLeadingLineBreaks(answer);
    }
    text.append(answer);
  }

  private static String stripLeadingLineBreaks(String text) {
    int start = 0;
    while (start < text.length() && text.charAt(start) == '\n') {
      start++;
    }
    return text.substring(start);
  }

  private static String stripTrailingLineBreaks(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '\n') {
      end--;
    }
    return text.substring(0, end);
  }
}
