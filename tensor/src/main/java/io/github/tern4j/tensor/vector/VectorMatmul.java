package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.WeightMemory;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.MatmulKernel;
import java.lang.foreign.MemorySegment;
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

  /** Rows of a task at most: packed, they take about 200 KiB. */
  private static final int ROW_BLOCK = 16 * 12;

  /** Panels of a task at most: they stay in the second-level cache. */
  private static final int COLUMN_PANELS = 512 / MatmulTile.COLUMNS;

  /**
   * Fewest rows of a task on few threads, for which fewer tasks will do (on many, a quarter of them): packed columns are read
   * once for all of them, and columns of a are packed sixteen at a time (training shape a, Intel Xeon: packing took 3 % of a
   * step instead of 15 %).
   */
  private static final int FEWEST_ROWS = 48;

  private static final int FEW_THREADS = 4;

  /** Rows up to which a task that packs its own columns loses little by packing all rows too. */
  private static final int FEW_ROWS = 96;

  /** Rows up to which it pays if a task has many columns: packed, they still stay in the second-level cache. */
  private static final int OWN_ROWS = 512;

  private static final int MANY_PANELS = 256 / MatmulTile.COLUMNS;

  /** Tasks that are enough to occupy several threads to the end. */
  private static final int ENOUGH_TASKS = 16;

  /** Fewest tasks of a thread that repeat some work: a thread that is late leaves the last of them to others. */
  private static final int TASKS_OF_THREAD = 3;

  /** Products of fewer multiply-adds are faster on one thread than the others wake up. */
  private static final long WORTH_THREADS = 1 << 18;

  /** Elements of b that are packed at a time (16 MiB), and the terms of k among them at most. */
  private static final int PACKED_ELEMENTS = 1 << 22;

  private static final int PACKED_DEPTH = 16 * K_BLOCK;

  private static final int PANEL_ELEMENTS = K_BLOCK * MatmulTile.COLUMNS;

  /**
   * Bytes of packed columns up to which memory is as small. For more there is at once as much as any product needs: what is
   * outgrown stays until the collector finds it, and a training step has products of many sizes.
   */
  private static final long SMALL = 2 << 20;

  private static final long LARGE = PanelTile.memory(PACKED_ELEMENTS / PANEL_ELEMENTS);

  private final Workers workers;
  private final Scratch rowScratch = new Scratch();
  private final Scratch sumScratch = new Scratch();
  private final NativeScratch panelScratch = new NativeScratch();
  private MemorySegment packedB = MemorySegment.NULL;

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
    } else if (packsColumns(x)) {
      multiplyPackingColumns(x, accumulate);
    } else {
      multiplyPackingAhead(x, accumulate);
    }
  }

  /** Whether each column of b is needed by one task alone, so that packing all of them ahead would only pass through memory. */
  private boolean packsColumns(MatmulOperands x) {
    int most = ownPanels(x) < MANY_PANELS ? FEW_ROWS : OWN_ROWS;
    return x.m() <= most && (x.batch() == 1 || !x.sharesB());
  }

  /** Panels of a task that packs them on the way. */
  private int ownPanels(MatmulOperands x) {
    int panels = Math.ceilDiv(x.n(), MatmulTile.COLUMNS);
    return Math.min(panels, panelsOfTask((long) panels * x.batch()));
  }

  /** So many of all panels that each thread has some tasks, and runs of memory are long. */
  private int panelsOfTask(long panels) {
    int tasks = workers.threads() == 1 ? 1 : TASKS_OF_THREAD * workers.threads();
    return Math.clamp(panels / tasks, 1, COLUMN_PANELS);
  }

  /** Few rows: tasks are blocks of columns, and each packs its part of b. */
  private void multiplyPackingColumns(MatmulOperands x, boolean accumulate) {
    int panels = Math.ceilDiv(x.n(), MatmulTile.COLUMNS);
    int columnPanels = ownPanels(x);
    int columnBlocks = Math.ceilDiv(panels, columnPanels);
    run(x, x.batch() * columnBlocks, task -> {
      int entry = task / columnBlocks;
      int firstPanel = task % columnBlocks * columnPanels;
      int count = Math.min(columnPanels, panels - firstPanel);
      int column = firstPanel * MatmulTile.COLUMNS;
      float[] packedRows = rowScratch.atLeast(PanelTile.packedLength(x.m()));
      MemorySegment own = panelScratch.atLeast(PanelTile.memory(columnPanels));
      for (int k = 0; k < x.k(); k += K_BLOCK) {
        int depth = Math.min(K_BLOCK, x.k() - k);
        packRows(x, entry, 0, x.m(), k, depth, packedRows);
        packPanels(x, entry, k, depth, column, count, own, 0);
        multiplyTiles(x, entry, 0, x.m(), packedRows, column, count, own, 0, depth, accumulate || k > 0);
      }
    });
  }

  /** Many rows: as much of b as {@link #PACKED_ELEMENTS} holds is packed by all threads, then multiplied by all rows. */
  private void multiplyPackingAhead(MatmulOperands x, boolean accumulate) {
    int packedDepth = Math.min(Math.ceilDiv(x.k(), K_BLOCK) * K_BLOCK, PACKED_DEPTH);
    int panels = Math.ceilDiv(x.n(), MatmulTile.COLUMNS);
    int panelsAtOnce = Math.clamp(PACKED_ELEMENTS / (packedDepth * MatmulTile.COLUMNS), 1, panels);
    int matrix = packedDepth * panelsAtOnce * MatmulTile.COLUMNS;
    int matrices = x.sharesB() ? 1 : Math.clamp(PACKED_ELEMENTS / matrix, 1, x.batch());
    long bytes = PanelTile.memory(matrix * matrices / PANEL_ELEMENTS);
    if (packedB.byteSize() < bytes) {
      packedB = bytes <= SMALL ? NativeScratch.allocate(bytes) : WeightMemory.allocate(LARGE);
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

    int blocks() {
      return Math.ceilDiv(depth, K_BLOCK);
    }

    /** Where a panel begins: by batch entry, then block of k, then panel. */
    long panelAt(int relativeEntry, int block, int panel) {
      return ((relativeEntry * blocks() + block) * panels + panel) * PanelTile.BYTES;
    }
  }

  private void packAhead(MatmulOperands x, Part part) {
    int blocks = part.blocks();
    int matrices = x.sharesB() ? 1 : part.entries;
    int columnPanels = panelsOfTask((long) matrices * blocks * part.panels);
    int columnBlocks = Math.ceilDiv(part.panels, columnPanels);
    run(x, matrices * blocks * columnBlocks, task -> {
      int firstPanel = task % columnBlocks * columnPanels;
      int block = task / columnBlocks % blocks;
      int matrix = task / columnBlocks / blocks;
      int k = block * K_BLOCK;
      packPanels(x, part.entry + matrix, part.k + k, Math.min(K_BLOCK, part.depth - k),
          part.column + firstPanel * MatmulTile.COLUMNS, Math.min(columnPanels, part.panels - firstPanel), packedB,
          part.panelAt(matrix, block, firstPanel));
    });
  }

  private void multiplyPart(MatmulOperands x, Part part, boolean accumulate) {
    int columnBlocks = Math.ceilDiv(part.panels, COLUMN_PANELS);
    int columnPanels = Math.ceilDiv(part.panels, columnBlocks);
    int blockRows = blockRows(x.m(), columnBlocks * part.entries);
    int rowBlocks = Math.ceilDiv(x.m(), blockRows);
    run(x, part.entries * rowBlocks * columnBlocks, task -> {
      int firstPanel = task % columnBlocks * columnPanels;
      int lastPanel = Math.min(firstPanel + columnPanels, part.panels);
      int row = task / columnBlocks % rowBlocks * blockRows;
      int entry = task / columnBlocks / rowBlocks;
      int rows = Math.min(blockRows, x.m() - row);
      float[] packedRows = rowScratch.atLeast(PanelTile.packedLength(blockRows));
      for (int k = 0; k < part.depth; k += K_BLOCK) {
        int depth = Math.min(K_BLOCK, part.depth - k);
        packRows(x, part.entry + entry, row, rows, part.k + k, depth, packedRows);
        long panelAt = part.panelAt(x.sharesB() ? 0 : entry, k / K_BLOCK, firstPanel);
        multiplyTiles(x, part.entry + entry, row, rows, packedRows, part.column + firstPanel * MatmulTile.COLUMNS,
            lastPanel - firstPanel, packedB, panelAt, depth, accumulate || k > 0);
      }
    });
  }

  /** Packed rows with neighbouring panels. The rows of one tile stay in the first-level cache while the panels pass by. */
  private void multiplyTiles(MatmulOperands x, int entry, int row, int rows, float[] packedRows, int column, int count,
      MemorySegment panels, long panelAt, int depth, boolean add) {
    for (int i = 0; i < rows; i += MatmulTile.height(rows - i)) {
      for (int panel = 0; panel < count; panel++) {
        multiplyTile(x, entry, row + i, rows - i, packedRows, i, column + panel * MatmulTile.COLUMNS, panels,
            panelAt + panel * PanelTile.BYTES, depth, add);
      }
    }
  }

  /** Rows of a task beside so many blocks of columns. */
  private int blockRows(int m, int columnBlocks) {
    int fewestRows = workers.threads() > FEW_THREADS ? FEWEST_ROWS / 4 : FEWEST_ROWS;
    int rowBlock = ROW_BLOCK;
    while (rowBlock > fewestRows && Math.ceilDiv(m, rowBlock) * columnBlocks < tasks()) {
      rowBlock /= 2;
    }
    return MatmulTile.paddedRows(Math.ceilDiv(m, Math.ceilDiv(m, rowBlock)));
  }

  private int tasks() {
    return workers.threads() == 1 ? 1 : ENOUGH_TASKS;
  }

  private static void writeEmptySums(MatmulOperands x, boolean accumulate) {
    for (int row = 0; row < x.batch() * x.m() && !accumulate; row++) {
      int at = x.outAt(row / x.m(), row % x.m(), 0);
      Arrays.fill(x.out(), at, at + x.n(), 0);
    }
  }

  private static void packRows(MatmulOperands x, int entry, int row, int rows, int k, int depth, float[] packed) {
    if (x.transposeA()) {
      MatmulPacking.packTransposedRows(x.a(), x.aAt(entry, row, k), x.aStride(), rows, depth, packed, 0, PanelTile.GROUP_STRIDE);
    } else {
      MatmulPacking.packRows(x.a(), x.aAt(entry, row, k), x.aStride(), rows, depth, packed, 0, PanelTile.GROUP_STRIDE);
    }
  }

  /** Neighbouring panels, the last of which may lack columns. */
  private static void packPanels(
      MatmulOperands x, int entry, int k, int depth, int column, int count, MemorySegment panels, long panelAt) {
    int columns = Math.min(count * MatmulTile.COLUMNS, x.n() - column);
    int at = x.bAt(entry, k, column);
    if (x.transposeB()) {
      x.b().packTransposed(at, x.bStride(), columns, depth, panels, panelAt);
    } else {
      x.b().pack(at, x.bStride(), columns, depth, panels, panelAt);
    }
  }

  /**
   * The tile at row {@code row} and column {@code column} of the output, over one block of k.
   *
   * @param rows rows from there to the end of those that are packed
   * @param packedRow {@code row} among those
   */
  private void multiplyTile(MatmulOperands x, int entry, int row, int rows, float[] packedRows, int packedRow, int column,
      MemorySegment panels, long panelAt, int depth, boolean add) {
    int rowsAt = packedRow / MatmulTile.GROUP * PanelTile.GROUP_STRIDE;
    int outAt = x.outAt(entry, row, column);
    int height = MatmulTile.height(rows);
    int width = Math.min(MatmulTile.COLUMNS, x.n() - column);
    if (rows >= height && width == MatmulTile.COLUMNS) {
      PanelTile.multiply(height, packedRows, rowsAt, panels, panelAt, depth, x.out(), outAt, x.outStride(), add);
    } else {
      float[] sums = sumScratch.atLeast(MatmulTile.ROWS * MatmulTile.COLUMNS);
      PanelTile.multiply(height, packedRows, rowsAt, panels, panelAt, depth, sums, 0, MatmulTile.COLUMNS, false);
      MatmulTile.put(sums, Math.min(height, rows), width, x.out(), outAt, x.outStride(), add);
    }
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
