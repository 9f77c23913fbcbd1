package io.github.tern4j.nn.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Input ids and what to predict at each of them, row after row.
 *
 * @param ids {@code [batch, tokens]}; behind a row's length the padding id
 * @param targets {@code [batch, tokens]}; the id that follows, or {@value #IGNORED} where no loss is taken
 * @param lengths {@code [batch]}; tokens of each row that are not padding
 * @param batch rows
 * @param tokens columns: the longest row
 */
public record PaddedBatch(int[] ids, int[] targets, int[] lengths, int batch, int tokens) {
  /** The target that takes no part in the loss; PyTorch's {@code ignore_index}. */
  public static final int IGNORED = -100;

  /**
   * Checks the shapes.
   *
   * @throws IllegalArgumentException if an array is not of the size that batch and tokens say
   */
  public PaddedBatch {
    if (ids.length != batch * tokens || targets.length != ids.length || lengths.length != batch) {
      throw new IllegalArgumentException("padded batch: ids [%d], targets [%d], lengths [%d]; expected [%d, %d], the same, [%d]"
          .formatted(ids.length, targets.length, lengths.length, batch, tokens, batch));
    }
  }

  /** Examples side by side, padded on the right to the longest; only answers have targets. */
  public static PaddedBatch of(List<EncodedExample> examples, int paddingId) {
    int batch = examples.size();
    int tokens = examples.stream().mapToInt(EncodedExample::inputTokens).max().orElse(0);
    int[] ids = new int[batch * tokens];
    int[] targets = new int[batch * tokens];
    int[] lengths = new int[batch];
    Arrays.fill(ids, paddingId);
    Arrays.fill(targets, IGNORED);
    for (int row = 0; row < batch; row++) {
      int[] prompt = examples.get(row).prompt();
      int[] answer = examples.get(row).answer();
      int start = row * tokens;
      int answerStart = start + prompt.length;
      System.arraycopy(prompt, 0, ids, start, prompt.length);
      System.arraycopy(answer, 0, ids, answerStart, answer.length - 1);
      System.arraycopy(answer, 0, targets, answerStart - 1, answer.length);
      lengths[row] = examples.get(row).inputTokens();
    }
    return new PaddedBatch(ids, targets, lengths, batch, tokens);
  }

  /** Tokens of all rows that are not padding. */
  public int unpaddedTokens() {
    return Arrays.stream(lengths).sum();
  }

  /**
   * The rows in {@code parts} batches of equal size or one less, in order; fewer when there are fewer rows. Each part keeps its
   * columns.
   */
  public List<PaddedBatch> split(int parts) {
    int used = Math.min(parts, batch);
    List<PaddedBatch> result = new ArrayList<>();
    for (int part = 0; part < used; part++) {
      int from = (int) ((long) batch * part / used);
      int to = (int) ((long) batch * (part + 1) / used);
      result.add(new PaddedBatch(Arrays.copyOfRange(ids, from * tokens, to * tokens),
          Arrays.copyOfRange(targets, from * tokens, to * tokens), Arrays.copyOfRange(lengths, from, to), to - from, tokens));
    }
    return result;
  }
}
