/**
 * A netlist mapped to the elements of the fabric, in numbers: what each module takes of it after the hierarchy is gone.
 *
 * Follows the steps of Yosys 0.23 (`synthesis-script.ts` in `verification`) as far as they decide the counts, without
 * optimising logic across gates as a synthesis tool does. Time grows about linearly with the bits of the design.
 */
import type { Netlist } from '../netlist/index.ts';
import { FALSE, TRUE } from './bit-network.ts';
import type { Literal } from './bit-network.ts';
import { fuseAdders } from './adder-fusion.ts';
import type { FusedSum } from './adder-fusion.ts';
import { carryChains, isOneChain } from './carry-sums.ts';
import { isConstantProduct, productBlocks } from './dsp-products.ts';
import { flattenBits } from './flat-bits.ts';
import type { Block } from './block.ts';
import type { FlatBits } from './flat-bits.ts';
import { liveBits } from './live-bits.ts';
import type { LiveBits, LiveBlock, LiveFlipFlop } from './live-bits.ts';
import type { MappedModule } from './mapped-module.ts';
import { placeMemories } from './place-memories.ts';
import { placeRoms } from './place-roms.ts';
import { readRegisters } from './read-registers.ts';
import { shiftRegisters } from './shift-registers.ts';
import { coverWithTables } from './table-cover.ts';
import { buildComparison } from './word-blocks.ts';

/** Map a netlist; one entry per module, in the netlist's order, for all its instances together. */
export function mapDesign(netlist: Netlist): MappedModule[] {
  const { flat, live, sums } = fusedBits(netlist);
  const { network } = flat;
  const counts = netlist.modules.map((): MappedModule => ({
    lut: 0,
    srl: 0,
    lutram: 0,
    ff: 0,
    carry4: 0,
    carry8: 0,
    dsp: 0,
    bram18: 0,
  }));
  const sinks: Literal[] = [];
  const isGate = (bit: Literal): boolean => network.gate(bit >> 1) !== undefined;
  const sink = (bit: Literal): void => {
    if (bit > TRUE) sinks.push(bit);
  };
  /** Gates made from now on stand in a module. */
  const shifts: { readonly from: number; readonly owner: number }[] = [];
  const workIn = (owner: number): void => void shifts.push({ from: network.size(), owner });

  const carry = (owner: number, bits: number): void => {
    counts[owner]!.carry4 += Math.ceil(bits / 4);
    counts[owner]!.carry8 += Math.ceil(bits / 8);
  };
  const registers = readRegisters(live, network);
  const placement = { network, live, registers, counts, sink, workIn };
  placeRoms(placement);
  placeMemories(placement);
  for (const { block, width } of live.blocks) {
    workIn(block.owner);
    if (block.kind === 'multiply' && !isSoftProduct(block)) {
      const { dsp, adders } = productBlocks(block.a.length, block.b.length, width, block.signed);
      counts[block.owner]!.dsp += dsp;
      for (const bits of adders) {
        counts[block.owner]!.lut += bits;
        carry(block.owner, bits);
      }
      block.a.forEach(sink);
      block.b.forEach(sink);
    }
  }

  const chains = carryChains(network, sums, workIn);
  for (const { block } of live.blocks) {
    if (block.kind !== 'less') continue;
    workIn(block.owner);
    const groups = buildComparison(network, block);
    if (groups === undefined) continue;
    carry(block.owner, groups.length);
    for (const { p, g } of groups) {
      sink(g);
      const select = network.and(p, g ^ 1);
      if (isGate(select)) sink(select);
      else if (select > TRUE) counts[block.owner]!.lut += 1;
    }
  }
  const pairs = new Set<number>();
  for (const { a, b, carryIn, owner } of chains) {
    workIn(owner);
    carry(owner, a.length);
    sink(carryIn);
    for (let k = 0; k < a.length; k += 1) {
      const left = network.resolve(a[k]!);
      const right = network.resolve(b[k]!);
      if (isGate(left)) sink(left);
      if (isGate(left) || isGate(right)) {
        const propagate = network.xor(left, right);
        if (isGate(propagate)) sink(propagate);
        else if (propagate > TRUE) counts[owner]!.lut += 1;
        continue;
      }
      // Two plain bits: a table of their own, shared by equal pairs; one alone needs a table all the same.
      if (left <= TRUE || right <= TRUE || left >> 1 === right >> 1) {
        if ((left > TRUE || right > TRUE) && left >> 1 !== right >> 1) counts[owner]!.lut += 1;
        continue;
      }
      const key = pairKey(left, right);
      if (!pairs.has(key)) counts[owner]!.lut += 1;
      pairs.add(key);
    }
  }

  countFlipFlops(live, registers.absorbed(), counts, network.resolve, sink, network.or);
  flat.outputs.forEach(sink);
  const ownerOf = (node: number): number => {
    if (node < flat.owners.length) return flat.owners[node]!;
    let [low, high] = [0, shifts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (shifts[middle]!.from <= node) low = middle;
      else high = middle - 1;
    }
    return shifts[low]!.owner;
  };
  coverWithTables(network, sinks, (node, tables) => (counts[ownerOf(node)]!.lut += tables));
  return counts;
}

