package io.github.tern4j.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.SharedData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {

  @TempDir
  private Path folder;

  @Test
  void documentsAreSeparatedByLinesOfEndOfText() throws IOException {
    Path file = write("a.txt", "one\n\nmore\n<|endoftext|>\r\n<|endoftext|>\n \ntwo <|endoftext|> x\n<|endoftext|>\n");
    assertThat(documents(file)).containsExactly("one\n\nmore", " \ntwo <|endoftext|> x");
  }

  @Test
  void runningTextComesInPiecesThatEndAtBlankLines() throws IOException {
    String paragraph = "word ".repeat(999) + "word";
    String text = String.join("\n\n", Collections.nCopies(40, paragraph)) + "\n";
    Path file = write("a.txt", text);
    List<String> pieces = documents(file);
    assertThat(String.join("\n\n", pieces) + "\n").isEqualTo(text);
    assertThat(pieces).hasSizeBetween(3, 4).allMatch(piece -> piece.endsWith("word"));
  }

  @Test
  void runningTextWithoutBlankLinesIsCutAtALineEnd() throws IOException {
    String text = ("x".repeat(99) + "\n").repeat(25_000);
    List<String> pieces = documents(write("a.txt", text));
    assertThat(String.join("\n", pieces) + "\n").isEqualTo(text);
    assertThat(pieces).hasSize(3);
  }

  @Test
  void jsonLinesHaveTheirDocumentInTheFieldText() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"one\\nline\", \"id\": 1}\n\n{\"text\": \"\"}\n{\"id\": 2, \"text\": \"two\"}");
    assertThat(documents(file)).containsExactly("one\nline", "two");
  }

  @Test
  void packedFilesAreRead() throws IOException {
    Path file = folder.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("{\"text\": \"packed\"}\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(documents(file)).containsExactly("packed");
  }

  @Test
  void aFolderStandsForItsFilesInTheOrderOfTheirNames() throws IOException {
    write("b.txt", "second");
    write("a.jsonl", "{\"text\": \"first\"}");
    write("held-out.tokens", "not for training");
    write("notes.md", "no corpus");
    assertThat(documents(folder)).containsExactly("first", "second");
  }

  @Test
  void documentsCanBeReadAgainAndNotToTheEnd() throws IOException {
    Corpus corpus = new Corpus(List.of(write("a.txt", "one\n<|endoftext|>\ntwo"), write("b.txt", "three")));
    try (Stream<String> documents = corpus.documents()) {
      assertThat(documents.limit(1)).containsExactly("one");
    }
    try (Stream<String> documents = corpus.documents()) {
      assertThat(documents).containsExactly("one", "two", "three");
    }
  }

  @Test
  void badInputIsOneLineThatNamesTheFile() throws IOException {
    Path empty = write("empty.txt", "\n\n");
    assertRefused(empty + ": has no text; expected at least one document", empty);
    Path noField = write("field.jsonl", "{\"text\": \"a\"}\n{\"document\": \"b\"}");
    assertRefused(noField + ": line 2 has no string in the field \"text\"; expected {\"text\": \"...\"}", noField);
    Path unknown = write("a.pdf", "x");
    assertRefused(unknown + ": unknown kind of corpus file; expected .txt, .jsonl or .tokens, also with .gz", unknown);
    Path missing = folder.resolve("missing.txt");
    assertRefused(missing + ": no such file; expected a corpus file or folder", missing);
    Path emptyFolder = Files.createDirectory(folder.resolve("sub"));
    assertRefused(emptyFolder + ": folder has no .txt[.gz] or .jsonl[.gz] files; expected a corpus", emptyFolder);
    Path latin1 = Files.write(folder.resolve("latin1.txt"), new byte[] {'a', '\n', (byte) 0xe9});
    assertRefused(latin1 + ": byte 0xe9 at offset 2 is not valid UTF-8; expected UTF-8 text", latin1);
    assertRefused("corpus: no files named; expected .txt, .jsonl or folders of them");
  }

  @Test
  void brokenJsonIsReportedWithItsLine() throws IOException {
    Path file = write("broken.jsonl", "{\"text\": \"a\"}\n{\"text\": ");
    assertThatThrownBy(() -> documents(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": line 2 is not valid JSON (")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theSharedCorporaHaveTheDocumentsThatTheirReadmeCounts() {
    Path corpora = SharedData.folder("data/corpus");
    assertThat(documents(corpora.resolve("wiki_en.valid.txt.gz"))).hasSize(407);
    assertThat(documents(corpora.resolve("african_storybook_en.txt.gz"))).hasSize(316);
    assertThat(documents(corpora.resolve("wikitext103.valid.tokens.gz"))).hasSizeGreaterThan(10);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static List<String> documents(Path... paths) {
    try (Stream<String> documents = new Corpus(List.of(paths)).documents()) {
      return documents.toList();
    }
  }

  private static void assertRefused(String message, Path... paths) {
    assertThatThrownBy(() -> documents(paths)).isInstanceOf(BadInputException.class).hasMessage(message);
  }
}
