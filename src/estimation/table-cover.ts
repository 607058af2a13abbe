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
  const { order, inputs } = gatesBehind(network, roots);
  const size = network.size();
  /** By node; sources cost nothing and are there from the start. */
  const flow = new Float64Array(size);
  const depths = new Int32Array(size);
  const uses = new Float64Array(size);
  const rootUses = new Int32Array(size);
  for (const node of roots) rootUses[node]! += 1;
  uses.set(rootUses);
  for (const nodes of inputs) for (const node of nodes) uses[node]! += 1;

  const price = (leaves: readonly number[]): number => {
    let sum: number = COST[leaves.length]!;
    for (const leaf of leaves) sum += flow[leaf]!;
    return sum;
  };
  const cutAt = (leaves: readonly number[]): Cut => {
    let depth = 0;
    for (const leaf of leaves) depth = Math.max(depth, depths[leaf]!);
    return { leaves, depth: depth + 1, cost: price(leaves) };
  };
  const cuts: (readonly Cut[] | undefined)[] = [];
  let deepest = 0;
  order.forEach((node, k) => {
    const choices = cutsOf(inputs[k]!, cuts, cutAt);
    cuts[node] = choices;
    depths[node] = choices.reduce((least, cut) => Math.min(least, cut.depth), Infinity);
    flow[node] = choices.reduce((least, cut) => Math.min(least, cut.cost), Infinity) / Math.max(1, uses[node]!);
    if (rootUses[node]! > 0) deepest = Math.max(deepest, depths[node]!);
  });

  const chosen: (Cut | undefined)[] = [];
  const needed = new Int32Array(size);
  const required = new Int32Array(size);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round > 0) {
      for (const node of order) {
        uses[node] = (uses[node]! + 2 * needed[node]!) / 3;
        let least = Infinity;
        for (const cut of cuts[node]!) {
          cut.cost = price(cut.leaves);
          least = Math.min(least, cut.cost);
        }
        flow[node] = (chosen[node]?.cost ?? least) / Math.max(1, uses[node]!);
      }
    }
    needed.set(rootUses);
    required.fill(deepest);
    for (let k = order.length - 1; k >= 0; k -= 1) {
      const node = order[k]!;
      if (needed[node] === 0) continue;
      let best: Cut | undefined;
      for (const cut of cuts[node]!) {
        if (cut.depth <= required[node]! && (best === undefined || cut.cost < best.cost)) best = cut;
      }
      chosen[node] = best;
      for (const leaf of best!.leaves) {
        needed[leaf]! += 1;
        required[leaf] = Math.min(required[leaf]!, required[node]! - 1);
      }
    }
  }
  for (const node of order) {
    if (needed[node]! > 0) onTables(node, countWideTables(network, node, chosen[node]!.leaves));
  }
}

interface Gates {
  /** Gates, each after what it reads. */
  readonly order: readonly number[];
  /** Nodes that each gate of the order reads, constants left out. */
  readonly inputs: readonly (readonly number[])[];
}

function gatesBehind(network: BitNetwork, sinks: readonly number[]): Gates {
  const order: number[] = [];
  const inputs: (readonly number[])[] = [];
  const opened: (readonly number[] | undefined)[] = [];
  const done = new Uint8Array(network.size());
  const stack = [...sinks];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const known = opened[node];
    if (known !== undefined) {
      stack.pop();
      if (done[node] === 1) continue;
      done[node] = 1;
      order.push(node);
      inputs.push(known);
      continue;
    }
    const read: number[] = [];
    for (const bit of network.gate(node)!.inputs) {
      const input = network.resolve(bit) >> 1;
      if (input === 0 || read.includes(input)) continue;
      read.push(input);
      if (opened[input] === undefined && network.gate(input) !== undefined) stack.push(input);
    }
    opened[node] = read;
  }
  return { order, inputs };
}

/** The best cuts of a gate: unions of one of each input's, or the input itself. */
function cutsOf(
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
