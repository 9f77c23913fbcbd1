/* TernaryProductKernel: one work-item for each output. */

/* Sum of codes times weights over columns `from` to `to` of a row of packed weights; exact. */
int sumOfProducts(global const char *codes, global const uchar *weights, int from, int to) {
  int sum = 0;
  int column = from;
  for (; column < to && column % 4 != 0; column++) {
    sum += codes[column] * ((weights[column / 4] >> column % 4 * 2 & 3) - 1);
  }
  int16 sums = 0;
  for (; column + 16 <= to; column += 16) {
    uchar4 packed = vload4(0, weights + column / 4);
    /* Shifts of whole words by lane exist on vector units, those of bytes do not. */
    uint word = packed.x | (uint)packed.y << 8 | (uint)packed.z << 16 | (uint)packed.w << 24;
    int16 stored = as_int16((uint16)(word) >> (uint16)(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)) & 3;
    sums += convert_int16(vload16(0, codes + column)) * (stored - 1);
  }
  int8 eight = sums.lo + sums.hi;
  int4 four = eight.lo + eight.hi;
  sum += four.x + four.y + four.z + four.w;
  for (; column < to; column++) {
    sum += codes[column] * ((weights[column / 4] >> column % 4 * 2 & 3) - 1);
  }
  return sum;
}

kernel void ternaryProduct(global const uchar *weights, global const float *scales, int outputs, int columns, int groupSize,
    global const char *codes, long atCodes, global const float *gamma, long atGamma, global float *out, long atOut, long size) {
  long i = get_global_id(0);
  if (i >= size) {
    return;
  }
  long row = i / outputs;
  long output = i % outputs;
  codes += atCodes + row * columns;
  weights += output * ((columns + 3) / 4);
  float step = divide(gamma[atGamma + row], 127.0f);
  if (groupSize == 0) {
    out[atOut + i] = (float)sumOfProducts(codes, weights, 0, columns) * (scales[0] * step);
    return;
  }
  int groups = (columns + groupSize - 1) / groupSize;
  float total = 0.0f;
  for (int group = 0; group < groups; group++) {
    int from = group * groupSize;
    int sum = sumOfProducts(codes, weights, from, min(columns - from, groupSize) + from);
    total = fma((float)sum, scales[output * groups + group], total);
  }
  out[atOut + i] = step * total;
}