/** A netlist taken apart, with its live bits and the sums that are built. */
interface FusedBits {
  readonly flat: FlatBits;
  readonly live: LiveBits;
  readonly sums: readonly FusedSum[];
}

/**
 * Take a netlist apart twice: only when it is known which sums become one can the ends of the carry chains that remain
 * be cut off, and what is constant then may make more constant.
 */
function fusedBits(netlist: Netlist): FusedBits {
  const isSoft = ({ block }: LiveBlock): boolean => isSoftProduct(block);
  const whole = flattenBits(netlist);
  const first = fuseAdders(whole.network, liveBits(whole), isSoft);
  const ownChains = new Set(first.sums.flatMap(({ item, terms }) => (isOneChain(terms) ? [item.block.cell] : [])));
  const flat = flattenBits(netlist, (cell) => ownChains.has(cell));
  const live = liveBits(flat);
  return { flat, live, sums: fuseAdders(flat.network, live, isSoft, (cell) => first.inlined.has(cell)).sums };
}

/** A number for an unordered pair of bits whose exclusive or is one function; exact for fewer than 2^26 literals. */
function pairKey(a: Literal, b: Literal): number {
  const inverted = (a ^ b) & 1;
  const [p, q] = [a >> 1, b >> 1];
  return (Math.min(p, q) * 2 ** 26 + Math.max(p, q)) * 2 + inverted;
}

function isSoftProduct(block: Block): boolean {
  const { a, b, width } = block;
  return isConstantProduct(a, b) || productBlocks(a.length, b.length, width, true).dsp === 0;
}

function countFlipFlops(
  live: LiveBits,
  absorbed: ReadonlySet<LiveFlipFlop>,
  counts: readonly MappedModule[],
  resolve: (bit: Literal) => Literal,
  sink: (bit: Literal) => void,
  or: (a: Literal, b: Literal) => Literal,
): void {
  const flipFlops = live.flipFlops.filter((flipFlop) => !absorbed.has(flipFlop));
  const lines = shiftRegisters(flipFlops, ({ data }) => {
    const bit = resolve(data);
    const before = bit & 1 ? undefined : live.flipFlopOf(bit >> 1);
    return before !== undefined && live.readers[bit >> 1] === 1 && !absorbed.has(before) ? before : undefined;
  });
  const inLines = new Set(lines.flatMap(({ members }) => members));
  for (const { owner, tables, flipFlops: left } of lines) {
    counts[owner]!.lut += tables;
    counts[owner]!.srl += tables;
    counts[owner]!.ff += left;
  }
  for (const flipFlop of flipFlops) {
    const { data, enable, controls, owner } = flipFlop;
    sink(data);
    if (enable !== undefined) sink(enable);
    sink(controls.reduce((any, control) => or(any, control), FALSE));
    if (!inLines.has(flipFlop)) counts[owner]!.ff += 1;
  }
}
