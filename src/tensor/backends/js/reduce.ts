/**
 * Reductions of [outer, n, inner] over n.
 *
 * Sums have one order, whatever the layout: leaves of 64 consecutive elements are added in ascending order, then
 * neighbouring leaves in a binary tree whose nodes cover aligned ranges of 64·2^level elements. The error grows with
 * log n, and a worker that owns an aligned range computes whole nodes. Each addition rounds to f32.
 */

/** Elements of a leaf. */
export const LEAF = 64;
const { fround } = Math;

/** out[outer × inner] ← Σ over n of x[outer × n × inner]. */
export function sumKernel(out: Float32Array, x: Float32Array, outer: number, n: number, inner: number): void {
  if (inner === 1) {
    const stack = new Float32Array(34);
    for (let o = 0; o < outer; o += 1) out[o] = sumRun(x, o * n, n, stack);
  } else {
    for (let o = 0; o < outer; o += 1) sumColumns(out, o * inner, x, o * n * inner, n, inner);
  }
}

function sumRun(x: Float32Array, start: number, n: number, stack: Float32Array): number {
  let depth = 0;
  let leaves = 0;
  for (let from = 0; from < n; from += LEAF) {
    const end = start + Math.min(from + LEAF, n);
    let sum = fround(0);
    for (let i = start + from; i < end; i += 1) sum = fround(sum + x[i]!);
    // Like a carry in binary counting: a leaf completes as many nodes as its index has trailing ones.
    for (let full = leaves; (full & 1) === 1; full >>= 1) {
      depth -= 1;
      sum = fround(stack[depth]! + sum);
    }
    stack[depth] = sum;
    depth += 1;
    leaves += 1;
  }
  if (depth === 0) return 0;
  let total = stack[depth - 1]!;
  for (let level = depth - 2; level >= 0; level -= 1) total = fround(stack[level]! + total);
  return total;
}

/** The same tree with rows of `inner` numbers in place of single ones. */
function sumColumns(
  out: Float32Array,
  outOffset: number,
  x: Float32Array,
  start: number,
  n: number,
  inner: number,
): void {
  const stack: Float32Array[] = [];
  let depth = 0;
  let leaves = 0;
  for (let from = 0; from < n; from += LEAF) {
    const node = (stack[depth] ??= new Float32Array(inner));
    node.fill(0);
    let p = start + from * inner;
    for (let row = from; row < from + LEAF && row < n; row += 1) {
      for (let j = 0; j < inner; j += 1) {
        node[j] = node[j]! + x[p]!;
        p += 1;
      }
    }
    depth += 1;
    for (let full = leaves; (full & 1) === 1; full >>= 1) {
      addInto(stack[depth - 2]!, stack[depth - 1]!);
      depth -= 1;
    }
    leaves += 1;
  }
  for (; depth > 1; depth -= 1) addInto(stack[depth - 2]!, stack[depth - 1]!);
  if (depth === 1) out.set(stack[0]!, outOffset);
}

function addInto(left: Float32Array, right: Float32Array): void {
  for (let j = 0; j < left.length; j += 1) left[j] = left[j]! + right[j]!;
}

/** A reduction whose order does not show: out ← fold over n with `combine`, starting from the first element. */
export function foldKernel(
  combine: (a: number, b: number) => number,
): (out: Float32Array, x: Float32Array, outer: number, n: number, inner: number) => void {
  return (out, x, outer, n, inner) => {
    for (let o = 0; o < outer; o += 1) {
      for (let j = 0; j < inner; j += 1) {
        let p = o * n * inner + j;
        let value = x[p]!;
        for (let i = 1; i < n; i += 1) {
          p += inner;
          value = combine(value, x[p]!);
        }
        out[o * inner + j] = value;
      }
    }
  };
}

/** out ← the index of the first element that no other beats; a NaN beats everything. */
export function argKernel(
  beats: (a: number, b: number) => boolean,
): (out: Int32Array, x: Float32Array, outer: number, n: number, inner: number) => void {
  return (out, x, outer, n, inner) => {
    for (let o = 0; o < outer; o += 1) {
      for (let j = 0; j < inner; j += 1) {
        const start = o * n * inner + j;
        let best = x[start]!;
        let index = 0;
        for (let i = 1; i < n && best === best; i += 1) {
          const value = x[start + i * inner]!;
          if (beats(value, best) || value !== value) {
            best = value;
            index = i;
          }
        }
        out[o * inner + j] = index;
      }
    }
  };
}
