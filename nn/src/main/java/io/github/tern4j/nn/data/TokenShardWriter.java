package io.github.tern4j.nn.data;

import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Writes a {@link TokenShard}, one document after the other.
 *
 * <p>Ids go to a temporary name beside the file; {@link #finish} completes the header, forces the file to disk and renames it.
 * Closed before that, it leaves nothing behind.
 */
public final class TokenShardWriter implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final Path aside;
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int vocabularySize;
  private final int boundary;
  private final long fingerprint;
  private final boolean wide;
  private long count;

  /**
   * Starts a shard with ids of this tokenizer.
   *
   * @param boundaryToken the token that is put after each document, for example {@code <|endoftext|>}
   * @throws BadInputException if the tokenizer does not have the boundary token
   * @throws UncheckedIOException if the file cannot be created
   */
  public TokenShardWriter(Path file, Tokenizer tokenizer, String boundaryToken) {
    this.file = file;
    boundary = tokenizer.requiredId(boundaryToken);
    vocabularySize = tokenizer.vocabularySize();
    fingerprint = tokenizer.fingerprint();
    wide = vocabularySize > TokenShard.LARGEST_U16_VOCABULARY;
    aside = file.resolveSibling(file.getFileName() + ".partial");
    try {
      channel = FileChannel.open(aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unwritable(e);
    }
    buffer.put(new byte[TokenShard.HEADER_BYTES]); // completed at the end: until then no reader accepts the file
  }

  /**
   * Encodes all documents into a shard; returns the number of ids.
   *
   * @throws BadInputException if there are no documents, or one of them cannot be read
   * @throws UncheckedIOException if the file cannot be written, for example on a full disk
   */
  public static long write(Path file, DocumentSource source, Tokenizer tokenizer, String boundaryToken) {
    try (var writer = new TokenShardWriter(file, tokenizer, boundaryToken); Stream<String> documents = source.documents()) {
      documents.forEach(document -> writer.add(tokenizer.encode(document)));
      writer.finish();
      return writer.count;
    }
  }

  /**
   * Adds a document and the boundary after it.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void add(int[] document) {
    try {
      for (int id : document) {
        put(id);
      }
      put(boundary);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Completes the shard under its own name.
   *
   * @throws BadInputException if no document was added
   * @throws UncheckedIOException if it cannot be written
   */
  public void finish() {
    if (count == 0) {
      throw new BadInputException(file + ": no documents to write; expected at least one");
    }
    try {
      flush();
      buffer.putLong(TokenShard.MAGIC).putInt(TokenShard.VERSION).putInt(wide ? Integer.BYTES : Short.BYTES).putLong(count)
          .putInt(vocabularySize).putInt(boundary).putLong(fingerprint).flip();
      for (int at = 0; buffer.hasRemaining(); ) {
        at += channel.write(buffer, at);
      }
      channel.force(true);
      channel.close();
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Drops what is not finished. */
  @Override
  public void close() {
    try {
      channel.close();
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private void put(int id) throws IOException {
    if (id < 0 || id >= vocabularySize) {
      throw new IllegalArgumentException("token shard: id " + id + " is not in the vocabulary; expected 0 to "
          + (vocabularySize - 1));
    }
    if (buffer.remaining() < Integer.BYTES) {
      flush();
    }
    if (wide) {
      buffer.putInt(id);
    } else {
      buffer.putShort((short) id);
    }
    count++;
  }

  private void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  private UncheckedIOException unwritable(IOException e) {
    return new UncheckedIOException(file + ": cannot be written (" + e + ")", e);
  }
}
