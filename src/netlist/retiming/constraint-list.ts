/**
 * Difference constraints with flows on them, sorted so that a walk over a large graph reads memory in order: those that
 * leave a variable stand together, and for those that enter it their tails do.
 */

/** All constraints, in the order of their tails. */
export interface SortedConstraints {
  /** Constraints that leave variable v: `outStarts[v]` … `outStarts[v + 1] − 1`. */
  readonly outStarts: Int32Array;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  readonly needs: Uint8Array;
  readonly flows: Int32Array;
  /** Constraints that enter variable v: entries `inStarts[v]` … `inStarts[v + 1] − 1` of the next two. */
  readonly inStarts: Int32Array;
  readonly inTails: Int32Array;
  readonly inNeeds: Uint8Array;
  /** Their numbers. */
  readonly inOuts: Int32Array;
}

/** A list that is sorted again when it is read after an addition. */
export interface ConstraintList {
  /** Add a constraint without flow; `need` is 0 or 1. */
  add(tail: number, head: number, need: number): void;
  /** The sorted list; its flows are changed in place, and numbers hold until the next addition. */
  sorted(): SortedConstraints;
}

/** Start an empty list over variables 0 … count − 1. */
export function constraintList(count: number): ConstraintList {
  const added: number[] = [];
  let list = sortConstraints(count, [], undefined);
  return {
    add: (tail, head, need) => void added.push(tail, head, need),
    sorted: () => {
      if (added.length > 0) {
        list = sortConstraints(count, added, list);
        added.length = 0;
      }
      return list;
    },
  };
}

/** Merge triples (tail, head, need) into a sorted list. */
function sortConstraints(
  count: number,
  added: readonly number[],
  old: SortedConstraints | undefined,
): SortedConstraints {
  const before = old?.heads.length ?? 0;
  const total = before + added.length / 3;
  const outStarts = new Int32Array(count + 1);
  if (old !== undefined) outStarts.set(old.outStarts);
  const more = new Int32Array(count + 1);
  for (let k = 0; k < added.length; k += 3) more[added[k]! + 1]! += 1;
  for (let v = 1; v <= count; v += 1) more[v]! += more[v - 1]!;
  for (let v = 0; v <= count; v += 1) outStarts[v]! += more[v]!;

  const tails = new Int32Array(total);
  const heads = new Int32Array(total);
  const needs = new Uint8Array(total);
  const flows = new Int32Array(total);
  const next = outStarts.slice();
  for (let a = 0; a < before; a += 1) {
    const tail = old!.tails[a]!;
    const place = next[tail]!++;
    tails[place] = tail;
    heads[place] = old!.heads[a]!;
    needs[place] = old!.needs[a]!;
    flows[place] = old!.flows[a]!;
  }
  for (let k = 0; k < added.length; k += 3) {
    const tail = added[k]!;
    const place = next[tail]!++;
    tails[place] = tail;
    heads[place] = added[k + 1]!;
    needs[place] = added[k + 2]!;
  }

  const inStarts = new Int32Array(count + 1);
  for (const head of heads) inStarts[head + 1]! += 1;
  for (let v = 1; v <= count; v += 1) inStarts[v]! += inStarts[v - 1]!;
  const inTails = new Int32Array(total);
  const inNeeds = new Uint8Array(total);
  const inOuts = new Int32Array(total);
  next.set(inStarts);
  for (let a = 0; a < total; a += 1) {
    const place = next[heads[a]!]!++;
    inTails[place] = tails[a]!;
    inNeeds[place] = needs[a]!;
    inOuts[place] = a;
  }
  return { outStarts, tails, heads, needs, flows, inStarts, inTails, inNeeds, inOuts };
}
