package io.github.tern4j.autograd.op;

import io.github.tern4j.autograd.GradientTarget;
import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.kernel.CopyKernel;
import io.github.tern4j.tensor.kernel.CrossEntropyKernel;
import io.github.tern4j.tensor.kernel.KlDivergenceKernel;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import io.github.tern4j.tensor.kernel.ReduceKernel;
import java.util.Arrays;
import java.util.Optional;

/**
 * Output head and losses over the vocabulary in one op ("fused linear cross-entropy"), some rows at a time, so that the
 * logits of all rows never exist: {@code total = weight CE + teacher.weight LD} with {@code z = hidden head^T},
 * CE the mean of {@code -ln softmax(z)[target]} over the rows with a target (0 without any), and LD the mean of
 * {@code KL(softmax(z_T / tau) || softmax(z / tau))} over all rows (Wu et al. 2025, eq. 9).
 *
 * <p>Derivatives: {@code dZ = weight / kept (softmax(z) - onehot(target)) + teacher.weight / (rows tau) (softmax(z / tau) -
 * softmax(z_T / tau))}, zero for CE where the target is ignored; {@code dHidden = dZ head}, {@code dHead = dZ^T hidden}.
 * They are added in the forward pass, while the chunk's logits are there, which is why the weights are arguments of the op and
 * the gradient that arrives at the total has to be 1 ({@link Tape#settled}).
 *
 * <p>Values and gradients have the bits of {@link Linear}, {@link CrossEntropy} and {@link KlDivergence} one after the other,
 * since chunks end where {@link MatmulKernel} ends its blocks of the sum over rows. Without any row the losses are 0 and the head
 * gets no gradient. Saves nothing.
 *
 * @param total a scalar; {@link Tape#backward} starts from it or from a sum that contains it
 * @param crossEntropy CE, without its weight
 * @param divergence LD, without its weight; 0 without a teacher
 */
public record VocabularyLoss(Variable total, float crossEntropy, float divergence) {

  /** Logits of a chunk, 64 MiB, where that is enough for {@link #FEWEST_ROWS}. */
  private static final int CHUNK_ELEMENTS = 1 << 24;

  /**
   * Rows of a chunk at the least. Each chunk packs the head for two products and adds to its gradient: with half as many rows,
   * products and losses took 8 % longer at a vocabulary of 151,936 and 6 % at 16,384, although there a chunk then stays in the
   * cache.
   */
  private static final int FEWEST_ROWS = 2 * MatmulKernel.K_BLOCK;

  /**
   * The teacher's side of LD; it gets no gradient.
   *
   * @param hidden {@code [rows, its own hidden size]}
   * @param head {@code [vocabulary, its own hidden size]}
   * @param tau temperature
   * @param weight what LD is multiplied by
   */
  public record Teacher(Tensor hidden, Tensor head, float tau, float weight) {}

  /**
   * {@code weight CE}.
   *
   * @param hidden {@code [rows, hidden]}
   * @param head {@code [vocabulary, hidden]}
   * @param targets an id for each row, or {@link CrossEntropyKernel#IGNORED}
   * @throws IllegalArgumentException when sizes do not fit, or a target is neither an id nor ignored
   */
  public static VocabularyLoss compute(Tape tape, Variable hidden, Variable head, int[] targets, float weight) {
    return compute(tape, hidden, head, targets, weight, Optional.empty(), chunkRows(head.dim(0)));
  }

  /** {@code weight CE + teacher.weight LD}; the teacher has the same rows and vocabulary. */
  public static VocabularyLoss compute(Tape tape, Variable hidden, Variable head, int[] targets, float weight, Teacher teacher) {
    return compute(tape, hidden, head, targets, weight, Optional.of(teacher), chunkRows(head.dim(0)));
  }

  /** The same with chunks of another size, a multiple of {@link MatmulKernel#K_BLOCK}. */
  static VocabularyLoss compute(Tape tape, Variable hidden, Variable head, int[] targets, float weight, Optional<Teacher> teacher,
      int chunkRows) {
    return new Computation(tape, hidden, head, targets, weight, teacher).all(chunkRows);
  }

  /** Rows whose logits are in memory together, at most: whole blocks of the sum over rows. */
  public static int chunkRows(int vocabulary) {
    return Math.max(FEWEST_ROWS, CHUNK_ELEMENTS / MatmulKernel.K_BLOCK / vocabulary * MatmulKernel.K_BLOCK);
  }

  /** One call of the op. */
  private static final class Computation {

    private final Tape tape;
    private final Variable hidden;
    private final Variable head;
    private final int[] targets;
    private final float weight;
    private final Optional<Teacher> teacher;
    private final MatmulKernel product;
    private final CrossEntropyKernel crossEntropy;
    private final float crossEntropyShare;
    private final float divergenceShare;
    private final Tensor crossEntropies;
    private final Tensor divergences;

    Computation(Tape tape, Variable hidden, Variable head, int[] targets, float weight, Optional<Teacher> teacher) {
      check(hidden, head, targets, teacher);
      this.tape = tape;
      this.hidden = hidden;
      this.head = head;
      this.targets = targets;
      this.weight = weight;
      this.teacher = teacher;
      this.product = tape.kernel(MatmulKernel.class);
      this.crossEntropy = tape.kernel(CrossEntropyKernel.class);
      long kept = Arrays.stream(targets).filter(target -> target != CrossEntropyKernel.IGNORED).count();
      this.crossEntropyShare = 1f / Math.max(1, kept);
      this.divergenceShare = 1f / Math.max(1, targets.length);
      this.crossEntropies = tape.allocate(targets.length);
      this.divergences = tape.allocate(targets.length);
    }

