/**
 * Covers gates with look-up tables of up to 6 inputs (7 and 8 with the multiplexers behind them).
 *
 * Priority cuts with area flow: each gate keeps the few cheapest sets of bits that it is a function of, and the cheapest
 * is taken where the gate is needed. Costs are those that Yosys gives its mapper: small tables are cheaper than full
 * ones. Sources: A. Mishchenko et al., "Combinational and sequential mapping with priority cuts", ICCAD 2007.
 */
import type { BitNetwork, Literal } from './bit-network.ts';

/** Cost of a table by its inputs: `abc -luts 2:2,3,6:5,10,20`. */
const COST = [0, 1, 2, 3, 5, 5, 5, 10, 20] as const;

/** Tables of 6 inputs that a function of so many inputs takes. */
const TABLES = [0, 1, 1, 1, 1, 1, 1, 2, 4] as const;

const MOST_INPUTS = COST.length - 1;

/** Sets of inputs kept per gate. */
const CUTS = 6;

/** Rounds of choosing by how often each gate was needed in the round before. */
const ROUNDS = 3;

interface Cut {
  /** Nodes in ascending order. */
  readonly leaves: readonly number[];
  cost: number;
}

/**
 * Cover all gates behind some bits.
 *
 * @param sinks bits that must exist
 * @param onTables told the root node of every chosen table and how many tables it takes
 */
export function coverWithTables(
  network: BitNetwork,
  sinks: readonly Literal[],
  onTables: (node: number, tables: number) => void,
): void {
  const resolved = sinks.map((bit) => network.resolve(bit) >> 1).filter((node) => network.gate(node) !== undefined);
  const { order, indexOf, inputs } = gatesBehind(network, resolved);
  const references = new Float64Array(order.length);
  const sinkReferences = new Int32Array(order.length);
  for (const node of resolved) sinkReferences[indexOf.get(node)!]! += 1;
  for (const nodes of inputs) for (const node of nodes) {
    const index = indexOf.get(node);
    if (index !== undefined) references[index]! += 1;
  }
  references.forEach((count, k) => (references[k] = count + sinkReferences[k]!));

  const flow = new Float64Array(order.length);
  const flowOf = (node: number): number => {
    const index = indexOf.get(node);
    return index === undefined ? 0 : flow[index]!;
  };
  const price = (leaves: readonly number[]): number =>
    leaves.reduce((sum, leaf) => sum + flowOf(leaf), COST[leaves.length]!);
  const cuts: Cut[][] = [];
  order.forEach((_, index) => {
    cuts.push(cutsOf(inputs[index]!, (input) => cuts[indexOf.get(input) ?? -1], price));
    flow[index] = cuts[index]![0]!.cost / Math.max(1, references[index]!);
  });

  const chosen: Cut[] = order.map((_, index) => cuts[index]![0]!);
  const needed = new Int32Array(order.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) {
      for (let index = 0; index < order.length; index += 1) {
        references[index] = (references[index]! + 2 * needed[index]!) / 3;
        for (const cut of cuts[index]!) cut.cost = price(cut.leaves);
        chosen[index] = cuts[index]!.reduce((best, cut) => (cut.cost < best.cost ? cut : best));
        flow[index] = chosen[index]!.cost / Math.max(1, references[index]!);
      }
    }
    needed.set(sinkReferences);
    for (let index = order.length - 1; index >= 0; index -= 1) {
      if (needed[index] === 0) continue;
      for (const leaf of chosen[index]!.leaves) {
        const at = indexOf.get(leaf);
        if (at !== undefined) needed[at]! += 1;
      }
    }
  }
  order.forEach((node, index) => {
    if (needed[index]! > 0) onTables(node, TABLES[chosen[index]!.leaves.length]!);
  });
}

interface Gates {
  /** Gates, each after what it reads. */
  readonly order: readonly number[];
  readonly indexOf: ReadonlyMap<number, number>;
  /** Nodes that each gate of the order reads, constants left out. */
  readonly inputs: readonly (readonly number[])[];
}

function gatesBehind(network: BitNetwork, sinks: readonly number[]): Gates {
  const order: number[] = [];
  const inputs: (readonly number[])[] = [];
  const indexOf = new Map<number, number>();
  const opened = new Map<number, readonly number[]>();
  const stack = [...sinks];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (indexOf.has(node)) {
      stack.pop();
      continue;
    }
    const known = opened.get(node);
    if (known !== undefined) {
      stack.pop();
      indexOf.set(node, order.push(node) - 1);
      inputs.push(known);
      continue;
    }
    const read = [...new Set(network.gate(node)!.map((bit) => network.resolve(bit) >> 1))].filter((input) => input !== 0);
    opened.set(node, read);
    for (const input of read) if (network.gate(input) !== undefined && !opened.has(input)) stack.push(input);
  }
  return { order, indexOf, inputs };
}

/** The cheapest cuts of a gate: one of each input's, or the input itself. */
function cutsOf(
  inputs: readonly number[],
  cutsOfInput: (node: number) => readonly Cut[] | undefined,
  price: (leaves: readonly number[]) => number,
): Cut[] {
  let merged: (readonly number[])[] = [[]];
  for (const input of inputs) {
    const choices = [[input], ...(cutsOfInput(input)?.map((cut) => cut.leaves) ?? [])];
    const next: (readonly number[])[] = [];
    for (const leaves of merged) {
      for (const choice of choices) {
        const union = unite(leaves, choice);
        if (union.length <= MOST_INPUTS) next.push(union);
      }
    }
    merged = next;
  }
  const seen = new Set<string>();
  const result: Cut[] = [];
  for (const leaves of merged) {
    const key = leaves.join();
    if (seen.has(key)) continue;
    seen.add(key);
    result.push({ leaves, cost: price(leaves) });
  }
  result.sort((p, q) => p.cost - q.cost || p.leaves.length - q.leaves.length);
  return result.slice(0, CUTS);
}

/** The union of two ascending lists. */
function unite(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0) return b;
  const result: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    result.push(Math.min(x, y));
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return result;
}
