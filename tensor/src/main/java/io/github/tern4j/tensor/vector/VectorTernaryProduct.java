package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.ActivationQuantizerKernel;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PackedTernary;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryWords;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link TernaryProductKernel}, parallel over weight rows. Weights are multiplied as they are stored, as code + 1 in {0, 1, 2},
 * and the sum of the activations is subtracted; activations are laid out once per call so that a shifted vector of packed weights
 * meets its own columns ({@link TernaryDot}).
 */
final class VectorTernaryProduct implements TernaryProductKernel {

  /** Weights of a task. */
  private static final int TASK_WEIGHTS = 1 << 16;

  private static final ThreadLocal<Buffers> BUFFERS = ThreadLocal.withInitial(Buffers::new);

  private final Workers workers;
  private final RangeTask task;
  private final LookupInput ownInput = new LookupInput();
  private final LookupProducts products;
  private short[] planes = new short[0];
  private int[] groupSums = new int[0];
  private PackedTernary weight;
  private int rows;
  private Tensor gamma;
  private Tensor out;

  VectorTernaryProduct(Workers workers) {
    this.workers = workers;
    this.task = new RangeTask(workers, this::multiply);
    this.products = new LookupProducts(workers);
  }

  /** Working memory of a thread. */
  private static final class Buffers {
    private final int[] sums = new int[Math.max(TernaryDot.TOKENS, TernaryDot.ROWS)];
    private final short[] lanes = new short[sums.length * TernaryDot.LANES];
    private short[] octets = new short[0];

    void reserve(int octetCount) {
      octets = octets.length < octetCount ? new short[octetCount] : octets;
    }
  }

  @Override
  public void product(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    TernaryProductKernel.checkProduct(weight, codes, gamma, out);
    this.weight = weight;
    this.rows = codes.dim(0);
    this.gamma = gamma;
    this.out = out;
    layOut(codes);
    task.run(weight.rows(), Math.max(1, TASK_WEIGHTS / Math.max(1, weight.columns())));
    this.weight = null;
  }

  private void layOut(Tensor codes) {
    int columns = weight.columns();
    int groupSize = weight.groupSize() == 0 ? columns : weight.groupSize();
    int groups = weight.groupsPerRow();
    int planeSize = TernaryDot.planeSize(columns);
    if (planes.length < rows * planeSize) {
      planes = new short[rows * planeSize];
    }
    if (groupSums.length < rows * groups) {
      groupSums = new int[rows * groups];
    }
    for (int row = 0; row < rows; row++) {
      long at = codes.elementOffset() + (long) row * columns;
      TernaryDot.layOut(codes.segment(), at, columns, planes, row * planeSize);
      for (int group = 0; group < groups; group++) {
        groupSums[row * groups + group] = sum(codes.segment(), at, group * groupSize, Math.min(columns, (group + 1) * groupSize));
      }
    }
  }

  private void multiply(int first, int last) {
    Buffers buffers = BUFFERS.get();
    if (weight.groupSize() == 0) {
      wholeRows(first, last, buffers);
      return;
    }
    buffers.reserve(TernaryDot.planeSize(weight.columns()) / TernaryDot.SLOTS);
    for (int output = first; output < last; output++) {
      for (int token = 0; token < rows; token++) {
        grouped(output, token, buffers.octets);
      }
    }
  }

  /** Table lookups where vectors have an instruction for them. */
  @Override
  public PreparedTernary prepare(PackedTernary weight) {
    if (!TernaryLookup.AVAILABLE) {
      return TernaryProductKernel.super.prepare(weight);
    }
    float scale = weight.groupSize() == 0 ? weight.scale(0, 0) : 1;
    TernaryWords words = TernaryWords.of(weight, workers);
    return new LookupTernary(words.layout(), BytePlanes.in(words, workers), scale, ownInput, products);
  }

  @Override
  public PreparedTernary prepare(TernaryWords words, float scale) {
    return TernaryLookup.AVAILABLE
        ? new LookupTernary(words.layout(), BytePlanes.of(words, workers), scale, ownInput, products)
        : TernaryProductKernel.super.prepare(words, scale);
  }

  @Override
  public void products(PreparedTernary[] weights, TernaryInput input, Tensor[] outs) {
    if (TernaryLookup.AVAILABLE) {
      products.products(weights, input, outs);
    } else {
      TernaryProductKernel.super.products(weights, input, outs);
    }
  }

  @Override
  public TernaryInput input() {
    return TernaryLookup.AVAILABLE ? new LookupInput() : TernaryProductKernel.super.input();
  }

  private void wholeRows(int first, int last, Buffers buffers) {
    int columns = weight.columns();
    int planeSize = TernaryDot.planeSize(columns);
    int[] sums = buffers.sums;
    int row = 0;
    for (; row <= rows - TernaryDot.TOKENS; row += TernaryDot.TOKENS) {
      for (int output = first; output < last; output++) {
        TernaryDot.dotTokens(weight.codes(), at(output), columns, planes, row * planeSize, planeSize, buffers.lanes, sums);
        for (int i = 0; i < TernaryDot.TOKENS; i++) {
          put(output, row + i, sums[i]);
        }
      }
    }
    for (; row < rows; row++) {
      int output = first;
      for (; output <= last - TernaryDot.ROWS; output += TernaryDot.ROWS) {
        TernaryDot.dotRows(weight.codes(), at(output), columns, planes, row * planeSize, buffers.lanes, sums);
        for (int i = 0; i < TernaryDot.ROWS; i++) {
          put(output + i, row, sums[i]);
        }
      }
      for (; output < last; output++) {
        put(output, row, TernaryDot.dot(weight.codes(), at(output), columns, planes, row * planeSize));
      }
    }
  }

  /** Where the codes of an output row begin. */
  private long at(int output) {
    return (long) output * PackedTernary.bytesPerRow(weight.columns());
  }

  private void put(int output, int token, int sum) {
    out.array()[out.arrayOffset() + token * weight.rows() + output] =
        (sum - groupSums[token]) * (weight.scale(output, 0) * step(token));
  }

  private void grouped(int output, int token, short[] octets) {
    int planeSize = TernaryDot.planeSize(weight.columns());
    long at = at(output);
    int groups = weight.groupsPerRow();
    boolean whole = weight.groupSize() % TernaryDot.SLOTS == 0;
    if (whole) {
      TernaryDot.octets(weight.codes(), at, weight.columns(), planes, token * planeSize, octets);
    }
    float total = 0;
    for (int group = 0; group < groups; group++) {
      int from = group * weight.groupSize();
      int to = Math.min(weight.columns(), from + weight.groupSize());
      int sum = whole
          ? TernaryDot.sumOfOctets(octets, from / TernaryDot.SLOTS, Math.ceilDiv(to, TernaryDot.SLOTS))
          : TernaryDot.dotOfColumns(weight.codes(), at, from, to, planes, token * planeSize);
      total = Math.fma((float) (sum - groupSums[token * groups + group]), weight.scale(output, group), total);
    }
    out.array()[out.arrayOffset() + token * weight.rows() + output] = step(token) * total;
  }

  private float step(int token) {
    return gamma.array()[gamma.arrayOffset() + token] / ActivationQuantizerKernel.LARGEST_CODE;
  }

  private static int sum(MemorySegment codes, long at, int from, int to) {
    int sum = 0;
    for (int column = from; column < to; column++) {
      sum += codes.get(ValueLayout.JAVA_BYTE, at + column);
    }
    return sum;
  }
}
