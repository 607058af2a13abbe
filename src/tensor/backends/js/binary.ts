/**
 * Binary kernels over two strided dimensions; the output is row-major.
 *
 * The arithmetic that training lives on has a loop each: one loop over a passed function would call it through a
 * megamorphic site, five times slower. The sum, product or quotient of two f32 values computed in double and stored in
 * a Float32Array is exactly the f32 operation (53 ≥ 2·24 + 2 bits: the second rounding is innocuous).
 */

const { fround } = Math;

/** An operand: where its data start and how far a row and a column step, in elements. */
export interface Operand {
  readonly data: Float32Array;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/** out[outOffset …] row-major ← a ∘ b. */
export type BinaryKernel = (
  out: Float32Array,
  outOffset: number,
  a: Operand,
  b: Operand,
  rows: number,
  columns: number,
) => void;

export const addKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = a[x]! + b[y]!;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

export const subtractKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = a[x]! - b[y]!;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

export const multiplyKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = a[x]! * b[y]!;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

export const divideKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = a[x]! / b[y]!;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

/** The greater; NaN if either is. */
export const maximumKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      const u = a[x]!;
      const v = b[y]!;
      out[p] = u > v || u !== u ? u : v;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

/** The smaller; NaN if either is. */
export const minimumKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      const u = a[x]!;
      const v = b[y]!;
      out[p] = u < v || u !== u ? u : v;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

/** The left where the right is above zero, else 0: the gradient of relu. */
export const gateKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = b[y]! > 0 ? a[x]! : 0;
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

/** a · (1 − b²), each operation rounded: the gradient of b = tanh. */
export const tanhGateKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      const v = b[y]!;
      out[p] = a[x]! * fround(1 - fround(v * v));
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

/** a · (b·(1 − b)), each operation rounded: the gradient of b = sigmoid. */
export const sigmoidGateKernel: BinaryKernel = (out, outOffset, left, right, rows, columns) => {
  const a = left.data;
  const b = right.data;
  const stepA = left.column;
  const stepB = right.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = left.offset + r * left.row;
    let y = right.offset + r * right.row;
    for (let c = 0; c < columns; c += 1) {
      const v = b[y]!;
      out[p] = a[x]! * fround(v * fround(1 - v));
      p += 1;
      x += stepA;
      y += stepB;
    }
  }
};

/** Make a kernel of any function of two numbers; for operations whose own cost hides the call. */
export function zipKernel(f: (a: number, b: number) => number): BinaryKernel {
  return (out, outOffset, left, right, rows, columns) => {
    let p = outOffset;
    for (let r = 0; r < rows; r += 1) {
      for (let c = 0; c < columns; c += 1) {
        const x = left.data[left.offset + r * left.row + c * left.column]!;
        const y = right.data[right.offset + r * right.row + c * right.column]!;
        out[p] = f(x, y);
        p += 1;
      }
    }
  };
}
