/* RmsNormKernel: one work-item for each row, or for each column of a chunk of rows. */
#define ROWS_PER_CHUNK 64

/* 1 / sqrt(sum / n + eps). Without doubles the quotient and the root are corrected by what a fused remainder says they lost. */
float rstdOf(float sum, int n, float eps) {
#ifdef FP64
  return (float)(1 / sqrt((double)sum / n + (double)eps));
#else
  float mean = sum / n;
  mean += fma(-mean, (float)n, sum) / n;
  if (isnan(mean) || isinf(mean)) {
    return 1.0f / sqrt(mean);
  }
  float v = mean + eps;
  float r = 1.0f / sqrt(v);
  float square = v * r;
  float lost = fma(v, r, -square);
  float correction = 0.5f * r * (fma(-square, r, 1.0f) - lost * r);
  return isnan(correction) ? r : r + correction;
#endif
}

kernel void rmsNorm(global const float *x, long atX, global const float *weight, long atWeight, float eps, global float
    *out, long atOut, global float *rstd, long atRstd, int n, int rows) {
  long row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  x += atX + row * n;
  weight += atWeight;
  out += atOut + row * n;
  float16 squares = 0.0f;
  for (int i = 0; i < n; i += 16) {
    float16 v = loadRow(x + i, n - i, 0.0f);
    squares = fma(v, v, squares);
  }
  float r = rstdOf(fold(squares), n, eps);
  rstd[atRstd + row] = r;
  for (int i = 0; i < n; i += 16) {
    storeRow(loadRow(x + i, n - i, 0.0f) * r * loadRow(weight + i, n - i, 0.0f), n - i, out + i);
  }
}

kernel void gradientOfX(global const float *x, long atX, global const float *weight, long atWeight, global const float
    *rstd, long atRstd, global const float *gradOut, long atGradOut, global float *gradX, long atGradX, int accumulate,
    int n, int rows) {
  long row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  x += atX + row * n;
  weight += atWeight;
  gradOut += atGradOut + row * n;
  gradX += atGradX + row * n;
  float16 products = 0.0f;
  for (int i = 0; i < n; i += 16) {
    float16 u = loadRow(gradOut + i, n - i, 0.0f) * loadRow(weight + i, n - i, 0.0f);
    products = fma(u, loadRow(x + i, n - i, 0.0f), products);
  }
  float r = rstd[atRstd + row];
#ifdef FP64
  float c = (float)((double)r * r * fold(products) / n);
#else
  float c = r * r * fold(products) / n;
#endif
  for (int i = 0; i < n; i += 16) {
    float16 u = loadRow(gradOut + i, n - i, 0.0f) * loadRow(weight + i, n - i, 0.0f);
    storeGradient(r * (u - loadRow(x + i, n - i, 0.0f) * c), n - i, gradX + i, accumulate);
  }
}

/* Sums of gradOut (x rstd) over the rows of each chunk, [chunks, n]. */
kernel void gradientOfWeightInChunks(global const float *x, long atX, global const float *rstd, long atRstd, global const
    float *gradOut, long atGradOut, global float *sums, int n, int rows, long size) {
  long i = get_global_id(0);
  if (i >= size) {
    return;
  }
  long column = i % n;
  long from = i / n * ROWS_PER_CHUNK;
  long to = min((long)rows, from + ROWS_PER_CHUNK);
  float sum = 0.0f;
  for (long row = from; row < to; row++) {
    sum = fma(gradOut[atGradOut + row * n + column], x[atX + row * n + column] * rstd[atRstd + row], sum);
  }
  sums[i] = sum;
}

kernel void gradientOfWeight(global const float *sums, int chunks, global float *gradWeight, long atGradWeight, int
    accumulate, int n) {
  long column = get_global_id(0);
  if (column >= n) {
    return;
  }
  float total = 0.0f;
  for (long chunk = 0; chunk < chunks; chunk++) {
    total += sums[chunk * n + column];
  }
  gradWeight += atGradWeight + column;
  *gradWeight = accumulate ? *gradWeight + total : total;
}
