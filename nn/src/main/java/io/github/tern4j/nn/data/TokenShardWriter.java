package io.github.tern4j.nn.data;

import io.github.tern4j.nn.file.AtomicFile;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Writes a {@link TokenShard}, one document after the other; the file appears {@linkplain AtomicFile at once} when complete. */
public final class TokenShardWriter {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int vocabularySize;
  private final int boundary;
  private final long fingerprint;
  private final boolean wide;
  private long count;

  private TokenShardWriter(FileChannel channel, Tokenizer tokenizer, int boundary) {
    this.channel = channel;
    this.boundary = boundary;
    vocabularySize = tokenizer.vocabularySize();
    fingerprint = tokenizer.fingerprint();
    wide = vocabularySize > TokenShard.LARGEST_U16_VOCABULARY;
    buffer.put(new byte[TokenShard.HEADER_BYTES]); // completed at the end, when the number of ids is known
  }

  /**
   * Encodes all documents into a shard; returns the number of ids.
   *
   * @param boundaryToken the token that is put after each document, for example {@code <|endoftext|>}
   * @throws BadInputException if the tokenizer does not have the boundary token, there are no documents, or one of them cannot be
   *     read
   * @throws UncheckedIOException if the file cannot be written, for example on a full disk
   */
  public static long write(Path file, DocumentSource source, Tokenizer tokenizer, String boundaryToken) {
    return write(file, tokenizer, boundaryToken, writer -> {
      try (Stream<String> documents = source.documents()) {
        documents.forEach(document -> writer.add(tokenizer.encode(document)));
      }
    });
  }

  /** Writes the documents that {@code body} adds; returns the number of ids. */
  static long write(Path file, Tokenizer tokenizer, String boundaryToken, Consumer<TokenShardWriter> body) {
    int boundary = tokenizer.requiredId(boundaryToken);
    long[] count = new long[1];
    AtomicFile.write(file, channel -> {
      var writer = new TokenShardWriter(channel, tokenizer, boundary);
      try {
        body.accept(writer);
      } catch (DiskFailure failure) {
        throw failure.reason;
      }
      if (writer.count == 0) {
        throw new BadInputException(file + ": no documents to write; expected at least one");
      }
      writer.finish();
      count[0] = writer.count;
    });
    return count[0];
  }

  /** Adds a document and the boundary after it. */
  void add(int[] document) {
    try {
      for (int id : document) {
        put(id);
      }
      put(boundary);
    } catch (IOException e) {
      throw new DiskFailure(e);
    }
  }

  /** Carries a failure to write past the code that reads documents, whose own failures must not be taken for it. */
  private static final class DiskFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final IOException reason;

    DiskFailure(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private void finish() throws IOException {
    flush();
    buffer.putLong(TokenShard.MAGIC).putInt(TokenShard.VERSION).putInt(wide ? Integer.BYTES : Short.BYTES).putLong(count)
        .putInt(vocabularySize).putInt(boundary).putLong(fingerprint).flip();
    for (int at = 0; buffer.hasRemaining(); ) {
      at += channel.write(buffer, at);
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
}
