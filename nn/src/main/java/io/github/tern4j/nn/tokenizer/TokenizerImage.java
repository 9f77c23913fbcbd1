package io.github.tern4j.nn.tokenizer;

import io.github.tern4j.tensor.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * A tokenizer as bytes that are searched as they are: a {@code tokenizer.json} of 151,936 tokens and 7 MB takes a program that
 * has just begun a second to read.
 *
 * <p>Numbers are big-endian ints, and what is counted has its number in front:
 *
 * <ul>
 *   <li>the bytes of the JSON of {@link TokenizerFile} without vocabulary and merges;
 *   <li>tokens ({@link VocabularyImage}): their ids, ascending; where the UTF-8 bytes of each begin, and where those of
 *       the last one end; all these bytes, behind their count; the numbers of the tokens in the order of their bytes, which are
 *       compared unsigned;
 *   <li>merges ({@link MergesImage}): for each the ids of the left, the right and the merged token;
 *   <li>the ranks of merges in the order of their pairs, each pair once;
 *   <li>the CRC-32C of everything before.
 * </ul>
 */
public final class TokenizerImage {

  private TokenizerImage() {}

  /** The image of a tokenizer. */
  public static byte[] of(Tokenizer tokenizer) {
    TokenizerDefinition definition = tokenizer.definition();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      byte[] shell = TokenizerFile.shellBytes(definition);
      out.writeInt(shell.length);
      out.write(shell);
      write(definition.vocabulary(), out);
      write(definition.merges(), out);
      out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void write(Vocabulary vocabulary, DataOutputStream out) throws IOException {
    int[] ids = vocabulary.ids().toArray();
    byte[][] tokens = Arrays.stream(ids).mapToObj(id -> vocabulary.token(id).orElseThrow().getBytes(StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
    out.writeInt(ids.length);
    writeAll(ids, out);
    int begin = 0;
    out.writeInt(begin);
    for (byte[] token : tokens) {
      begin += token.length;
      out.writeInt(begin);
    }
    out.writeInt(begin);
    for (byte[] token : tokens) {
      out.write(token);
    }
    writeAll(IntStream.range(0, tokens.length).boxed().sorted(Comparator.comparing(i -> tokens[i], Arrays::compareUnsigned))
        .mapToInt(Integer::intValue).toArray(), out);
  }

  private static void write(Merges merges, DataOutputStream out) throws IOException {
    out.writeInt(merges.count());
    for (int rank = 0; rank < merges.count(); rank++) {
      out.writeInt(Merges.high(merges.pair(rank)));
      out.writeInt(Merges.low(merges.pair(rank)));
      out.writeInt(merges.merged(rank));
    }
    int[] found = IntStream.range(0, merges.count()).filter(rank -> Merges.high(merges.find(merges.pair(rank))) == rank).boxed()
        .sorted(Comparator.comparingLong(merges::pair)).mapToInt(Integer::intValue).toArray();
    out.writeInt(found.length);
    writeAll(found, out);
  }

  private static void writeAll(int[] numbers, DataOutputStream out) throws IOException {
    for (int number : numbers) {
      out.writeInt(number);
    }
  }

  private static int checksum(byte[] image, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(image, 0, length);
    return (int) checksum.getValue();
  }

  /**
   * A tokenizer that searches an image.
   *
   * @param where what to call it in messages
   * @param image kept, not copied
   * @throws BadInputException if it is none, or its bytes have changed since it was made
   */
  public static Tokenizer read(String where, byte[] image) {
    return TokenizerFile.parse(where, () -> new Tokenizer(definition(image)));
  }

  private static TokenizerDefinition definition(byte[] image) {
    int end = image.length - Integer.BYTES;
    if (end < 0 || ByteBuffer.wrap(image).getInt(end) != checksum(image, end)) {
      throw new BadInputException("is damaged or no image of a tokenizer; expected one of an export, whose checksum fits");
    }
    ImageReader in = new ImageReader(image);
    TokenizerDefinition shell = TokenizerFile.definition(Arrays.copyOfRange(image, in.skipBytes(), in.position()));
    return shell.with(new VocabularyImage(in), new MergesImage(in));
  }
}
