/**
 * Covers gates with look-up tables of up to 6 inputs, and of up to 9 with the multiplexers behind them.
 *
 * Priority cuts, first for depth, then for area within the depth of the deepest path: each gate keeps the best sets of
 * bits that it is a function of, and the cheapest that is in time is taken where the gate is needed. Costs are those
 * that Yosys gives its mapper (`abc`): small tables are cheaper than full ones, and all are equally fast.
 * Source: A. Mishchenko et al., "Combinational and sequential mapping with priority cuts", ICCAD 2007.
 */
import type { BitNetwork, Literal } from './bit-network.ts';
import { countWideTables } from './wide-tables.ts';

/** Cost of a table by its inputs: `abc -luts 2:2,3,6:5,10,20,40`. */
const COST = [0, 1, 2, 3, 5, 5, 5, 10, 20, 40] as const;

const MOST_INPUTS = COST.length - 1;

/** Sets of inputs kept per gate: the fastest, and the cheapest. */
const FAST_CUTS = 4;
const CHEAP_CUTS = 6;

/** Unions of cuts looked at per gate, the smallest ones. */
const MOST_UNIONS = 200;

/** Rounds of choosing by how often each gate was needed in the round before. */
const ROUNDS = 3;

interface Cut {
  /** Nodes in ascending order. */
  readonly leaves: readonly number[];
  /** Tables in a row from the sources on. */
  readonly depth: number;
  cost: number;
}

/**
 * Cover all gates behind some bits.
 *
 * @param sinks bits that must exist
 * @param onTables told the root node of every chosen table and how many look-up tables it takes
 */
export function coverWithTables(
  network: BitNetwork,
  sinks: readonly Literal[],
  onTables: (node: number, tables: number) => void,
): void {
  const roots = sinks.map((bit) => network.resolve(bit) >> 1).filter((node) => network.gate(node) !== undefined);
  const { order, indexOf, inputs } = gatesBehind(network, roots);
  const at = (node: number): number => indexOf.get(node) ?? -1;
  const rootUses = new Int32Array(order.length);
  for (const node of roots) rootUses[at(node)]! += 1;
  const uses = Float64Array.from(rootUses);
  for (const nodes of inputs) for (const index of nodes.map(at)) if (index >= 0) uses[index]! += 1;

  const flow = new Float64Array(order.length);
  const depths = new Int32Array(order.length);
  const price = (leaves: readonly number[]): number => {
    let sum: number = COST[leaves.length]!;
    for (const index of leaves.map(at)) if (index >= 0) sum += flow[index]!;
    return sum;
  };
  const depthOf = (leaves: readonly number[]): number =>
    1 + Math.max(0, ...leaves.map((leaf) => depths[at(leaf)] ?? 0));
  const cuts: Cut[][] = [];
  for (let index = 0; index < order.length; index += 1) {
    const choices = cutsOf(inputs[index]!, (input) => cuts[at(input)], price, depthOf);
    cuts.push(choices);
    depths[index] = Math.min(...choices.map((cut) => cut.depth));
    flow[index] = Math.min(...choices.map((cut) => cut.cost)) / Math.max(1, uses[index]!);
  }

  const deepest = depths.reduce((most, depth, index) => (rootUses[index]! > 0 ? Math.max(most, depth) : most), 0);
  const chosen: (Cut | undefined)[] = order.map(() => undefined);
  const needed = new Int32Array(order.length);
  const required = new Int32Array(order.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) {
      for (let index = 0; index < order.length; index += 1) {
        uses[index] = (uses[index]! + 2 * needed[index]!) / 3;
        for (const cut of cuts[index]!) cut.cost = price(cut.leaves);
        const cost = chosen[index]?.cost ?? Math.min(...cuts[index]!.map((cut) => cut.cost));
        flow[index] = cost / Math.max(1, uses[index]!);
      }
    }
    needed.set(rootUses);
    required.fill(deepest);
    for (let index = order.length - 1; index >= 0; index -= 1) {
      if (needed[index] === 0) continue;
      const inTime = cuts[index]!.filter((cut) => cut.depth <= required[index]!);
      const cut = inTime.reduce((best, other) => (other.cost < best.cost ? other : best));
      chosen[index] = cut;
      for (const leaf of cut.leaves.map(at)) {
        if (leaf < 0) continue;
        needed[leaf]! += 1;
        required[leaf] = Math.min(required[leaf]!, required[index]! - 1);
      }
    }
  }
  order.forEach((node, index) => {
    if (needed[index]! > 0) onTables(node, countWideTables(network, node, chosen[index]!.leaves));
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
    const known = opened.get(node);
    if (known !== undefined) {
      stack.pop();
      if (indexOf.has(node)) continue;
      indexOf.set(node, order.push(node) - 1);
      inputs.push(known);
      continue;
    }
    const read = new Set(network.gate(node)!.inputs.map((bit) => network.resolve(bit) >> 1));
    read.delete(0);
    opened.set(node, [...read]);
    for (const input of read) if (network.gate(input) !== undefined && !opened.has(input)) stack.push(input);
  }
  return { order, indexOf, inputs };
}

/** The best cuts of a gate: unions of one of each input's, or the input itself. */
function cutsOf(
  inputs: readonly number[],
  cutsOfInput: (node: number) => readonly Cut[] | undefined,
  price: (leaves: readonly number[]) => number,
  depthOf: (leaves: readonly number[]) => number,
): Cut[] {
  let merged: (readonly number[])[] = [[]];
  for (const input of inputs) {
    const choices = [[input], ...(cutsOfInput(input)?.map((cut) => cut.leaves) ?? [])];
    merged = merged.flatMap((leaves) =>
      choices.map((choice) => unite(leaves, choice)).filter((union) => union.length <= MOST_INPUTS),
    );
    if (merged.length > MOST_UNIONS) merged = merged.toSorted((p, q) => p.length - q.length).slice(0, MOST_UNIONS);
  }
  const byText = new Map(merged.map((leaves) => [leaves.join(), leaves]));
  const all = Array.from(byText.values(), (leaves): Cut => ({ leaves, depth: depthOf(leaves), cost: price(leaves) }));
  if (all.length <= CHEAP_CUTS) return all;
  const cheap = all.toSorted((p, q) => p.cost - q.cost || p.depth - q.depth).slice(0, CHEAP_CUTS);
  const fast = all.toSorted((p, q) => p.depth - q.depth || p.cost - q.cost).slice(0, FAST_CUTS);
  return [...new Set([...cheap, ...fast])];
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
