/** Unary kernels over two strided dimensions; the output is row-major. The cheap ones have a loop each, see binary.ts. */
import type { Operand } from './binary.ts';

/** out row-major ← f(x). */
export type UnaryKernel = (out: Float32Array, outOffset: number, x: Operand, rows: number, columns: number) => void;

export const negateKernel: UnaryKernel = (out, outOffset, operand, rows, columns) => {
  const a = operand.data;
  const step = operand.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = operand.offset + r * operand.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = -a[x]!;
      p += 1;
      x += step;
    }
  }
};

export const absKernel: UnaryKernel = (out, outOffset, operand, rows, columns) => {
  const a = operand.data;
  const step = operand.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = operand.offset + r * operand.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = Math.abs(a[x]!);
      p += 1;
      x += step;
    }
  }
};

export const sqrtKernel: UnaryKernel = (out, outOffset, operand, rows, columns) => {
  const a = operand.data;
  const step = operand.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = operand.offset + r * operand.row;
    for (let c = 0; c < columns; c += 1) {
      out[p] = Math.sqrt(a[x]!);
      p += 1;
      x += step;
    }
  }
};

export const squareKernel: UnaryKernel = (out, outOffset, operand, rows, columns) => {
  const a = operand.data;
  const step = operand.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = operand.offset + r * operand.row;
    for (let c = 0; c < columns; c += 1) {
      const u = a[x]!;
      out[p] = u * u;
      p += 1;
      x += step;
    }
  }
};

/** x where above zero or NaN, else 0. */
export const reluKernel: UnaryKernel = (out, outOffset, operand, rows, columns) => {
  const a = operand.data;
  const step = operand.column;
  let p = outOffset;
  for (let r = 0; r < rows; r += 1) {
    let x = operand.offset + r * operand.row;
    for (let c = 0; c < columns; c += 1) {
      const u = a[x]!;
      out[p] = u > 0 || u !== u ? u : 0;
      p += 1;
      x += step;
    }
  }
};

/** Make a kernel of any function of one number; for operations whose own cost hides the call. */
export function mapKernel(f: (x: number) => number): UnaryKernel {
  return (out, outOffset, operand, rows, columns) => {
    let p = outOffset;
    for (let r = 0; r < rows; r += 1) {
      let x = operand.offset + r * operand.row;
      for (let c = 0; c < columns; c += 1) {
        out[p] = f(operand.data[x]!);
        p += 1;
        x += operand.column;
      }
    }
  };
}
