/** The matrices of bench/gemm.ts, which openblas.c makes the same. */

export interface GemmShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** Make so many numbers of [−0.5, 0.5), all f32, from a linear congruential generator. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24 - 0.5;
  });
}

/** Make A [m × k] and B [k × n]. */
export function gemmOperands({ m, k, n }: GemmShape): { readonly a: Float32Array; readonly b: Float32Array } {
  return { a: numbers(m * k, 1), b: numbers(k * n, 2) };
}

const VALUES = 64;

/** Take elements spread over a result, to compare. */
export function spreadValues(c: Float32Array): number[] {
  return Array.from({ length: VALUES }, (_, v) => c[Math.floor(((c.length - 1) * v) / (VALUES - 1))]!);
}
