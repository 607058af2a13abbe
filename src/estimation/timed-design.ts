/**
 * A flattened netlist as its timing sees it: gates that tables will cover, blocks that stay whole, and where paths end.
 *
 * Every sum is a carry chain of its own, as in schedules; short sums and comparisons and tables of up to 6 address bits
 * are gates, so that the tables around them can take them in. Paths begin at flip-flops and at the input ports, behind
 * which registers are supposed; they end at flip-flops and at the output ports.
 */
import type { Netlist } from '../netlist/index.ts';
import { fuseAdders } from './adder-fusion.ts';
import { FALSE, MULTIPLEXER } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';
import { carryChains, SHORTEST_CHAIN } from './carry-sums.ts';
import { flattenBits } from './flat-bits.ts';
import type { FlatInstance } from './flat-bits.ts';
import { liveBits, operandsOfBlock } from './live-bits.ts';
import type { LiveBlock } from './live-bits.ts';
import { buildComparison, buildTable } from './word-blocks.ts';

/** Address bits that one table reads. */
const TABLE_ADDRESS = 6;

/** Which pin of what a path ends at. */
export type EndPin = 'd' | 'enable' | 'reset' | 'output';

/** Where a path ends. */
export interface TimingEnd {
  /** Node that drives it. */
  readonly node: number;
  readonly pin: EndPin;
  /** Number of the register's cell; of an output its number among the ports of the top module. */
  readonly cell: number;
}

export interface TimedDesign {
  readonly network: BitNetwork;
  readonly ends: readonly TimingEnd[];
  /** The block whose result a node is a bit of. */
  blockOf(node: number): LiveBlock | undefined;
  /** Number of the cell that made a node first. */
  cellOf(node: number): number;
  readonly instances: readonly FlatInstance[];
}

/** Take a netlist apart for its timing. */
export function timedDesign(netlist: Netlist): TimedDesign {
  const flat = flattenBits(netlist, () => true);
  const { network, cells } = flat;
  const live = liveBits(flat);
  /** Gates made from now on belong to cells. */
  const later: { readonly from: number; readonly cell: number }[] = [];
  const workFor = (cell: number): void => void later.push({ from: network.size(), cell });

  const { sums } = fuseAdders(
    network,
    live,
    () => false,
    () => false,
  );
  for (const sum of sums) {
    const { block, width } = sum.item;
    if (width >= SHORTEST_CHAIN) continue;
    workFor(block.cell);
    carryChains(network, [sum], () => {});
  }
  for (const { block } of live.blocks) {
    workFor(block.cell);
    if (block.kind === 'less') buildComparison(network, block);
    else if (block.kind === 'rom' && block.a.length <= TABLE_ADDRESS) buildTable(network, block);
  }

  const ends: TimingEnd[] = [];
  const end = (bit: Literal, pin: EndPin, cell: number): void => {
    const node = network.resolve(bit) >> 1;
    if (node !== 0) ends.push({ node, pin, cell });
  };
  for (const { q, data, enable, controls } of live.flipFlops) {
    const cell = cells[q]!;
    workFor(cell);
    const held = enable === undefined ? holdOf(network, q, data) : undefined;
    end(held?.data ?? data, 'd', cell);
    end(held?.enable ?? enable ?? FALSE, 'enable', cell);
    end(
      controls.reduce((any, control) => network.or(any, control), FALSE),
      'reset',
      cell,
    );
  }
  const top = netlist.modules.find(({ name }) => name === netlist.top)!;
  let bits = 0;
  top.outputs.forEach(({ width }, port) => {
    for (const bit of flat.outputs.slice(bits, bits + width)) end(bit, 'output', port);
    bits += width;
  });

  const cellOf = (node: number): number => {
    if (node < cells.length) return cells[node]!;
    return later[lastAtMost(later, node, ({ from }) => from)]!.cell;
  };
  return { network, ends, blockOf: (node) => live.blockOf(node), cellOf, instances: flat.instances };
}

/** A flip-flop that keeps its value by a multiplexer, as the flip-flop with a clock enable that synthesis makes of it. */
function holdOf(
  network: BitNetwork,
  q: number,
  data: Literal,
): { readonly enable: Literal; readonly data: Literal } | undefined {
  const bit = network.resolve(data);
  const gate = network.gate(bit >> 1);
  if (gate?.truth !== MULTIPLEXER || bit & 1) return undefined;
  const [select, one, zero] = gate.inputs.map(network.resolve) as [Literal, Literal, Literal];
  if (zero === 2 * q) return { enable: select, data: one };
  return one === 2 * q ? { enable: select ^ 1, data: zero } : undefined;
}

/** Nodes that the result of a block depends on, each once, constants left out. */
export function nodesOfBlock(network: BitNetwork, item: LiveBlock): readonly number[] {
  const nodes = new Set<number>();
  for (const operand of operandsOfBlock(item)) for (const bit of operand) nodes.add(network.resolve(bit) >> 1);
  nodes.delete(0);
  return [...nodes];
}

/** Index of the last of some ascending items whose key is at most a value; 0 where none is. */
export function lastAtMost<T>(items: readonly T[], value: number, key: (item: T) => number): number {
  let [low, high] = [0, items.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (key(items[middle]!) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
