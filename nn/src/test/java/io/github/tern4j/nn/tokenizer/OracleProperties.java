package io.github.tern4j.nn.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Hugging Face's {@code tokenizers} reads the files that we write, and gives the same ids and the same text. */
class OracleProperties {
  private static final int VOCABULARY_SIZE = 600;

  private static Path folder;
  private static Tokenizer cased;
  private static Tokenizer lowercase;
  private static Oracle casedOracle;
  private static Oracle lowercaseOracle;

  @BeforeContainer
  static void train() throws IOException {
    folder = Files.createTempDirectory("tokenizer-oracle");
    cased = new BpeTrainer(VOCABULARY_SIZE, BpeTrainer.QWEN_SPECIAL_TOKENS, 1, false).train(SampleText.DOCUMENTS.stream());
    lowercase = new BpeTrainer(VOCABULARY_SIZE, BpeTrainer.QWEN_SPECIAL_TOKENS, 1, true).train(SampleText.DOCUMENTS.stream());
    casedOracle = oracle(cased, folder.resolve("cased.json"));
    lowercaseOracle = oracle(lowercase, folder.resolve("lowercase.json"));
  }

  @AfterContainer
  static void close() throws IOException {
    casedOracle.close();
    lowercaseOracle.close();
    Files.delete(folder.resolve("cased.json"));
    Files.delete(folder.resolve("lowercase.json"));
    Files.delete(folder);
  }

  @Property(tries = 2000)
  void encodesLikeHuggingFace(@ForAll("texts") String text) {
    assertThat(cased.encode(text)).isEqualTo(casedOracle.encode(text));
  }

  @Property(tries = 1000)
  void encodesInLowerCaseLikeHuggingFace(@ForAll("texts") String text) {
    assertThat(lowercase.encode(text)).isEqualTo(lowercaseOracle.encode(text));
  }

  @Property(tries = 1000)
  void decodesAnyIdsLikeHuggingFace(@ForAll("ids") int[] ids, @ForAll boolean skipSpecial) {
    assertThat(cased.decode(ids, skipSpecial)).isEqualTo(casedOracle.decode(ids, skipSpecial));
  }

  @Example
  void replacesWhatIsNotUtf8LikeHuggingFace() {
    for (int lead = 0x80; lead < 0x100; lead++) {
      for (int second = 0x70; second < 0x100; second++) {
        int[] ids = Stream.of(bytes(lead, second), bytes(lead, second, 0x80), bytes(lead, second, 0x41),
            bytes(lead, second, 0xbf, 0x80), bytes(lead, second, 0xbf, 0xe0)).flatMapToInt(IntStream::of).toArray();
        assertThat(cased.decode(ids)).isEqualTo(casedOracle.decode(ids, false));
      }
    }
  }

  private static int[] bytes(int... bytes) {
    return IntStream.concat(IntStream.of(bytes), IntStream.of('|'))
        .map(b -> cased.requiredId(String.valueOf(ByteAlphabet.character(b))))
        .toArray();
  }

  @Provide
  Arbitrary<String> texts() {
    return SampleText.arbitrary();
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(0, cased.vocabularySize() - 1).array(int[].class).ofMaxSize(20);
  }

  private static Oracle oracle(Tokenizer tokenizer, Path file) {
    TokenizerFile.write(tokenizer, file);
    return new Oracle(file);
  }
}
