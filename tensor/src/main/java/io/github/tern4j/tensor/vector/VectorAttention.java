package io.github.tern4j.tensor.vector;

import static io.github.tern4j.tensor.vector.AttentionOperands.at;
import static io.github.tern4j.tensor.vector.MatmulTile.COLUMNS;
import static io.github.tern4j.tensor.vector.MatmulTile.GROUP;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.AttentionKernel;
import io.github.tern4j.tensor.kernel.Summation;
import java.util.Arrays;

/**
 * {@link AttentionKernel} on the tiles of the matrix product. Scores are computed transposed, keys by rows and queries by lanes
 * ({@link AttentionPanel}): {@code S^T = K Q^T} leaves the tile kernel in the very order in which {@code out^T = V^T P^T} and
 * {@code gradQ^T = K^T gradS^T} read their right factor, so that probabilities are never copied. Only the products that sum over
 * queries, {@code gradV = P^T gradOut} and {@code gradK = gradS^T Q}, repack them.
 *
 * <p>A task owns a batch entry and key-value head with all its query heads, so gradients of keys and values add up in a fixed
 * order. Keys after the last query of a panel are skipped.
 */
final class VectorAttention implements AttentionKernel {

  /** Queries of a forward task. */
  private static final int FORWARD_BLOCK = 256;

  /** Queries whose scores are kept for the sums over queries of the backward pass. */
  private static final int BACKWARD_BLOCK = 128;

  private final Workers workers;
  private final Scratch keyScratch = new Scratch();
  private final Scratch valueScratch = new Scratch();
  private final Scratch keyColumnScratch = new Scratch();
  private final Scratch queryScratch = new Scratch();
  private final Scratch gradOutScratch = new Scratch();
  private final Scratch scoreScratch = new Scratch();
  private final Scratch gradScratch = new Scratch();
  private final Scratch tileScratch = new Scratch();
  private final Scratch laneScratch = new Scratch();
  private final Scratch rowScratch = new Scratch();
  private final Scratch queryRowScratch = new Scratch();
  private final Scratch gradOutRowScratch = new Scratch();
  private final Scratch packScratch = new Scratch();
  private final Scratch sumScratch = new Scratch();
  private final Scratch gradKeyScratch = new Scratch();
  private final Scratch gradValueScratch = new Scratch();
  private final Scratch maxScratch = new Scratch();
  private final Scratch exponentialSumScratch = new Scratch();
  private final Scratch normalizerScratch = new Scratch();
  private final Scratch meanScratch = new Scratch();
  private final Scratch partialScratch = new Scratch();

