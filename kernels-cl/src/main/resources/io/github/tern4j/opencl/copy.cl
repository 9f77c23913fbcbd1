/* CopyKernel: one work-item for each element. */

kernel void copyElements(global const float *x, long atX, global float *out, long atOut, float factor, int accumulate, long size,
    int axes, int8 dims, long8 stridesX, long8 stridesOut) {
  long i = get_global_id(0);
  if (i >= size) {
    return;
  }
  long from = atX + partOffset(i, axes, dims, stridesX);
  long to = atOut + partOffset(i, axes, dims, stridesOut);
  if (accumulate) {
    out[to] = fma(factor, x[from], out[to]);
  } else {
    out[to] = factor * x[from];
  }
}

/* Bits, whatever they mean: a factor of 1 keeps even the payload of a NaN. */
kernel void copyBits(global const int *x, long atX, global int *out, long atOut, long size, int axes, int8 dims, long8 stridesX,
    long8 stridesOut) {
  long i = get_global_id(0);
  if (i < size) {
    out[atOut + partOffset(i, axes, dims, stridesOut)] = x[atX + partOffset(i, axes, dims, stridesX)];
  }
}

kernel void fill(global float *out, long atOut, float value, long size, int axes, int8 dims, long8 strides) {
  long i = get_global_id(0);
  if (i < size) {
    out[atOut + partOffset(i, axes, dims, strides)] = value;
  }
}
