package io.github.tern4j.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.nn.tokenizer.TokenizerFile;
import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenShardTest {
  private static final String END = "<|endoftext|>";
  private static final List<String> DOCUMENTS = List.of("the cat", "a dog and the cat", "x");

  @TempDir
  private Path folder;

  @Test
  void documentsFollowEachOtherWithABoundaryAfterEach() {
    Tokenizer tokenizer = tokenizer(300);
    Path file = folder.resolve("a.shard");
    long count = TokenShardWriter.write(file, DOCUMENTS::stream, tokenizer, END);
    int[] expected = DOCUMENTS.stream().flatMapToInt(text -> IntStream.of(tokenizer.encode(text + END))).toArray();
    try (TokenShard shard = TokenShard.open(file)) {
      shard.checkMadeBy(tokenizer);
      assertThat(shard.count()).isEqualTo(count).isEqualTo(expected.length);
      assertThat(shard.boundary()).isEqualTo(tokenizer.requiredId(END));
      assertThat(shard.vocabularySize()).isEqualTo(tokenizer.vocabularySize());
      assertThat(read(shard, 0, expected.length)).isEqualTo(expected);
      assertThat(read(shard, 2, 3)).isEqualTo(new int[] {expected[2], expected[3], expected[4]});
    }
  }

  @ParameterizedTest
  @CsvSource({"65535, 2", "65536, 4"})
  void idsHaveTwoBytesAsLongAsTheyFit(int largestId, int bytes) throws IOException {
    Tokenizer tokenizer = tokenizerWithLargestId(largestId);
    Path file = folder.resolve("a.shard");
    long count = TokenShardWriter.write(file, DOCUMENTS::stream, tokenizer, "<|im_end|>");
    assertThat(Files.size(file)).isEqualTo(TokenShard.HEADER_BYTES + count * bytes);
    try (TokenShard shard = TokenShard.open(file)) {
      assertThat(read(shard, count - 1, 1)).containsExactly(largestId);
    }
  }

  @Test
  void manyDocumentsFillTheBufferManyTimes() {
    Tokenizer tokenizer = tokenizer(300);
    Path file = folder.resolve("a.shard");
    TokenShardWriter.write(file, () -> Stream.iterate("a", text -> "a").limit(100_001), tokenizer, END);
    try (TokenShard shard = TokenShard.open(file)) {
      assertThat(shard.count()).isEqualTo(200_002);
      int[] pair = {tokenizer.requiredId("a"), tokenizer.requiredId(END)};
      int[] ids = read(shard, 0, 200_002);
      assertThat(IntStream.range(0, ids.length)).allMatch(i -> ids[i] == pair[i % 2]);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      0  | 4 | 0x4e454b4f | does not start with T4JTOKEN; expected a token shard
      8  | 4 | 2          | has version 2; expected 1
      12 | 4 | 3          | has 3 bytes per id; expected 2 or 4
      12 | 4 | 4          | promises 22 ids of 4 bytes and has 44 bytes of them; expected a whole file
      16 | 8 | 23         | promises 23 ids of 2 bytes and has 44 bytes of them; expected a whole file
      16 | 8 | 0x7fffffffffffffff | promises 9223372036854775807 ids of 2 bytes and has 44 bytes of them; expected a whole file
      16 | 8 | -1         | promises -1 ids of 2 bytes and has 44 bytes of them; expected a whole file
      24 | 4 | -5         | has boundary token 256 and -5 tokens; expected one of the tokens
      28 | 4 | 259        | has boundary token 259 and 259 tokens; expected one of the tokens
      """)
  void aLyingHeaderIsOneLine(int at, int bytes, String value, String message) throws IOException {
    Path file = shard(259);
    patch(file, at, bytes, Long.decode(value));
    assertRefused(file + ": " + message, () -> TokenShard.open(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 39})
  void aFileWithoutAWholeHeaderIsRefused(int length) throws IOException {
    Path file = Files.write(folder.resolve("short"), new byte[length]);
    assertRefused(file + ": has " + length + " bytes; expected a header of 40", () -> TokenShard.open(file));
  }

  @Test
  void anIdOutsideTheVocabularyIsFoundWhenItIsRead() throws IOException {
    Path file = shard(259);
    patch(file, TokenShard.HEADER_BYTES + 2 * 7, 2, 65_000);
    try (TokenShard shard = TokenShard.open(file)) {
      assertThat(read(shard, 0, 7)).hasSize(7);
      assertRefused(file + ": has the id 65000 at position 7; expected one below 259", () -> read(shard, 5, 5));
    }
  }

  @Test
  void readingOutsideTheShardIsAnError() {
    try (TokenShard shard = TokenShard.open(shard(259))) {
      assertThatThrownBy(() -> read(shard, shard.count() - 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> read(shard, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aShardOfAnotherTokenizerIsRefused() {
    try (TokenShard shard = TokenShard.open(shard(259))) {
      assertThatThrownBy(() -> shard.checkMadeBy(tokenizer(262)))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("was made by another tokenizer (fingerprint ");
    }
  }

  @Test
  void aMissingShardIsNamed() {
    Path file = folder.resolve("missing");
    assertRefused(file + ": no such file; expected a token shard", () -> TokenShard.open(file));
  }

  @Test
  void aFailureWhileWritingLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("a.shard"), "old");
    DocumentSource failing = () -> Stream.of("the", "cat").peek(text -> {
      if (text.equals("cat")) {
        throw new BadInputException("no cats");
      }
    });
    assertRefused("no cats", () -> TokenShardWriter.write(file, failing, tokenizer(300), END));
    assertRefused(file + ": no documents to write; expected at least one",
        () -> TokenShardWriter.write(file, Stream::of, tokenizer(300), END));
    assertThat(Files.readString(file)).isEqualTo("old");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void anIdThatTheTokenizerDoesNotHaveIsNotWritten() {
    Path file = folder.resolve("a");
    assertThatThrownBy(() -> TokenShardWriter.write(file, tokenizer(259), END, writer -> writer.add(new int[] {259})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token shard: id 259 is not in the vocabulary; expected 0 to 258");
    assertThat(file).doesNotExist();
  }

  @Test
  void aDiskThatFailsMeanwhileIsOneLineAndLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    // an interrupt closes the channel, which is the failure that can be had everywhere; more ids than the buffer holds
    Runnable writing = () -> TokenShardWriter.write(file, tokenizer(259), END, writer -> {
      Thread.currentThread().interrupt();
      writer.add(new int[100_000]);
    });
    try {
      assertThatThrownBy(writing::run).isInstanceOf(UncheckedIOException.class)
          .hasMessage(file + ": cannot be written: interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("a");
  }

  private Path shard(int vocabularySize) {
    Path file = folder.resolve("shard");
    // 7 + 12 bytes, one token each, and three boundaries
    TokenShardWriter.write(file, () -> Stream.of("the cat", "a dog and it", ""), tokenizer(vocabularySize), END);
    return file;
  }

  private static Tokenizer tokenizer(int vocabularySize) {
    return new BpeTrainer(vocabularySize).train(Stream.of("the cat and the cat"));
  }

  private Tokenizer tokenizerWithLargestId(int id) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    TokenizerFile.write(tokenizer(259), file);
    Files.writeString(file, Files.readString(file).replaceFirst("\"id\" : 258", "\"id\" : " + id));
    return TokenizerFile.read(file);
  }

  private static int[] read(TokenShard shard, long from, int length) {
    int[] ids = new int[length + 2];
    shard.copy(from, ids, 1, length);
    assertThat(ids[0] + ids[length + 1]).isZero();
    return IntStream.of(ids).skip(1).limit(length).toArray();
  }

  private static void patch(Path file, int at, int bytes, long value) throws IOException {
    byte[] content = Files.readAllBytes(file);
    byte[] little = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    System.arraycopy(little, 0, content, at, bytes);
    Files.write(file, content);
  }

  private static void assertRefused(String message, Runnable action) {
    assertThatThrownBy(action::run).isInstanceOf(BadInputException.class).hasMessage(message);
  }
}
