package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Documents in files: {@code .txt} with lines {@code <|endoftext|>} between documents (without them, running text in pieces of
 * some 64,000 characters), {@code .jsonl} with a field {@code text}, each also as {@code .gz}. WikiText's {@code .tokens} are
 * read as text when named.
 *
 * <p>Files are read one line at a time; a corpus of any size needs memory for one document.
 */
public final class Corpus implements DocumentSource {
  private enum Kind {
    TEXT,
    JSON_LINES
  }

  private final List<Path> files;

  /**
   * A corpus of files, in the order given; a folder stands for its {@code .txt[.gz]} and {@code .jsonl[.gz]} files in the order
   * of their names.
   *
   * @throws BadInputException if a file does not exist, its kind is unknown, or a folder has no such files
   */
  public Corpus(List<Path> filesAndFolders) {
    var all = new ArrayList<Path>();
    for (Path path : filesAndFolders) {
      if (Files.isDirectory(path)) {
        all.addAll(filesIn(path));
      } else {
        checkFile(path);
        all.add(path);
      }
    }
    if (all.isEmpty()) {
      throw new BadInputException("corpus: no files named; expected .txt, .jsonl or folders of them");
    }
    files = List.copyOf(all);
  }

  @Override
  public Stream<String> documents() {
    var documents = new Documents();
    return StreamSupport.stream(documents, false).onClose(documents::close);
  }

  /** Walks the files; each is opened when its turn comes, and must have a document. */
  private final class Documents extends AbstractSpliterator<String> {
    private int nextFile;
    private Optional<DocumentReader> reader = Optional.empty();
    private boolean foundInFile;

    Documents() {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
    }

    @Override
    public boolean tryAdvance(Consumer<? super String> action) {
      while (true) {
        Optional<String> document = reader.flatMap(DocumentReader::next);
        if (document.isPresent()) {
          foundInFile = true;
          action.accept(document.get());
          return true;
        }
        if (reader.isPresent() && !foundInFile) {
          throw new BadInputException(files.get(nextFile - 1) + ": has no text; expected at least one document");
        }
        close();
        if (nextFile == files.size()) {
          return false;
        }
        foundInFile = false;
        reader = Optional.of(reader(files.get(nextFile++)));
      }
    }

    void close() {
      reader.ifPresent(DocumentReader::close);
      reader = Optional.empty();
    }
  }

  private static DocumentReader reader(Path file) {
    return switch (kind(file).orElseThrow()) {
      case TEXT -> new TextDocuments(file);
      case JSON_LINES -> new JsonLinesDocuments(file);
    };
  }

  private static Optional<Kind> kind(Path file) {
    String name = file.toString().replaceFirst("\\.gz$", "");
    if (name.endsWith(".txt") || name.endsWith(".tokens")) {
      return Optional.of(Kind.TEXT);
    }
    return name.endsWith(".jsonl") ? Optional.of(Kind.JSON_LINES) : Optional.empty();
  }

  private static void checkFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + ": no such file; expected a corpus file or folder");
    }
    if (kind(file).isEmpty()) {
      throw new BadInputException(file + ": unknown kind of corpus file; expected .txt, .jsonl or .tokens, also with .gz");
    }
  }

  private static List<Path> filesIn(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      // .tokens files are WikiText's held-out parts: in a folder given for training they would leak into it.
      List<Path> found = entries
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().matches(".*\\.(txt|jsonl)(\\.gz)?"))
          .sorted()
          .toList();
      if (found.isEmpty()) {
        throw new BadInputException(folder + ": folder has no .txt[.gz] or .jsonl[.gz] files; expected a corpus");
      }
      return found;
    } catch (IOException e) {
      throw new BadInputException(folder + ": cannot be listed (" + e.getMessage() + ")", e);
    }
  }
}
