package io.github.tern4j.nn.tokenizer;

import java.util.Locale;

/** One turn of a conversation. */
public record ChatMessage(Role role, String content) {

  /** Who speaks. */
  public enum Role {
    /** Instructions that hold for the whole conversation. */
    SYSTEM,
    /** The person. */
    USER,
    /** The model. */
    ASSISTANT;

    String inTemplate() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
