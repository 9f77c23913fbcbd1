package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.tensor.BadInputException;
import it.unimi.dsi.fastutil.objects.Object2IntMap;
import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/**
 * A tokenizer as bytes that are read at once: a {@code tokenizer.json} of 151,936 tokens and 7 MB took a program that had just begun
 * 1.1 to 1.3 s to read, its image 0.4 s (Intel Xeon).
 *
 * <p>Numbers are big endian: the bytes of the JSON of {@link TokenizerFile} without vocabulary and merges, behind their count; the
 * number of tokens, and for each its id, the number of its UTF-8 bytes as a short, and these; the number of merges, and for each
 * the ids of its left, its right and the merged token.
 */
public final class TokenizerImage {

  private static final int IDS_OF_MERGE = 3;

  private TokenizerImage() {}

  /** The image of a tokenizer. */
  public static byte[] of(Tokenizer tokenizer) {
    TokenizerDefinition definition = tokenizer.definition();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      byte[] shell = TokenizerFile.shellBytes(definition);
      out.writeInt(shell.length);
      out.write(shell);
      List<Object2IntMap.Entry<String>> tokens = definition.vocabulary().object2IntEntrySet().stream()
          .sorted(Comparator.comparingInt(Object2IntMap.Entry::getIntValue)).toList();
      out.writeInt(tokens.size());
      for (Object2IntMap.Entry<String> token : tokens) {
        byte[] text = token.getKey().getBytes(StandardCharsets.UTF_8);
        if (text.length > Short.MAX_VALUE) {
          throw new BadInputException("tokenizer: token " + token.getIntValue() + " has " + text.length + " bytes; expected at most "
              + Short.MAX_VALUE);
        }
        out.writeInt(token.getIntValue());
        out.writeShort(text.length);
        out.write(text);
      }
      out.writeInt(definition.mergePairs().length);
      for (int rank = 0; rank < definition.mergePairs().length; rank++) {
        out.writeInt(BytePairMerges.high(definition.mergePairs()[rank]));
        out.writeInt(BytePairMerges.low(definition.mergePairs()[rank]));
        out.writeInt(definition.mergedIds()[rank]);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an image.
   *
   * @param where what to call it in messages
   * @throws BadInputException if it is none, contradicts itself, or asks for what is not supported
   */
  public static Tokenizer read(String where, byte[] image) {
    return TokenizerFile.parse(where, () -> {
      try {
        return new Tokenizer(definition(ByteBuffer.wrap(image)));
      } catch (BufferUnderflowException | NegativeArraySizeException cut) {
        throw new BadInputException("is cut off or no image of a tokenizer; expected one of an export", cut);
      }
    });
  }

  private static TokenizerDefinition definition(ByteBuffer in) {
    TokenizerDefinition shell = TokenizerFile.definition(bytes(in, in.getInt()));
    int tokens = count(in, Integer.BYTES + Short.BYTES);
    var vocabulary = new Object2IntOpenHashMap<String>(tokens);
    vocabulary.defaultReturnValue(-1);
    for (int i = 0; i < tokens; i++) {
      int id = id(in);
      String token = new String(bytes(in, in.getShort()), StandardCharsets.UTF_8);
      if (vocabulary.put(token, id) >= 0) {
        throw new BadInputException("has the token " + token + " twice; expected each once");
      }
    }
    int merges = count(in, IDS_OF_MERGE * Integer.BYTES);
    long[] pairs = new long[merges];
    int[] mergedIds = new int[merges];
    for (int rank = 0; rank < merges; rank++) {
      pairs[rank] = BytePairMerges.pack(id(in), id(in));
      mergedIds[rank] = id(in);
    }
    if (in.hasRemaining()) {
      throw new BadInputException("has " + in.remaining() + " bytes behind its end; expected none");
    }
    return shell.with(vocabulary, pairs, mergedIds);
  }

  private static byte[] bytes(ByteBuffer in, int count) {
    if (count > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  /** A number of things of which each takes at least {@code bytes}. */
  private static int count(ByteBuffer in, int bytes) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / bytes) {
      throw new BufferUnderflowException();
    }
    return count;
  }

  private static int id(ByteBuffer in) {
    int id = in.getInt();
    if (id < 0 || id > TokenizerFile.LARGEST_ID) {
      throw new BadInputException("has the id " + id + "; expected 0 to " + TokenizerFile.LARGEST_ID);
    }
    return id;
  }
}