    private static void check(Variable hidden, Variable head, int[] targets, Optional<Teacher> teacher) {
      if (hidden.shape().rank() != 2 || head.shape().rank() != 2 || hidden.dim(1) != head.dim(1)
          || hidden.dim(0) != targets.length) {
        throw new IllegalArgumentException("vocabularyLoss: operands do not fit; hidden " + hidden.shape() + ", head "
            + head.shape() + ", " + targets.length
            + " targets; expected hidden [rows, n], head [vocabulary, n] and a target for each row");
      }
      teacher.ifPresent(side -> {
        if (side.hidden.dim(0) != hidden.dim(0) || side.head.dim(0) != head.dim(0)) {
          throw new IllegalArgumentException("vocabularyLoss: the teacher differs: hidden " + side.hidden.shape() + ", head "
              + side.head.shape() + "; expected " + hidden.dim(0) + " rows and a vocabulary of " + head.dim(0));
        }
      });
    }

    VocabularyLoss all(int rowsAtOnce) {
      int rows = targets.length;
      int chunkRows = Math.min(rows, rowsAtOnce);
      Tensor logits = tape.allocate(chunkRows, head.dim(0));
      Tensor teacherLogits = tape.allocate(teacher.isPresent() ? chunkRows : 0, head.dim(0));
      Tensor logSumExp = tape.allocate(chunkRows);
      boolean differentiated = tape.isRecording() && (hidden.requiresGradient() || head.requiresGradient());
      Optional<GradientTarget> gradHidden =
          differentiated && hidden.requiresGradient() ? Optional.of(hidden.gradientTarget()) : Optional.empty();
      for (int from = 0; from < rows; from += chunkRows) {
        Chunk chunk = new Chunk(from, Math.min(chunkRows, rows - from), logits, teacherLogits, logSumExp);
        losses(chunk);
        if (differentiated) {
          addProducts(chunk, gradientOfLogits(chunk), gradHidden);
        }
      }
      tape.release(logits);
      tape.release(teacherLogits);
      tape.release(logSumExp);
      float meanCrossEntropy = mean(crossEntropies, crossEntropyShare);
      float meanDivergence = teacher.isPresent() ? mean(divergences, divergenceShare) : 0;
      float sum = weight * meanCrossEntropy + teacher.map(side -> side.weight * meanDivergence).orElse(0f);
      Tensor total = tape.allocate(1);
      tape.kernel(CopyKernel.class).fill(sum, total);
      return new VocabularyLoss(tape.settled("vocabularyLoss", total, hidden, head).reshape(), meanCrossEntropy, meanDivergence);
    }

    /** A range of rows and the memory that their logits and normalizers lie in. */
    private record Chunk(int from, int rows, Tensor logitsMemory, Tensor teacherLogitsMemory, Tensor logSumExpMemory) {

      /** These rows of a tensor that has all. */
      Tensor of(Tensor all) {
        return all.slice(0, from, from + rows);
      }

      Tensor logits() {
        return logitsMemory.slice(0, 0, rows);
      }

      Tensor teacherLogits() {
        return teacherLogitsMemory.slice(0, 0, rows);
      }

      Tensor logSumExp() {
        return logSumExpMemory.slice(0, 0, rows);
      }
    }

    private int[] targets(Chunk chunk) {
      return Arrays.copyOfRange(targets, chunk.from, chunk.from + chunk.rows);
    }

    private void losses(Chunk chunk) {
      product.matmul(chunk.of(hidden.value()), false, head.value(), true, chunk.logits(), false);
      crossEntropy.crossEntropy(chunk.logits(), targets(chunk), chunk.of(crossEntropies), chunk.logSumExp());
      teacher.ifPresent(side -> {
        product.matmul(chunk.of(side.hidden), false, side.head, true, chunk.teacherLogits(), false);
        tape.kernel(KlDivergenceKernel.class)
            .klDivergence(chunk.teacherLogits(), chunk.logits(), side.tau, allOf(chunk), chunk.of(divergences));
      });
    }

    /** dZ, which takes the place of the teacher's logits where there are any, else of z. */
    private Tensor gradientOfLogits(Chunk chunk) {
      teacher.ifPresent(side -> tape.kernel(KlDivergenceKernel.class).klDivergenceBackward(chunk.teacherLogits(), chunk.logits(),
          side.tau, allOf(chunk), divergenceShare * side.weight, chunk.teacherLogits(), false));
      Tensor gradient = teacher.isPresent() ? chunk.teacherLogits() : chunk.logits();
      crossEntropy.crossEntropyBackward(chunk.logits(), targets(chunk), chunk.logSumExp(), crossEntropyShare * weight, gradient,
          teacher.isPresent());
      return gradient;
    }

    private void addProducts(Chunk chunk, Tensor gradLogits, Optional<GradientTarget> gradHidden) {
      gradHidden.ifPresent(target ->
          product.matmul(gradLogits, false, head.value(), false, chunk.of(target.tensor()), target.accumulate()));
      if (head.requiresGradient()) {
        GradientTarget target = head.gradientTarget();
        product.matmul(gradLogits, true, chunk.of(hidden.value()), false, target.tensor(), target.accumulate());
      }
    }

    private static boolean[] allOf(Chunk chunk) {
      boolean[] keep = new boolean[chunk.rows];
      Arrays.fill(keep, true);
      return keep;
    }

    /** In the order of one sum over all rows. */
    private float mean(Tensor losses, float share) {
      Tensor mean = tape.allocate(1);
      tape.kernel(ReduceKernel.class).sumTo(losses, share, mean, false);
      float value = tape.scalar(mean);
      tape.release(mean);
      tape.release(losses);
      return value;
    }
  }
}
