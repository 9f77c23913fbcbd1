package io.github.tern4j.nn.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** A {@link Vocabulary} in a {@link TokenizerImage}, by binary search. */
final class VocabularyImage implements Vocabulary {

  private final int count;
  private final IntUnaryOperator ids;
  private final IntUnaryOperator begins;
  private final byte[] image;
  private final int textAt;
  private final IntUnaryOperator byText;

  /** The vocabulary that comes next in an image. */
  VocabularyImage(ImageReader in) {
    count = in.next();
    ids = in.ints(count);
    begins = in.ints(count + 1);
    image = in.bytes;
    textAt = in.skipBytes();
    byText = in.ints(count);
  }

  @Override
  public int id(String token) {
    byte[] wanted = token.getBytes(StandardCharsets.UTF_8);
    int place = BinarySearch.find(count, i -> {
      int number = byText.applyAsInt(i);
      return Arrays.compareUnsigned(image, begin(number), begin(number + 1), wanted, 0, wanted.length);
    });
    return place < 0 ? -1 : ids.applyAsInt(byText.applyAsInt(place));
  }

  @Override
  public Optional<String> token(int id) {
    int number = BinarySearch.find(count, i -> Integer.compare(ids.applyAsInt(i), id));
    return number < 0
        ? Optional.empty()
        : Optional.of(new String(image, begin(number), begin(number + 1) - begin(number), StandardCharsets.UTF_8));
  }

  private int begin(int number) {
    return textAt + begins.applyAsInt(number);
  }

  @Override
  public int size() {
    return count == 0 ? 0 : ids.applyAsInt(count - 1) + 1;
  }

  @Override
  public IntStream ids() {
    return IntStream.range(0, count).map(ids);
  }
}
