/* WeightQuantizerKernel: one work-item for each chunk or group whose magnitudes are summed, and one for each code. */
#define ELEMENTS_PER_CHUNK 16384

/*
 * A sum in double. Without doubles it is a pair of floats, the sum and what it lost so far (Knuth 1969, two-sum): about 48
 * bits, so that its rounded mean is nearly always the same float.
 */
#ifdef FP64
typedef double wide;

wide add(wide a, wide b) { return a + b; }

wide widened(float x) { return x; }

float mean(wide sum, long count) { return (float)(sum / count); }
#else
typedef float2 wide;

wide twoSum(float a, float b) {
  float sum = a + b;
  float shifted = sum - a;
  return (wide)(sum, (a - (sum - shifted)) + (b - shifted));
}

wide add(wide a, wide b) {
  wide sum = twoSum(a.x, b.x);
  return twoSum(sum.x, sum.y + (a.y + b.y));
}

wide widened(float x) { return (wide)(x, 0.0f); }

float mean(wide sum, long count) {
  float divisor = (float)count;
  float lost = (float)(count - (long)divisor);
  float quotient = sum.x / divisor;
  float remainder = fma(-quotient, divisor, sum.x) + sum.y - quotient * lost;
  return quotient + remainder / divisor;
}
#endif

wide sumOfMagnitudes(global const float *x, long count) {
  wide sum = widened(0.0f);
  for (long i = 0; i < count; i++) {
    sum = add(sum, widened(fabs(x[i])));
  }
  return sum;
}

kernel void sumChunks(global const float *weight, long atWeight, long size, global wide *sums, long chunks) {
  long chunk = get_global_id(0);
  if (chunk < chunks) {
    long from = chunk * ELEMENTS_PER_CHUNK;
    sums[chunk] = sumOfMagnitudes(weight + atWeight + from, min(size - from, (long)ELEMENTS_PER_CHUNK));
  }
}

kernel void scaleOfTensor(global const wide *sums, long chunks, long size, global float *scale, long atScale) {
  if (get_global_id(0) == 0) {
    wide total = widened(0.0f);
    for (long chunk = 0; chunk < chunks; chunk++) {
      total = add(total, sums[chunk]);
    }
    scale[atScale] = mean(total, size);
  }
}

kernel void scalesOfGroups(global const float *weight, long atWeight, int columns, int groupSize, global float *scales,
    long atScales, long groups) {
  long group = get_global_id(0);
  if (group >= groups) {
    return;
  }
  int groupsPerRow = (columns - 1) / groupSize + 1;
  long column = group % groupsPerRow * groupSize;
  long count = min((long)groupSize, columns - column);
  scales[atScales + group] = mean(sumOfMagnitudes(weight + atWeight + group / groupsPerRow * columns + column, count), count);
}

float scaleOf(long element, global const float *scales, int columns, int groupSize) {
  if (groupSize == 0) {
    return scales[0];
  }
  int groupsPerRow = (columns - 1) / groupSize + 1;
  return scales[element / columns * groupsPerRow + element % columns / groupSize];
}

/*
 * clip(rint(w / divisor), -1, 1) without a quotient, which not every device rounds correctly. The float quotient rounds to more
 * than 1/2 when w exceeds (1/2 + 2^-25) divisor. Near that point the difference below is exact, elsewhere its sign is certain.
 * Comparisons with NaN are false, which gives the code 0 as wanted.
 */
int codeOf(float w, float scale, float eps, int added) {
  float divisor = added ? scale + eps : (scale < eps ? eps : scale);
  if (!((fabs(w) - 0.5f * divisor) * 0x1p25f > divisor)) {
    return 0;
  }
  return w > 0.0f ? 1 : -1;
}

kernel void fakeQuantize(global const float *weight, long atWeight, int columns, int groupSize, global const float
    *scales, long atScales, float eps, int added, global float *out, long atOut, long size) {
  long i = get_global_id(0);
  if (i < size) {
    float scale = scaleOf(i, scales + atScales, columns, groupSize);
    out[atOut + i] = scale * codeOf(weight[atWeight + i], scale, eps, added);
  }
}

kernel void codes(global const float *weight, long atWeight, int columns, int groupSize, global const float *scales, long
    atScales, float eps, int added, global char *codes, long size) {
  long i = get_global_id(0);
  if (i < size) {
    codes[i] = codeOf(weight[atWeight + i], scaleOf(i, scales + atScales, columns, groupSize), eps, added);
  }
}