  VectorAttention(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void attention(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp) {
    AttentionKernel.checkAttention(q, k, v, causal, out, logSumExp);
    AttentionOperands x = AttentionOperands.of(q, k, causal);
    int blocks = Math.ceilDiv(x.tokens(), FORWARD_BLOCK);
    workers.run(x.batch() * x.kvHeads() * blocks, task -> {
      int first = task % blocks * FORWARD_BLOCK;
      int last = Math.min(x.tokens(), first + FORWARD_BLOCK);
      int kvHead = task / blocks % x.kvHeads();
      int batch = task / blocks / x.kvHeads();
      int keys = x.visibleKeys(last);
      LeftFactor keyRows = rowsOf(k, batch, kvHead, keys, keyScratch);
      LeftFactor valueColumns = columnsOf(v, batch, kvHead, keys, valueScratch);
      for (int head = kvHead * x.group(); head < (kvHead + 1) * x.group(); head++) {
        for (int token = first; token < last; token += COLUMNS) {
          forward(x, q, batch, head, token, Math.min(COLUMNS, last - token), keyRows, valueColumns, out, logSumExp);
        }
      }
    });
  }

  /** One panel of queries. */
  private void forward(AttentionOperands x, Tensor q, int batch, int head, int token, int queries, LeftFactor keyRows,
      LeftFactor valueColumns, Tensor out, Tensor logSumExp) {
    int headDim = x.headDim();
    int keys = x.visibleKeys(token + queries);
    float[] panel = queryScratch.atLeast(headDim * COLUMNS);
    packQueries(q, batch, head, token, queries, x.scale(), panel);
    float[] scores = scoreScratch.atLeast(MatmulTile.paddedRows(keys) * COLUMNS);
    keyRows.multiply(keys, headDim, panel, 0, scores, 0);
    if (x.causal()) {
      AttentionPanel.hideLaterKeys(scores, 0, x.position(token), keys, Float.NEGATIVE_INFINITY);
    }
    float[] max = maxScratch.atLeast(COLUMNS);
    float[] sum = exponentialSumScratch.atLeast(COLUMNS);
    AttentionPanel.exponentials(scores, 0, keys, max, sum);
    float[] tile = multiplyVisible(x, valueColumns, token, queries, scores, 0);
    AttentionPanel.divide(tile, headDim, sum);
    MatmulPacking.transpose(tile, 0, COLUMNS, headDim, queries, out.array(), at(out, batch, token, head), out.arrayStride(1));
    int statistic = logSumExp.arrayOffset() + batch * logSumExp.arrayStride(0) + head * logSumExp.arrayStride(1) + token;
    for (int i = 0; i < queries; i++) {
      logSumExp.array()[statistic + i] = max[i] + (float) Math.log(sum[i]);
    }
  }

  @Override
  public void attentionBackward(Tensor q, Tensor k, Tensor v, boolean causal, Tensor out, Tensor logSumExp, Tensor gradOut,
      Tensor gradQ, boolean accumulateQ, Tensor gradK, boolean accumulateK, Tensor gradV, boolean accumulateV) {
    AttentionKernel.checkAttentionBackward(q, k, v, causal, out, logSumExp, gradOut, gradQ, gradK, gradV);
    AttentionOperands x = AttentionOperands.of(q, k, causal);
    workers.run(x.batch() * x.kvHeads(), task -> {
      int kvHead = task % x.kvHeads();
      int batch = task / x.kvHeads();
      Backward backward = new Backward(x, batch, kvHead, k, v);
      for (int head = kvHead * x.group(); head < (kvHead + 1) * x.group(); head++) {
        for (int token = 0; token < x.tokens(); token += BACKWARD_BLOCK) {
          backward.block(q, out, logSumExp, gradOut, head, token, gradQ, accumulateQ);
        }
      }
      storeRows(backward.gradKeys, x, gradK, batch, kvHead, accumulateK);
      storeRows(backward.gradValues, x, gradV, batch, kvHead, accumulateV);
    });
  }

  /** The backward pass of one batch entry and key-value head, in the working memory of its thread. */
  private final class Backward {

    private final AttentionOperands x;
    private final int batch;
    private final LeftFactor keyRows;
    private final LeftFactor valueRows;
    private final LeftFactor keyColumns;
    private final float[] gradKeys;
    private final float[] gradValues;
    private final int panelStride;
    private final float[] probabilities;
    private final float[] grads;
    private final float[] normalizer = normalizerScratch.atLeast(COLUMNS);
    private final float[] mean = meanScratch.atLeast(COLUMNS);
    private final float[] partial = partialScratch.atLeast(Summation.LANES);

    Backward(AttentionOperands x, int batch, int kvHead, Tensor k, Tensor v) {
      this.x = x;
      this.batch = batch;
      keyRows = rowsOf(k, batch, kvHead, x.keys(), keyScratch);
      valueRows = rowsOf(v, batch, kvHead, x.keys(), valueScratch);
      keyColumns = columnsOf(k, batch, kvHead, x.keys(), keyColumnScratch);
      int gradSize = MatmulTile.paddedRows(x.keys()) * paddedColumns(x.headDim());
      gradKeys = gradKeyScratch.atLeast(gradSize);
      gradValues = gradValueScratch.atLeast(gradSize);
      Arrays.fill(gradKeys, 0, gradSize, 0);
      Arrays.fill(gradValues, 0, gradSize, 0);
      panelStride = MatmulTile.paddedRows(x.keys()) * COLUMNS;
      probabilities = scoreScratch.atLeast(BACKWARD_BLOCK / COLUMNS * panelStride);
      grads = gradScratch.atLeast(BACKWARD_BLOCK / COLUMNS * panelStride);
    }

    /** Up to {@link #BACKWARD_BLOCK} queries of one head. */
    void block(Tensor q, Tensor out, Tensor logSumExp, Tensor gradOut, int head, int token, Tensor gradQ, boolean accumulateQ) {
      int queries = Math.min(BACKWARD_BLOCK, x.tokens() - token);
      for (int i = 0; i < queries; i += COLUMNS) {
        panel(q, out, logSumExp, gradOut, head, token + i, Math.min(COLUMNS, queries - i), i / COLUMNS * panelStride, gradQ, accumulateQ);
      }
      sumOverQueries(probabilities, gradOut, head, token, queries, 1, gradOutRowScratch, gradValues);
      sumOverQueries(grads, q, head, token, queries, x.scale(), queryRowScratch, gradKeys);
    }

    /** Probabilities and gradients of scores of a panel of queries, and the gradient of the queries. */
    private void panel(Tensor q, Tensor out, Tensor logSumExp, Tensor gradOut, int head, int token, int queries, int panelAt,
        Tensor gradQ, boolean accumulateQ) {
      int headDim = x.headDim();
      int keys = x.visibleKeys(token + queries);
      float[] queryPanel = queryScratch.atLeast(headDim * COLUMNS);
      packQueries(q, batch, head, token, queries, x.scale(), queryPanel);
      float[] gradOutPanel = gradOutScratch.atLeast(headDim * COLUMNS);
      packQueries(gradOut, batch, head, token, queries, 1, gradOutPanel);
      int statistic = logSumExp.arrayOffset() + batch * logSumExp.arrayStride(0) + head * logSumExp.arrayStride(1) + token;
      System.arraycopy(logSumExp.array(), statistic, normalizer, 0, queries);
      Arrays.fill(normalizer, queries, COLUMNS, 0);
      Arrays.fill(mean, queries, COLUMNS, 0);
      // sum_j p_j (gradOut . v_j), the mean that the derivative of softmax subtracts, is gradOut . out.
      for (int i = 0; i < queries; i++) {
        mean[i] = Rows.dot(gradOut.array(), at(gradOut, batch, token + i, head), out.array(), at(out, batch, token + i, head), headDim,
            partial);
      }
      keyRows.multiply(keys, headDim, queryPanel, 0, probabilities, panelAt);
      if (x.causal()) {
        AttentionPanel.hideLaterKeys(probabilities, panelAt, x.position(token), keys, Float.NEGATIVE_INFINITY);
      }
      AttentionPanel.probabilities(probabilities, panelAt, keys, normalizer);
      valueRows.multiply(keys, headDim, gradOutPanel, 0, grads, panelAt);
      AttentionPanel.scoreGradients(probabilities, grads, panelAt, keys, mean);
      if (x.causal()) {
        AttentionPanel.hideLaterKeys(grads, panelAt, x.position(token), keys, 0);
      }
      // A tile of keys may reach beyond those that this panel sees.
      Arrays.fill(probabilities, panelAt + keys * COLUMNS, panelAt + MatmulTile.paddedRows(keys) * COLUMNS, 0);
      Arrays.fill(grads, panelAt + keys * COLUMNS, panelAt + MatmulTile.paddedRows(keys) * COLUMNS, 0);

      float[] tile = multiplyVisible(x, keyColumns, token, queries, grads, panelAt);
      float[] rows = rowScratch.atLeast(COLUMNS * headDim);
      MatmulPacking.transpose(tile, 0, COLUMNS, headDim, queries, rows, 0, headDim);
      for (int i = 0; i < queries; i++) {
        Lanes.scale(rows, i * headDim, x.scale(), headDim, gradQ.array(), at(gradQ, batch, token + i, head), accumulateQ);
      }
    }

    /** {@code sums[key] += sum over queries of scores[key][query] factor y[query]}. */
    private void sumOverQueries(float[] scores, Tensor y, int head, int token, int queries, float factor, Scratch scratch, float[] sums) {
      int headDim = x.headDim();
      int width = paddedColumns(headDim);
      float[] panels = scratch.atLeast(width * BACKWARD_BLOCK);
      for (int column = 0; column < headDim; column += COLUMNS) {
        MatmulPacking.packPanel(y.array(), at(y, batch, token, head) + column, y.arrayStride(1), headDim - column, queries, panels,
            column * BACKWARD_BLOCK);
      }
      if (factor != 1) {
        Lanes.scale(panels, 0, factor, width * BACKWARD_BLOCK, panels, 0, false);
      }
      int groupStride = MatmulTile.groupStride(BACKWARD_BLOCK);
      float[] packed = packScratch.atLeast(MatmulTile.paddedRows(1) / GROUP * groupStride);
      float[] tile = sumScratch.atLeast(MatmulTile.ROWS * COLUMNS);
      int keys = x.visibleKeys(token + queries);
      for (int key = 0; key < keys; key += MatmulTile.ROWS) {
        int first = 0;
        while (x.visibleKeys(Math.min(token + first + COLUMNS, x.tokens())) <= key) {
          first += COLUMNS;
        }
        for (int query = first; query < queries; query += COLUMNS) {
          for (int group = 0; group < MatmulTile.ROWS / GROUP; group++) {
            MatmulPacking.transpose(scores, query / COLUMNS * panelStride + (key + group * GROUP) * COLUMNS, COLUMNS, GROUP, COLUMNS,
                packed, group * groupStride + (query - first) * GROUP, GROUP);
          }
        }
        addProducts(packed, groupStride, panels, first, queries, tile, sums, key * width, width);
      }
    }
  }

  /**
   * Adds the products of packed keys with all panels. Not in the loop that packs: there the JIT has reached its limit of inlining
   * and put the vectors of the additions on the heap (50 MB a step of shape a).
   */
  private static void addProducts(float[] packed, int groupStride, float[] panels, int first, int queries, float[] tile, float[] sums,
      int at, int width) {
    for (int column = 0; column < width; column += COLUMNS) {
      MatmulTile.multiply(MatmulTile.ROWS, packed, 0, groupStride, panels, column * BACKWARD_BLOCK + first * COLUMNS,
          queries - first, tile, 0);
      MatmulTile.put(tile, MatmulTile.ROWS, COLUMNS, sums, at + column, width, true);
    }
  }

  private static void storeRows(float[] rows, AttentionOperands x, Tensor out, int batch, int kvHead, boolean accumulate) {
    int width = paddedColumns(x.headDim());
    for (int key = 0; key < x.keys(); key++) {
      Lanes.put(rows, key * width, x.headDim(), out.array(), at(out, batch, key, kvHead), accumulate);
    }
  }

  /** Rows of one head as the left factor of a product over headDim. */
  private static LeftFactor rowsOf(Tensor x, int batch, int head, int rows, Scratch scratch) {
    return LeftFactor.ofRows(x.array(), at(x, batch, 0, head), x.arrayStride(1), rows, x.dim(3), scratch);
  }

  /** Columns of one head as the left factor of a product over its rows. */
  private static LeftFactor columnsOf(Tensor x, int batch, int head, int rows, Scratch scratch) {
    return LeftFactor.ofColumns(x.array(), at(x, batch, 0, head), x.arrayStride(1), x.dim(3), rows, scratch);
  }

  /** Rows of queries as a panel of lanes, multiplied by a factor. */
  private static void packQueries(Tensor x, int batch, int head, int token, int queries, float factor, float[] panel) {
    MatmulPacking.packTransposedPanel(x.array(), at(x, batch, token, head), x.arrayStride(1), queries, x.dim(3), panel, 0);
    if (factor != 1) {
      Lanes.scale(panel, 0, factor, x.dim(3) * COLUMNS, panel, 0, false);
    }
  }

  /**
   * {@code tile[d][lane] = sum_key columns[key][d] scores[key][lane]} over the keys that each lane's query sees. The others have
   * score 0 and change nothing, unless their columns are NaN, as the content of padding may be.
   */
  private float[] multiplyVisible(AttentionOperands x, LeftFactor columns, int token, int queries, float[] scores, int from) {
    int headDim = x.headDim();
    float[] tile = tileScratch.atLeast(MatmulTile.paddedRows(headDim) * COLUMNS);
    columns.multiply(headDim, x.visibleKeys(token + queries), scores, from, tile, 0);
    if (x.causal() && Float.isNaN(Rows.sum(tile, 0, headDim * COLUMNS, partialScratch.atLeast(Summation.LANES)))) {
      float[] own = laneScratch.atLeast(MatmulTile.paddedRows(headDim) * COLUMNS);
      for (int lane = 0; lane < queries; lane++) {
        columns.multiply(headDim, x.visibleKeys(token + lane + 1), scores, from, own, 0);
        for (int d = 0; d < headDim; d++) {
          tile[d * COLUMNS + lane] = own[d * COLUMNS + lane];
        }
      }
    }
    return tile;
  }

  /** Columns rounded up to whole panels. */
  private static int paddedColumns(int columns) {
    return Math.ceilDiv(columns, COLUMNS) * COLUMNS;
  }
}
