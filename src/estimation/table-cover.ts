/**
 * Covers gates with look-up tables of up to 6 inputs, and of up to 9 with the multiplexers behind them.
 *
 * Priority cuts, first for depth, then for area within the depth of the deepest path: each gate keeps the best sets of
 * bits that it is a function of, and the cheapest that is in time is taken where the gate is needed. Costs are those
 * that Yosys gives its mapper (`abc`): small tables are cheaper than full ones, and all are equally fast.
 * Source: A. Mishchenko et al., "Combinational and sequential mapping with priority cuts", ICCAD 2007.
 */
import type { BitNetwork, Literal } from './bit-network.ts';
import { cutsOf, TABLE_COST } from './cuts.ts';
import type { Cut } from './cuts.ts';
import { countWideTables } from './wide-tables.ts';

/** Rounds of choosing by how often each gate was needed in the round before. */
const ROUNDS = 3;

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
    let sum: number = TABLE_COST[leaves.length]!;
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
