/**
 * Matrix product in f32: every output element is summed over k in ascending order, each product and each partial sum
 * rounded to f32 (no fused multiply-add). The order depends on nothing else, so any blocking and any number of workers
 * gives the same bits.
 *
 * B is packed into panels of four columns once, then tiles of 2 × 4 outputs stay in registers while k runs; operands
 * may have any strides, so that transposed ones need no copy.
 */

/** A matrix operand: element (i, j) is data[offset + i·row + j·column]. */
export interface MatrixOperand {
  readonly data: Float32Array;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

const WIDTH = 4;
const { fround } = Math;

/** out[m × n, row-major at outOffset] ← A[m × k] · B[k × n]. */
export function matmulKernel(
  out: Float32Array,
  outOffset: number,
  a: MatrixOperand,
  b: MatrixOperand,
  m: number,
  k: number,
  n: number,
): void {
  const wide = n - (n % WIDTH);
  const panel = new Float32Array(WIDTH * k);
  for (let j = 0; j < wide; j += WIDTH) {
    packPanel(panel, b, j, k);
    multiplyPanel(out, outOffset + j, n, a, panel, m, k);
  }
  for (let j = wide; j < n; j += 1) multiplyColumn(out, outOffset + j, n, a, b, j, m, k);
}

function packPanel(panel: Float32Array, b: MatrixOperand, j: number, k: number): void {
  const { data, row, column } = b;
  let from = b.offset + j * column;
  for (let p = 0; p < WIDTH * k; p += WIDTH) {
    panel[p] = data[from]!;
    panel[p + 1] = data[from + column]!;
    panel[p + 2] = data[from + 2 * column]!;
    panel[p + 3] = data[from + 3 * column]!;
    from += row;
  }
}

function multiplyPanel(
  out: Float32Array,
  outOffset: number,
  n: number,
  a: MatrixOperand,
  panel: Float32Array,
  m: number,
  k: number,
): void {
  const data = a.data;
  const step = a.column;
  const end = WIDTH * k;
  let i = 0;
  for (; i + 1 < m; i += 2) {
    let x = a.offset + i * a.row;
    let y = x + a.row;
    let c00 = fround(0);
    let c01 = fround(0);
    let c02 = fround(0);
    let c03 = fround(0);
    let c10 = fround(0);
    let c11 = fround(0);
    let c12 = fround(0);
    let c13 = fround(0);
    for (let p = 0; p < end; p += WIDTH) {
      const a0 = data[x]!;
      const a1 = data[y]!;
      const b0 = panel[p]!;
      const b1 = panel[p + 1]!;
      const b2 = panel[p + 2]!;
      const b3 = panel[p + 3]!;
      c00 = fround(c00 + fround(a0 * b0));
      c01 = fround(c01 + fround(a0 * b1));
      c02 = fround(c02 + fround(a0 * b2));
      c03 = fround(c03 + fround(a0 * b3));
      c10 = fround(c10 + fround(a1 * b0));
      c11 = fround(c11 + fround(a1 * b1));
      c12 = fround(c12 + fround(a1 * b2));
      c13 = fround(c13 + fround(a1 * b3));
      x += step;
      y += step;
    }
    const o = outOffset + i * n;
    out[o] = c00;
    out[o + 1] = c01;
    out[o + 2] = c02;
    out[o + 3] = c03;
    out[o + n] = c10;
    out[o + n + 1] = c11;
    out[o + n + 2] = c12;
    out[o + n + 3] = c13;
  }
  if (i < m) {
    let x = a.offset + i * a.row;
    let c0 = fround(0);
    let c1 = fround(0);
    let c2 = fround(0);
    let c3 = fround(0);
    for (let p = 0; p < end; p += WIDTH) {
      const value = data[x]!;
      c0 = fround(c0 + fround(value * panel[p]!));
      c1 = fround(c1 + fround(value * panel[p + 1]!));
      c2 = fround(c2 + fround(value * panel[p + 2]!));
      c3 = fround(c3 + fround(value * panel[p + 3]!));
      x += step;
    }
    const o = outOffset + i * n;
    out[o] = c0;
    out[o + 1] = c1;
    out[o + 2] = c2;
    out[o + 3] = c3;
  }
}

/** One of the last n mod 4 columns; four rows at a time, so that four sums run side by side. */
function multiplyColumn(
  out: Float32Array,
  outOffset: number,
  n: number,
  a: MatrixOperand,
  b: MatrixOperand,
  j: number,
  m: number,
  k: number,
): void {
  const data = a.data;
  const row = a.row;
  const column = new Float32Array(k);
  for (let p = 0; p < k; p += 1) column[p] = b.data[b.offset + p * b.row + j * b.column]!;
  let i = 0;
  for (; i + 3 < m; i += 4) {
    let x = a.offset + i * row;
    let c0 = fround(0);
    let c1 = fround(0);
    let c2 = fround(0);
    let c3 = fround(0);
    for (let p = 0; p < k; p += 1) {
      const value = column[p]!;
      c0 = fround(c0 + fround(data[x]! * value));
      c1 = fround(c1 + fround(data[x + row]! * value));
      c2 = fround(c2 + fround(data[x + 2 * row]! * value));
      c3 = fround(c3 + fround(data[x + 3 * row]! * value));
      x += a.column;
    }
    const o = outOffset + i * n;
    out[o] = c0;
    out[o + n] = c1;
    out[o + 2 * n] = c2;
    out[o + 3 * n] = c3;
  }
  for (; i < m; i += 1) {
    let x = a.offset + i * row;
    let sum = fround(0);
    for (let p = 0; p < k; p += 1) {
      sum = fround(sum + fround(data[x]! * column[p]!));
      x += a.column;
    }
    out[outOffset + i * n] = sum;
  }
}
