package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Matrix product in the manner of Goto and van de Geijn 2008: operands are packed into panels, and tiles of the output are kept
 * in registers over one block of k.
 *
 * <p>A task computes a block of rows x columns of the output over all of k. It packs its rows of a one block of k at a time,
 * which stay in the second-level cache. b is packed once for all tasks, in parallel, before they start; with few rows each task
 * packs its own columns on the way. Blocks of k are {@link #K_BLOCK} terms whatever the machine, which the contract makes part of
 * the result.
 */
final class VectorMatmul implements MatmulKernel {

  /**
   * Rows of a task: 12 x 16, so that a block of packed rows takes about 200 KiB. Beside 96 rows it reads packed columns half as
   * often from the third-level cache (2,048 square, one core of AMD EPYC Zen 4: 101 instead of 97 GFLOP/s).
   */
  private static final int ROW_BLOCK = 192;

  /**
   * Fewest rows of a task on few threads, for which fewer tasks will do (on many, a quarter of them): packed columns are read once for all of them, and columns
   * of a are packed sixteen at a time (training shape a, Intel Xeon: packing took 3 % of a step instead of 15 %).
   */
  private static final int FEWEST_ROWS = 48;

  private static final int FEW_THREADS = 4;

  /** Rows up to which a task that packs its own columns loses little by packing all rows too. */
  private static final int FEW_ROWS = 96;

  /** Columns of a task where b is packed before: the block of the output stays in the second-level cache. */
  private static final int COLUMN_BLOCK = 512;

  /** Tasks that are enough to occupy all threads to the end. */
  private static final int ENOUGH_TASKS = 16;

  /** Products of fewer multiply-adds are faster on one thread than the others wake up. */
  private static final long WORTH_THREADS = 1 << 18;

  /** Elements of b that are packed at a time (16 MiB), and the terms of k among them at most. */
  private static final int PACKED_ELEMENTS = 1 << 22;

  private static final int PACKED_DEPTH = 16 * K_BLOCK;

  private final Workers workers;
  private final Scratch rowScratch = new Scratch();
  private final Scratch panelScratch = new Scratch();
  private final Scratch sumScratch = new Scratch();
  private float[] packedB = new float[0];

  VectorMatmul(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void matmul(Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor out, boolean accumulate) {
    MatmulKernel.checkMatmul(a, transposeA, b, transposeB, out);
    MatmulOperands x = MatmulOperands.of(a, transposeA, b, transposeB, out);
    if (x.m() == 0 || x.n() == 0 || x.batch() == 0) {
      return;
    }
    if (x.k() == 0) {
      writeEmptySums(x, accumulate);
    } else if (x.m() <= FEW_ROWS && (x.batch() == 1 || !x.sharesB())) {
      multiplyPackingColumns(x, accumulate);
    } else {
      multiplyPackingAhead(x, accumulate);
    }
  }

  /** Few rows: tasks are blocks of columns, and each packs its part of b, panel by panel. */
  private void multiplyPackingColumns(MatmulOperands x, boolean accumulate) {
    int panels = Math.ceilDiv(x.n(), MatmulTile.COLUMNS);
    int wide = COLUMN_BLOCK / MatmulTile.COLUMNS;
    while (wide > 1 && x.batch() * Math.ceilDiv(panels, wide) < ENOUGH_TASKS) {
      wide /= 2;
    }
    int columnBlock = wide * MatmulTile.COLUMNS;
    int columnBlocks = Math.ceilDiv(x.n(), columnBlock);
    run(x, x.batch() * columnBlocks, task -> {
      int entry = task / columnBlocks;
      int column = task % columnBlocks * columnBlock;
      int columns = Math.min(columnBlock, x.n() - column);
      float[] rows = rowScratch.atLeast(Math.ceilDiv(x.m(), MatmulTile.GROUP) * groupStride(x));
      float[] panel = panelScratch.atLeast(K_BLOCK * MatmulTile.COLUMNS);
      for (int k = 0; k < x.k(); k += K_BLOCK) {
        int depth = Math.min(K_BLOCK, x.k() - k);
        packRows(x, entry, 0, x.m(), k, depth, rows);
        for (int j = column; j < column + columns; j += MatmulTile.COLUMNS) {
          packPanel(x, entry, k, depth, j, panel, 0);
          for (int i = 0; i < x.m(); i += MatmulTile.height(x.m() - i)) {
            multiplyTile(x, entry, 0, i, x.m(), rows, j, panel, 0, depth, accumulate || k > 0);
          }
        }
      }
    });
  }

  /** Many rows: as much of b as {@link #PACKED_ELEMENTS} holds is packed by all threads, then multiplied by all rows. */
  private void multiplyPackingAhead(MatmulOperands x, boolean accumulate) {
    int packedDepth = Math.min(x.k(), PACKED_DEPTH);
    int panels = Math.ceilDiv(x.n(), MatmulTile.COLUMNS);
    int panelsAtOnce = Math.clamp(PACKED_ELEMENTS / (packedDepth * MatmulTile.COLUMNS), 1, panels);
    int matrix = packedDepth * panelsAtOnce * MatmulTile.COLUMNS;
    int matrices = x.sharesB() ? 1 : Math.clamp(PACKED_ELEMENTS / matrix, 1, x.batch());
    if (packedB.length < matrix * matrices) {
      packedB = new float[matrix * matrices];
    }
    int entriesAtOnce = x.sharesB() ? x.batch() : matrices;
    for (int entry = 0; entry < x.batch(); entry += entriesAtOnce) {
      for (int panel = 0; panel < panels; panel += panelsAtOnce) {
        for (int k = 0; k < x.k(); k += packedDepth) {
          Part part = new Part(entry, Math.min(entriesAtOnce, x.batch() - entry), panel * MatmulTile.COLUMNS,
              Math.min(panelsAtOnce, panels - panel), k, Math.min(packedDepth, x.k() - k));
          packAhead(x, part);
          multiplyPart(x, part, accumulate || k > 0);
        }
      }
    }
  }

  /** A range of batch entries, columns and inner terms: what is packed together. */
  private record Part(int entry, int entries, int column, int panels, int k, int depth) {

    /** Where a panel begins: by batch entry, then block of k, then panel. */
    int panelAt(int relativeEntry, int relativeK, int panel) {
      int blockDepth = Math.min(K_BLOCK, depth - relativeK);
      return ((relativeEntry * depth + relativeK) * panels + panel * blockDepth) * MatmulTile.COLUMNS;
    }
  }

  private void packAhead(MatmulOperands x, Part part) {
    int blocks = Math.ceilDiv(part.depth, K_BLOCK);
    int matrices = x.sharesB() ? 1 : part.entries;
    run(x, matrices * blocks * part.panels, task -> {
      int panel = task % part.panels;
      int k = task / part.panels % blocks * K_BLOCK;
      int matrix = task / part.panels / blocks;
      int depth = Math.min(K_BLOCK, part.depth - k);
      int column = part.column + panel * MatmulTile.COLUMNS;
      packPanel(x, part.entry + matrix, part.k + k, depth, column, packedB, part.panelAt(matrix, k, panel));
    });
  }

  private void multiplyPart(MatmulOperands x, Part part, boolean accumulate) {
    int columnPanels = COLUMN_BLOCK / MatmulTile.COLUMNS;
    int columnBlocks = Math.ceilDiv(part.panels, columnPanels);
    int rowBlock = ROW_BLOCK;
    int fewestRows = workers.threads() > FEW_THREADS ? FEWEST_ROWS / 4 : FEWEST_ROWS;
    while (rowBlock > fewestRows && Math.ceilDiv(x.m(), rowBlock) * columnBlocks * part.entries < ENOUGH_TASKS) {
      rowBlock /= 2;
    }
    int blockRows = rowBlock;
    int rowBlocks = Math.ceilDiv(x.m(), rowBlock);
    run(x, part.entries * rowBlocks * columnBlocks, task -> {
      int firstPanel = task % columnBlocks * columnPanels;
      int row = task / columnBlocks % rowBlocks * blockRows;
      int entry = task / columnBlocks / rowBlocks;
      int rows = Math.min(blockRows, x.m() - row);
      float[] packedRows = rowScratch.atLeast(ROW_BLOCK / MatmulTile.GROUP * groupStride(x));
      for (int k = 0; k < part.depth; k += K_BLOCK) {
        int depth = Math.min(K_BLOCK, part.depth - k);
        packRows(x, part.entry + entry, row, rows, part.k + k, depth, packedRows);
        // The packed rows of one tile stay in the first-level cache while the panels pass by.
        for (int i = 0; i < rows; i += MatmulTile.height(rows - i)) {
          for (int panel = firstPanel; panel < Math.min(firstPanel + columnPanels, part.panels); panel++) {
            int panelAt = part.panelAt(x.sharesB() ? 0 : entry, k, panel);
            int column = part.column + panel * MatmulTile.COLUMNS;
            multiplyTile(x, part.entry + entry, row, i, rows, packedRows, column, packedB, panelAt, depth, accumulate || k > 0);
          }
        }
      }
    });
  }

  private static void writeEmptySums(MatmulOperands x, boolean accumulate) {
    for (int row = 0; row < x.batch() * x.m() && !accumulate; row++) {
      int at = x.outAt(row / x.m(), row % x.m(), 0);
      Arrays.fill(x.out(), at, at + x.n(), 0);
    }
  }

  /** The same for all blocks of k. */
  private static int groupStride(MatmulOperands x) {
    return MatmulTile.groupStride(Math.min(x.k(), K_BLOCK));
  }

  private static void packRows(MatmulOperands x, int entry, int row, int rows, int k, int depth, float[] packed) {
    if (x.transposeA()) {
      MatmulPacking.packTransposedRows(x.a(), x.aAt(entry, row, k), x.aStride(), rows, depth, packed, 0, groupStride(x));
    } else {
      MatmulPacking.packRows(x.a(), x.aAt(entry, row, k), x.aStride(), rows, depth, packed, 0, groupStride(x));
    }
  }

  private static void packPanel(MatmulOperands x, int entry, int k, int depth, int column, float[] packed, int at) {
    int columns = Math.min(MatmulTile.COLUMNS, x.n() - column);
    if (x.transposeB()) {
      x.b().packTransposedPanel(x.bAt(entry, k, column), x.bStride(), columns, depth, packed, at);
    } else {
      x.b().packPanel(x.bAt(entry, k, column), x.bStride(), columns, depth, packed, at);
    }
  }

  /** The tile at row {@code row + i} of the output, i counting in the {@code rows} that are packed. */
  private void multiplyTile(MatmulOperands x, int entry, int row, int i, int rows, float[] packedRows, int column,
      float[] panels, int panelAt, int depth, boolean add) {
    int groupStride = groupStride(x);
    int rowsAt = i / MatmulTile.GROUP * groupStride;
    int outAt = x.outAt(entry, row + i, column);
    int height = MatmulTile.height(rows - i);
    if (!add && height <= rows - i && column + MatmulTile.COLUMNS <= x.n()) {
      MatmulTile.multiply(height, packedRows, rowsAt, groupStride, panels, panelAt, depth, x.out(), outAt, x.outStride());
      return;
    }
    float[] sums = sumScratch.atLeast(MatmulTile.ROWS * MatmulTile.COLUMNS);
    MatmulTile.multiply(height, packedRows, rowsAt, groupStride, panels, panelAt, depth, sums, 0);
    int width = Math.min(MatmulTile.COLUMNS, x.n() - column);
    MatmulTile.put(sums, Math.min(height, rows - i), width, x.out(), outAt, x.outStride(), add);
  }

  private void run(MatmulOperands x, int tasks, IntConsumer task) {
    if ((long) x.batch() * x.m() * x.n() * x.k() < WORTH_THREADS) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
    } else {
      workers.run(tasks, task);
    }
  }
}
