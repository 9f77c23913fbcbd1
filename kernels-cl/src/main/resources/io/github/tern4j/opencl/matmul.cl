/* MatmulKernel: b is packed, then tiles of the output are computed in registers. */
#define K_BLOCK 256
#define TILE_ROWS 8
#define TILE_COLUMNS 16
#define PACKED_ROWS 16

/*
 * Panel j of b holds its columns 16 j to 16 j + 15, one row of 16 for each k, zeros behind the last column. One work-item packs
 * PACKED_ROWS rows: of a transposed b they are neighbours, and each line of the cache is used as long as it is there. A BF16 is
 * the upper half of its float.
 */
kernel void packPanels(global const void *b, long atB, int isBf16, long strideK, long strideN, int k, int n, int axes, int8 dims,
    long8 strides, global float *panels, long blocks) {
  long block = get_global_id(0);
  if (block >= blocks) {
    return;
  }
  int panelCount = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  int blocksPerPanel = (k + PACKED_ROWS - 1) / PACKED_ROWS;
  int from = block % blocksPerPanel * PACKED_ROWS;
  long panel = block / blocksPerPanel;
  int column = panel % panelCount * TILE_COLUMNS;
  int columns = min(n - column, TILE_COLUMNS);
  long first = atB + partOffset(panel / panelCount, axes, dims, strides) + column * strideN;
  global const float *floats = (global const float *) b + first;
  global const ushort *halves = (global const ushort *) b + first;
  panels += panel * k * TILE_COLUMNS;
  for (int p = from; p < min(k, from + PACKED_ROWS); p++) {
    for (int j = 0; j < TILE_COLUMNS; j++) {
      long at = p * strideK + j * strideN;
      float value = 0.0f;
      if (j < columns) {
        value = isBf16 ? as_float((uint) halves[at] << 16) : floats[at];
      }
      panels[p * TILE_COLUMNS + j] = value;
    }
  }
}

/* One work-item computes 8 x 16 outputs in registers: 8 sums of the block and 8 totals. Rows behind the last repeat it. */
kernel void multiplyTiles(global const float *a, long atA, long strideM, long strideK, global const float *panels,
    long panelsPerMatrix, global float *out, long atOut, long rowOut, int m, int n, int k, int accumulate, int axes, int8 dims,
    long8 stridesA, long8 stridesOut, long tiles) {
  long tile = get_global_id(0);
  if (tile >= tiles) {
    return;
  }
  int tileRows = (m + TILE_ROWS - 1) / TILE_ROWS;
  int panelCount = (n + TILE_COLUMNS - 1) / TILE_COLUMNS;
  int row = tile % tileRows * TILE_ROWS;
  int panel = tile / tileRows % panelCount;
  long matrix = tile / tileRows / panelCount;
  int left = n - panel * TILE_COLUMNS;
  a += atA + partOffset(matrix, axes, dims, stridesA);
  out += atOut + partOffset(matrix, axes, dims, stridesOut) + panel * TILE_COLUMNS;
  panels += (matrix * panelsPerMatrix + panel) * k * TILE_COLUMNS;

  global const float *a0 = a + row * strideM;
  global const float *a1 = a + min(row + 1, m - 1) * strideM;
  global const float *a2 = a + min(row + 2, m - 1) * strideM;
  global const float *a3 = a + min(row + 3, m - 1) * strideM;
  global const float *a4 = a + min(row + 4, m - 1) * strideM;
  global const float *a5 = a + min(row + 5, m - 1) * strideM;
  global const float *a6 = a + min(row + 6, m - 1) * strideM;
  global const float *a7 = a + min(row + 7, m - 1) * strideM;
  float16 t[TILE_ROWS];
  for (int i = 0; i < TILE_ROWS; i++) {
    t[i] = accumulate ? loadRow(out + min(row + i, m - 1) * rowOut, left, 0.0f) : (float16)(0.0f);
  }
  for (int block = 0; block < k; block += K_BLOCK) {
    float16 s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f, s4 = 0.0f, s5 = 0.0f, s6 = 0.0f, s7 = 0.0f;
    int end = min(k, block + K_BLOCK);
    for (int p = block; p < end; p++) {
      float16 b = vload16(p, panels);
      long at = p * strideK;
      s0 = fma((float16)(a0[at]), b, s0);
      s1 = fma((float16)(a1[at]), b, s1);
      s2 = fma((float16)(a2[at]), b, s2);
      s3 = fma((float16)(a3[at]), b, s3);
      s4 = fma((float16)(a4[at]), b, s4);
      s5 = fma((float16)(a5[at]), b, s5);
      s6 = fma((float16)(a6[at]), b, s6);
      s7 = fma((float16)(a7[at]), b, s7);
    }
    /* The first block's sum is the start: adding it to 0 would lose the sign of a zero. */
    int start = block == 0 && !accumulate;
    t[0] = start ? s0 : t[0] + s0;
    t[1] = start ? s1 : t[1] + s1;
    t[2] = start ? s2 : t[2] + s2;
    t[3] = start ? s3 : t[3] + s3;
    t[4] = start ? s4 : t[4] + s4;
    t[5] = start ? s5 : t[5] + s5;
    t[6] = start ? s6 : t[6] + s6;
    t[7] = start ? s7 : t[7] + s7;
  }
  for (int i = 0; i < TILE_ROWS && row + i < m; i++) {
    storeRow(t[i], left, out + (row + i) * rowOut);
  }
}
