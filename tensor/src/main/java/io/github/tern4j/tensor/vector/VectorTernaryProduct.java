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

  private final Workers workers;
  private final LookupInput ownInput = new LookupInput();
  private final LookupProducts products;
  private short[] planes = new short[0];
  private int[] groupSums = new int[0];

  VectorTernaryProduct(Workers workers) {
    this.workers = workers;
    this.products = new LookupProducts(workers);
  }

  @Override
  public void product(PackedTernary weight, Tensor codes, Tensor gamma, Tensor out) {
    TernaryProductKernel.checkProduct(weight, codes, gamma, out);
    int rows = codes.dim(0);
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
    Ranges.run(workers, weight.rows(), Math.max(1, TASK_WEIGHTS / Math.max(1, columns)), (first, last) -> {
      int[] sums = new int[TernaryDot.TOKENS];
      short[] lanes = new short[TernaryDot.TOKENS * TernaryDot.LANES];
      short[] octets = new short[planeSize / TernaryDot.SLOTS];
      for (int output = first; output < last; output++) {
        for (int row = 0; row < rows; row += TernaryDot.TOKENS) {
          int tokens = Math.min(TernaryDot.TOKENS, rows - row);
          if (weight.groupSize() == 0) {
            wholeRow(weight, output, row, tokens, planeSize, lanes, sums, gamma, out);
          } else {
            for (int token = row; token < row + tokens; token++) {
              grouped(weight, output, token, planeSize, octets, gamma, out);
            }
          }
        }
      }
    });
  }

  /** Table lookups where vectors have an instruction for them. */
  @Override
  public PreparedTernary prepare(PackedTernary weight) {
    if (!TernaryLookup.AVAILABLE) {
      return TernaryProductKernel.super.prepare(weight);
    }
    float scale = weight.groupSize() == 0 ? weight.scale(0, 0) : 1;
    return prepare(TernaryWords.of(weight, workers), scale);
  }

  @Override
  public PreparedTernary prepare(TernaryWords words, float scale) {
    return TernaryLookup.AVAILABLE
        ? new LookupTernary(words, scale, ownInput, products)
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

  private void wholeRow(
      PackedTernary weight, int output, int row, int tokens, int planeSize, short[] lanes, int[] sums, Tensor gamma, Tensor out) {
    long at = (long) output * PackedTernary.bytesPerRow(weight.columns());
    if (tokens == TernaryDot.TOKENS) {
      TernaryDot.dotTokens(weight.codes(), at, weight.columns(), planes, row * planeSize, planeSize, lanes, sums);
    } else {
      for (int token = 0; token < tokens; token++) {
        sums[token] = TernaryDot.dot(weight.codes(), at, weight.columns(), planes, (row + token) * planeSize);
      }
    }
    for (int token = row; token < row + tokens; token++) {
      int sum = sums[token - row] - groupSums[token];
      out.array()[out.arrayOffset() + token * weight.rows() + output] = sum * (weight.scale(output, 0) * step(gamma, token));
    }
  }

  private void grouped(PackedTernary weight, int output, int token, int planeSize, short[] octets, Tensor gamma, Tensor out) {
    long at = (long) output * PackedTernary.bytesPerRow(weight.columns());
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
    out.array()[out.arrayOffset() + token * weight.rows() + output] = step(gamma, token) * total;
  }

  private static float step(Tensor gamma, int token) {
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
