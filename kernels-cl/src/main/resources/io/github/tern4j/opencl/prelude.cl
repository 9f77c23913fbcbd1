/* What all families share; put before each of them. Every operation rounds on its own unless it is written as fma. */
#pragma OPENCL FP_CONTRACT OFF
#ifdef FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

/*
 * a / b, rounded correctly: by the device, or in double (the second rounding changes nothing), or corrected by the remainder,
 * which is certain for small integers b such as 127 and all but certain for others.
 */
float divide(float a, float b) {
#if defined(ROUNDED_QUOTIENTS)
  return a / b;
#elif defined(FP64)
  return (float)((double)a / (double)b);
#else
  float quotient = a / b;
  float corrected = quotient + fma(-quotient, b, a) / b;
  return isfinite(corrected) ? corrected : quotient;
#endif
}

float16 divideAll(float16 a, float b) {
#if defined(ROUNDED_QUOTIENTS)
  return a / b;
#else
  float lanes[16];
  vstore16(a, 0, lanes);
  for (int i = 0; i < 16; i++) {
    lanes[i] = divide(lanes[i], b);
  }
  return vload16(0, lanes);
#endif
}

/* The next 16 elements of a row that has `left` more; what lies behind its end is `pad`. */
float16 loadRow(global const float *x, int left, float pad) {
  if (left >= 16) {
    return vload16(0, x);
  }
  float lanes[16];
  for (int i = 0; i < 16; i++) {
    lanes[i] = i < left ? x[i] : pad;
  }
  return vload16(0, lanes);
}

void storeRow(float16 values, int left, global float *out) {
  if (left >= 16) {
    vstore16(values, 0, out);
    return;
  }
  float lanes[16];
  vstore16(values, 0, lanes);
  for (int i = 0; i < left; i++) {
    out[i] = lanes[i];
  }
}

/* Writes a finished gradient or adds it to the old one. */
void storeGradient(float16 gradient, int left, global float *out, int accumulate) {
  storeRow(accumulate ? loadRow(out, left, 0.0f) + gradient : gradient, left, out);
}

/* The sum of 16 partial sums, folded in halves. */
float fold(float16 p) {
  float8 q = p.lo + p.hi;
  float4 r = q.lo + q.hi;
  float2 s = r.lo + r.hi;
  return s.x + s.y;
}

/* Offset of part `index` in row-major order over the first `count` axes. */
long partOffset(long index, int count, int8 dims, long8 strides) {
  int dim[8];
  long stride[8];
  vstore8(dims, 0, dim);
  vstore8(strides, 0, stride);
  long offset = 0;
  for (int axis = count - 1; axis >= 0; axis--) {
    offset += index % dim[axis] * stride[axis];
    index /= dim[axis];
  }
  return offset;
}
