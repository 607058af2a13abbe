/**
 * Column differences: outputs that resemble each other are built from one another.
 *
 * The columns of the kernel and a zero column are the nodes of a graph; between two of them stands the number of signed
 * digits of their difference (or of their sum, whichever has fewer). A minimum spanning tree from the zero column (Prim,
 * "Shortest connection networks", 1957) says which output is built from which: kernel = differences · paths. Both
 * factors are cheaper than the kernel where columns are alike or dense. The idea is that of da4ml (arXiv:2507.04535).
 */
import { countSignedDigits } from './signed-digits.ts';

export interface ColumnTree {
  /** Columns of differences, each as long as a column of the kernel; none is zero. */
  readonly differences: readonly (readonly number[])[];
  /** paths[j]: the differences that output j is the sum of, with signs 1 or −1. */
  readonly paths: readonly (readonly { readonly difference: number; readonly sign: 1 | -1 }[])[];
}

/**
 * Grow the tree.
 *
 * @param columns of the kernel
 * @param depth largest number of edges between an output and the zero column, at least 1
 */
export function columnTree(columns: readonly (readonly number[])[], depth: number): ColumnTree {
  const count = columns.length;
  const zeros = columns[0]!.map(() => 0);
  /** Best way found so far to reach a column: −1 is the zero column. */
  const from = new Int32Array(count).fill(-1);
  const sign = new Int8Array(count).fill(1);
  const cost = columns.map((column) => digitsOf(column, zeros, -1));
  const level = new Int32Array(count);
  const done = new Uint8Array(count);
  const differences: number[][] = [];
  const paths: { difference: number; sign: 1 | -1 }[][] = columns.map(() => []);
  for (let step = 0; step < count; step++) {
    let next = -1;
    for (let j = 0; j < count; j++) if (done[j] === 0 && (next < 0 || cost[j]! < cost[next]!)) next = j;
    done[next] = 1;
    const parent = from[next]!;
    const factor = sign[next] as 1 | -1;
    level[next] = parent < 0 ? 1 : level[parent]! + 1;
    const base = parent < 0 ? zeros : columns[parent]!;
    const difference = columns[next]!.map((weight, i) => weight - factor * base[i]!);
    const path = (parent < 0 ? [] : paths[parent]!).map((edge) => ({
      difference: edge.difference,
      sign: (edge.sign * factor) as 1 | -1,
    }));
    if (difference.some((weight) => weight !== 0)) {
      path.push({ difference: differences.length, sign: 1 });
      differences.push(difference);
    }
    paths[next] = path;
    if (level[next]! >= depth) continue;
    for (let j = 0; j < count; j++) {
      if (done[j] === 1) continue;
      for (const factor of [1, -1] as const) {
        const digits = digitsOf(columns[j]!, columns[next]!, -factor);
        if (digits < cost[j]!) {
          cost[j] = digits;
          from[j] = next;
          sign[j] = factor;
        }
      }
    }
  }
  return { differences, paths };
}

/** Signed digits of a + factor·b. */
function digitsOf(a: readonly number[], b: readonly number[], factor: number): number {
  let digits = 0;
  for (let i = 0; i < a.length; i++) digits += countSignedDigits(a[i]! + factor * b[i]!);
  return digits;
}
