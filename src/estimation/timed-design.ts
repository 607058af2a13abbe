/**
 * A flattened netlist as its timing sees it: gates that tables will cover, blocks that stay whole, and where paths end.
 *
 * Every sum is a carry chain of its own, as in schedules; short sums and comparisons and tables of up to 6 address bits
 * are gates, so that the tables around them can take them in. Paths begin at flip-flops, block RAM and the input ports,
 * behind which registers are supposed; they end at flip-flops, at what is written to memories, at the addresses of block
 * RAM, and at the output ports.
 */
import type { Netlist } from '../netlist/index.ts';
import { fuseAdders } from './adder-fusion.ts';
import { FALSE, MULTIPLEXER } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';
import { carryChains, SHORTEST_CHAIN } from './carry-sums.ts';
import { clockedReads } from './clocked-reads.ts';
import { readSinks } from './fabric-delays.ts';
import { flattenBits } from './flat-bits.ts';
import type { FlatInstance } from './flat-bits.ts';
import { liveBits, operandsOfBlock } from './live-bits.ts';
import type { LiveBlock, LiveFlipFlop } from './live-bits.ts';
import { buildComparison, buildTable } from './word-blocks.ts';

/** Address bits that one table reads. */
const TABLE_ADDRESS = 6;

/** Flip-flops that share a clock enable pin, and a reset pin (UG574); tables of a memory that share a write enable. */
const ENABLE_SHARE = 4;
const RESET_SHARE = 8;
const WRITE_SHARE = 8;

/** Which pin of what a path ends at: of a register, a memory, block RAM, or a port. */
export type EndPin = 'd' | 'enable' | 'reset' | 'write' | 'address' | 'output';

/** Where a path ends. */
export interface TimingEnd {
  /** Node that drives it. */
  readonly node: number;
  readonly pin: EndPin;
  /** Number of the cell of the register or read; of an output its number among the ports of the top module. */
  readonly cell: number;
  /** Pins there that the node drives; a part of one where several ends share it. */
  readonly pins: number;
}

/** What a path begins at: block RAM with or without a bypass for words that are being written, or anything else. */
export type TimingStart = 'register' | 'block' | 'bypassed block';

export interface TimedDesign {
  readonly network: BitNetwork;
  readonly ends: readonly TimingEnd[];
  /** What a node is the output of, where a path begins there. */
  startOf(node: number): TimingStart;
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

  const inBlocks = clockedReads(network, live);
  const starts = new Map<number, TimingStart>();
  const inside = new Set<LiveFlipFlop>();
  for (const { block, behind, isBypassed } of inBlocks) {
    for (const flipFlop of behind ?? []) {
      inside.add(flipFlop);
      starts.set(flipFlop.q, 'block');
    }
    if (behind !== undefined) continue;
    for (let k = 0; k < block.width; k += 1) starts.set(block.first + k, isBypassed ? 'bypassed block' : 'block');
  }

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
  const end = (bit: Literal, pin: EndPin, cell: number, pins = 1): void => {
    const node = network.resolve(bit) >> 1;
    if (node !== 0) ends.push({ node, pin, cell, pins });
  };
  for (const flipFlop of live.flipFlops) {
    const { q, data, enable, controls } = flipFlop;
    const cell = cells[q]!;
    workFor(cell);
    const held = enable === undefined ? holdOf(network, q, data) : undefined;
    if (!inside.has(flipFlop)) end(held?.data ?? data, 'd', cell);
    end(held?.enable ?? enable ?? FALSE, 'enable', cell, 1 / ENABLE_SHARE);
    const reset = controls.reduce((any, control) => network.or(any, control), FALSE);
    end(reset, 'reset', cell, 1 / RESET_SHARE);
  }
  for (const { block, behind } of inBlocks) {
    if (behind !== undefined) for (const bit of block.a) end(bit, 'address', block.cell);
  }
  const written = new Set<number>();
  for (const { block } of live.blocks) {
    if (block.kind !== 'memory' || written.has(block.memory)) continue;
    written.add(block.memory);
    const { width, enable, address, data } = live.memories[block.memory]!;
    const tables = starts.has(block.first) ? 1 : readSinks(address.length, width);
    end(enable, 'write', block.cell, Math.ceil(tables / WRITE_SHARE));
    for (const bit of address) end(bit, 'write', block.cell, tables);
    for (const bit of data) end(bit, 'write', block.cell, Math.ceil(tables / width));
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
  return {
    network,
    ends,
    startOf: (node) => starts.get(node) ?? 'register',
    blockOf: (node) => (starts.has(node) ? undefined : live.blockOf(node)),
    cellOf,
    instances: flat.instances,
  };
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
