/**
 * Covers the gates of a timed design with look-up tables so that every bit is there as early as can be, and lists what
 * signals then run through: tables and blocks, each after what it reads.
 *
 * As in `table-cover.ts`, but arrival times run on through blocks, and nothing is given up for area: synthesis spends
 * tables to save levels on long paths, and on short ones it does not matter here.
 */
import type { BitNetwork } from './bit-network.ts';
import { cutsOf, TABLE_COST } from './cuts.ts';
import type { Cut } from './cuts.ts';
import type { LiveBlock } from './live-bits.ts';
import { nodesOfBlock } from './timed-design.ts';
import type { TimedDesign, TimingStart } from './timed-design.ts';

/** Times of what signals run through, in one unit. */
export interface ElementDelays {
  /** Clock to output of what a path begins at, with set-up and margin at its end. */
  start(kind: TimingStart): number;
  /** Route of a bit that drives so many pins. */
  route(sinks: number): number;
  /** A table of so many inputs, 1 to 9. */
  table(inputs: number): number;
  /** A block that stays whole. */
  block(item: LiveBlock): number;
  /** Pins that each bit before a block drives there. */
  blockSinks(item: LiveBlock): number;
}

/** A table or a block. */
export interface TimedElement {
  /** Node of its result; of a block, of the lowest bit. */
  readonly node: number;
  /** Nodes that it reads. */
  readonly pins: readonly number[];
  /** Pins that each of those bits drives here. */
  readonly sinks: number;
  readonly delay: number;
}

/** What signals run through. */
export interface TimedCover {
  /** Each after those that it reads. */
  readonly elements: readonly TimedElement[];
  /** By node: the node that stands for it, the lowest bit of the same block or itself. */
  readonly leaders: Int32Array;
}

/** Cover a design. */
export function timedCover(design: TimedDesign, delays: ElementDelays): TimedCover {
  const { network, ends } = design;
  const size = network.size();
  const leaders = Int32Array.from({ length: size }, (_, node) => design.blockOf(node)?.block.first ?? node);
  const { order, inputs } = behind(
    size,
    ends.map(({ node }) => leaders[node]!),
    (node) => inputsOf(design, node),
    leaders,
  );

  const arrival = Float64Array.from({ length: size }, (_, node) => delays.start(design.startOf(node)));
  const cuts: (readonly Cut[] | undefined)[] = [];
  const chosen = new Map<number, Cut>();
  const latest = (nodes: readonly number[]): number =>
    nodes.reduce((most, node) => Math.max(most, arrival[leaders[node]!]!), 0);
  const cutAt = (leaves: readonly number[]): Cut => ({
    leaves,
    depth: latest(leaves) + delays.route(1) + delays.table(leaves.length),
    cost: TABLE_COST[leaves.length]!,
  });
  order.forEach((node, k) => {
    const read = inputs[k]!;
    const item = design.blockOf(node);
    if (item !== undefined) {
      arrival[node] = latest(read) + delays.route(1) + delays.block(item);
      return;
    }
    if (read.length === 0) return;
    const choices = cutsOf(read, cuts, cutAt);
    const best = choices.reduce((p, q) => (q.depth < p.depth || (q.depth === p.depth && q.cost < p.cost) ? q : p));
    cuts[node] = choices;
    chosen.set(node, best);
    arrival[node] = best.depth;
  });

  const needed = new Uint8Array(size);
  for (const { node } of ends) needed[leaders[node]!] = 1;
  const elements: TimedElement[] = [];
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const node = order[k]!;
    const item = design.blockOf(node);
    const cut = chosen.get(node);
    if (needed[node] === 0 || (item === undefined && cut === undefined)) continue;
    const element =
      item === undefined
        ? { node, pins: cut!.leaves, sinks: 1, delay: delays.table(cut!.leaves.length) }
        : { node, pins: inputs[k]!, sinks: delays.blockSinks(item), delay: delays.block(item) };
    for (const pin of element.pins) needed[leaders[pin]!] = 1;
    elements.push(element);
  }
  return { elements: elements.toReversed(), leaders };
}

/** Nodes that a gate or block reads, each once; none for where paths begin. */
function inputsOf({ network, blockOf }: TimedDesign, node: number): readonly number[] {
  const item = blockOf(node);
  return item === undefined ? inputsOfGate(network, node) : nodesOfBlock(network, item);
}

function inputsOfGate(network: BitNetwork, node: number): readonly number[] {
  const nodes = new Set(network.gate(node)?.inputs.map((bit) => network.resolve(bit) >> 1));
  nodes.delete(0);
  return [...nodes];
}

/** All that some nodes depend on, each after what it reads; paths are long, so the stack is ours. */
function behind(
  size: number,
  from: readonly number[],
  inputsAt: (node: number) => readonly number[],
  leaders: Int32Array,
): { readonly order: readonly number[]; readonly inputs: readonly (readonly number[])[] } {
  const order: number[] = [];
  const inputs: (readonly number[])[] = [];
  const opened: (readonly number[] | undefined)[] = [];
  const done = new Uint8Array(size);
  const stack = [...from];
  for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
    const known = opened[node];
    if (known === undefined) {
      const read = inputsAt(node);
      opened[node] = read;
      for (const input of read) if (opened[leaders[input]!] === undefined) stack.push(leaders[input]!);
      continue;
    }
    stack.pop();
    if (done[node] === 1) continue;
    done[node] = 1;
    order.push(node);
    inputs.push(known);
  }
  return { order, inputs };
}
