/**
 * Cuts: the sets of bits that a gate is a function of, few and good ones per gate.
 *
 * Source: A. Mishchenko et al., "Combinational and sequential mapping with priority cuts", ICCAD 2007.
 */

/** Cost of a table by its inputs: `abc -luts 2:2,3,6:5,10,20,40`. */
export const TABLE_COST = [0, 1, 2, 3, 5, 5, 5, 10, 20, 40] as const;

const MOST_INPUTS = TABLE_COST.length - 1;

/** Sets of inputs kept per gate: the fastest, and the cheapest. */
const FAST_CUTS = 4;
const CHEAP_CUTS = 6;

/** Unions of cuts looked at per gate, the smallest ones. */
const MOST_UNIONS = 200;

/** A set of bits, at most 9, that a gate is a function of. */
export interface Cut {
  /** Nodes in ascending order. */
  readonly leaves: readonly number[];
  /** Tables in a row from the sources on, or the time that they take. */
  readonly depth: number;
  cost: number;
}

/**
 * The best cuts of a gate: unions of one of each input's, or the input itself.
 *
 * @param inputs nodes that the gate reads, without the constant
 * @param cuts by node; none for sources
 * @param cutAt gives depth and cost of a set
 */
export function cutsOf(
  inputs: readonly number[],
  cuts: readonly (readonly Cut[] | undefined)[],
  cutAt: (leaves: readonly number[]) => Cut,
): readonly Cut[] {
  // Sources have no cuts, and most gates read nothing else.
  if (inputs.every((input) => cuts[input] === undefined)) return [cutAt(inputs.toSorted((a, b) => a - b))];
  let merged: (readonly number[])[] = [[]];
  for (const input of inputs) {
    const next: (readonly number[])[] = [];
    const own = [input];
    for (const leaves of merged) {
      addUnion(next, leaves, own);
      const choices = cuts[input];
      if (choices !== undefined) for (const choice of choices) addUnion(next, leaves, choice.leaves);
    }
    merged = next;
    if (merged.length > MOST_UNIONS) merged = merged.toSorted((p, q) => p.length - q.length).slice(0, MOST_UNIONS);
  }
  const all = merged.map(cutAt);
  if (all.length <= CHEAP_CUTS) return all;
  const byCost = all.toSorted((p, q) => p.cost - q.cost || p.depth - q.depth);
  const byDepth = byCost.toSorted((p, q) => p.depth - q.depth);
  return [...new Set([...byCost.slice(0, CHEAP_CUTS), ...byDepth.slice(0, FAST_CUTS)])];
}

/** Add the union of two ascending lists, unless it is too long or there already. */
function addUnion(unions: (readonly number[])[], a: readonly number[], b: readonly number[]): void {
  const union: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (union.length === MOST_INPUTS) return;
    const x = i < a.length ? a[i]! : Infinity;
    const y = j < b.length ? b[j]! : Infinity;
    union.push(x < y ? x : y);
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  for (const other of unions) {
    if (other.length === union.length && other.every((leaf, k) => leaf === union[k])) return;
  }
  unions.push(union);
}
