package io.github.tern4j.nn.data;

import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A file of token ids, mapped into memory: documents one after the other, each followed by a boundary token.
 *
 * <p>Little endian throughout. Header of {@value #HEADER_BYTES} bytes: 8 bytes {@code T4JTOKEN}; u32 version = {@value #VERSION};
 * u32 bytes per id, 2 or 4; u64 count of ids; u32 vocabulary size; u32 boundary token; u64
 * {@linkplain Tokenizer#fingerprint() fingerprint} of the tokenizer. Then the ids, u16 if the vocabulary has at most 65,536
 * tokens and u32 otherwise.
 */
public final class TokenShard implements AutoCloseable {
  static final int HEADER_BYTES = 40;
  static final int VERSION = 1;
  static final long MAGIC = 0x4e454b4f544a3454L; // "T4JTOKEN" read little endian
  static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final int LARGEST_U16_VOCABULARY = 1 << 16;

  private final Path file;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment ids;
  private final boolean wide;
  private final long count;
  private final int vocabularySize;
  private final int boundary;
  private final long fingerprint;

  private TokenShard(Path file) throws IOException {
    this.file = file;
    try (FileChannel channel = FileChannel.open(file)) {
      long fileBytes = channel.size();
      check(fileBytes >= HEADER_BYTES, "has " + fileBytes + " bytes; expected a header of " + HEADER_BYTES);
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena);
      check(all.get(U64, 0) == MAGIC, "does not start with T4JTOKEN; expected a token shard");
      int version = all.get(U32, 8);
      check(version == VERSION, "has version " + version + "; expected " + VERSION);
      int bytesPerId = all.get(U32, 12);
      check(bytesPerId == 2 || bytesPerId == 4, "has " + bytesPerId + " bytes per id; expected 2 or 4");
      count = all.get(U64, 16);
      long idBytes = fileBytes - HEADER_BYTES;
      check(idBytes % bytesPerId == 0 && count == idBytes / bytesPerId, "promises " + count + " ids of " + bytesPerId
          + " bytes and has " + idBytes + " bytes of them; expected a whole file");
      vocabularySize = all.get(U32, 24);
      boundary = all.get(U32, 28);
      check(boundary >= 0 && boundary < vocabularySize,
          "has boundary token " + boundary + " and " + vocabularySize + " tokens; expected one of the tokens");
      fingerprint = all.get(U64, 32);
      wide = bytesPerId == 4;
      ids = all.asSlice(HEADER_BYTES);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Maps a shard.
   *
   * @throws BadInputException if the file is missing, or its header is not that of a shard or contradicts its length
   */
  public static TokenShard open(Path file) {
    try {
      return new TokenShard(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file; expected a token shard", e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be mapped (" + e.getMessage() + ")", e);
    }
  }

  /** How many ids it has, boundaries included. */
  public long count() {
    return count;
  }

  /** All ids are below this. */
  public int vocabularySize() {
    return vocabularySize;
  }

  /** The id that follows each document. */
  public int boundary() {
    return boundary;
  }

  /**
   * Checks that the ids are this tokenizer's.
   *
   * @throws BadInputException if another tokenizer made them
   */
  public void checkMadeBy(Tokenizer tokenizer) {
    check(tokenizer.fingerprint() == fingerprint, "was made by another tokenizer (fingerprint %016x); expected %016x"
        .formatted(fingerprint, tokenizer.fingerprint()));
  }

  /**
   * Copies {@code length} ids from position {@code from} of the shard to position {@code at} of {@code into}.
   *
   * @throws BadInputException if an id is not below the vocabulary size
   * @throws IndexOutOfBoundsException if the range is not within the shard
   */
  public void copy(long from, int[] into, int at, int length) {
    Objects.checkFromIndexSize(from, length, count);
    Objects.checkFromIndexSize(at, length, into.length);
    if (wide) {
      for (int i = 0; i < length; i++) {
        into[at + i] = ids.get(U32, (from + i) * Integer.BYTES);
      }
    } else {
      for (int i = 0; i < length; i++) {
        into[at + i] = Short.toUnsignedInt(ids.get(U16, (from + i) * Short.BYTES));
      }
    }
    for (int i = 0; i < length; i++) {
      int id = into[at + i];
      check(id >= 0 && id < vocabularySize, "has the id " + Integer.toUnsignedString(id) + " at position " + (from + i)
          + "; expected one below " + vocabularySize);
    }
  }

  /** Unmaps the file. */
  @Override
  public void close() {
    arena.close();
  }

  Path file() {
    return file;
  }

  private void check(boolean good, String otherwise) {
    if (!good) {
      throw new BadInputException(file + ": " + otherwise);
    }
  }
}
