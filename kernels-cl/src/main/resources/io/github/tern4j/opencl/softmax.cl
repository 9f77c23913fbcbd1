/* SoftmaxKernel: one work-item for each row. */

/* FloatMath.exp, operation by operation. */
float16 expOf(float16 x) {
  float16 n = fma(x, (float16)(1.44269504f), (float16)(12582912.0f)) - 12582912.0f;
  float16 r = fma(n, (float16)(-0.693359375f), x);
  r = fma(n, (float16)(2.12194440e-4f), r);
  float16 p = fma((float16)(1.9875691500e-4f), r, (float16)(1.3981999507e-3f));
  p = fma(p, r, (float16)(8.3334519073e-3f));
  p = fma(p, r, (float16)(4.1665795894e-2f));
  p = fma(p, r, (float16)(1.6666665459e-1f));
  p = fma(p, r, (float16)(5.0000001201e-1f));
  float16 y = fma(p, r * r, r) + 1.0f;
  int16 whole = convert_int16(n);
  int16 part = whole >> 1;
  y = y * as_float16((part + 127) << 23) * as_float16((whole - part + 127) << 23);
  y = select(y, (float16)(INFINITY), x > 88.72284f);
  return select(y, (float16)(0.0f), x < -87.33654f);
}

/* Rounded once where there are doubles. */
float lnOf(float x) {
#ifdef FP64
  return (float)log((double)x);
#else
  return log(x);
#endif
}

/* The larger of two numbers; NaN when either is. */
float16 larger(float16 a, float16 b) {
  return select(a, b, b > a || isnan(b));
}

float rowMax(global const float *x, int n) {
  float16 most = -INFINITY;
  for (int i = 0; i < n; i += 16) {
    most = larger(most, loadRow(x + i, n - i, -INFINITY));
  }
  float lanes[16];
  vstore16(most, 0, lanes);
  float max = lanes[0];
  for (int i = 1; i < 16; i++) {
    max = lanes[i] > max || isnan(lanes[i]) ? lanes[i] : max;
  }
  return max;
}

/* sum exp(x - max); what lies behind the row adds exp(-infinity) = 0. */
float expSum(global const float *x, int n, float max) {
  float16 sums = 0.0f;
  for (int i = 0; i < n; i += 16) {
    sums += expOf(loadRow(x + i, n - i, -INFINITY) - max);
  }
  return fold(sums);
}

kernel void softmax(global const float *x, long atX, global float *out, long atOut, int n, int rows) {
  long row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  x += atX + row * n;
  out += atOut + row * n;
  float max = rowMax(x, n);
  float sum = expSum(x, n, max);
  for (int i = 0; i < n; i += 16) {
    float16 y = divideAll(expOf(loadRow(x + i, n - i, 0.0f) - max), sum);
    storeRow(max == -INFINITY ? (float16)(0.0f) : y, n - i, out + i);
  }
}

kernel void logSoftmax(global const float *x, long atX, global float *out, long atOut, int n, int rows) {
  long row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  x += atX + row * n;
  out += atOut + row * n;
  float max = rowMax(x, n);
  float logSum = lnOf(expSum(x, n, max));
  for (int i = 0; i < n; i += 16) {
    float16 y = loadRow(x + i, n - i, 0.0f) - max - logSum;
    storeRow(max == -INFINITY ? (float16)(max) : y, n - i, out + i);
  }
}

kernel void softmaxBackward(global const float *y, long atY, global const float *gradOut, long atGradOut, global float *gradX,
    long atGradX, int accumulate, int n, int rows) {
  long row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  y += atY + row * n;
  gradOut += atGradOut + row * n;
  gradX += atGradX + row * n;
  float16 products = 0.0f;
  for (int i = 0; i < n; i += 16) {
    products = fma(loadRow(gradOut + i, n - i, 0.0f), loadRow(y + i, n - i, 0.0f), products);
  }
  float dot = fold(products);
  for (int i = 0; i < n; i += 16) {
    storeGradient(loadRow(y + i, n - i, 0.0f) * (loadRow(gradOut + i, n - i, 0.0f) - dot), n - i, gradX + i, accumulate);
  }
}

kernel void logSoftmaxBackward(global const float *y, long atY, global const float *gradOut, long atGradOut, global float *gradX,
    long atGradX, int accumulate, int n, int rows) {
  long row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  y += atY + row * n;
  gradOut += atGradOut + row * n;
  gradX += atGradX + row * n;
  float16 sums = 0.0f;
  for (int i = 0; i < n; i += 16) {
    sums += loadRow(gradOut + i, n - i, 0.0f);
  }
  float sum = fold(sums);
  for (int i = 0; i < n; i += 16) {
    storeGradient(loadRow(gradOut + i, n - i, 0.0f) - expOf(loadRow(y + i, n - i, 0.0f)) * sum, n - i, gradX + i, accumulate);
  }
}
