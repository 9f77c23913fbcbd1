/**
 * Byte-level byte-pair encoding: text to token ids and back, training of a vocabulary, and Hugging Face's
 * {@code tokenizer.json}.
 *
 * <p>{@link io.github.tern4j.nn.tokenizer.Tokenizer} runs the same stages as Hugging Face's {@code tokenizers}: added tokens are
 * cut out of the text first, the rest is normalised (NFC, lower case), split into words by a regular expression, each word's
 * UTF-8 bytes become one token each, and neighbouring tokens are merged in the order in which training learnt the merges. {@link
 * io.github.tern4j.nn.tokenizer.BpeTrainer} learns those merges, {@link io.github.tern4j.nn.tokenizer.TokenizerFile} reads and
 * writes them, and {@link io.github.tern4j.nn.tokenizer.ChatTemplate} writes a conversation the way Qwen3 expects it.
 */
package io.github.tern4j.nn.tokenizer;
