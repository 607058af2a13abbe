/**
 * Memories with a write port in look-up tables, block RAM or flip-flops (`memory-shapes.ts`), with the logic around them:
 * the enables of banks, the multiplexers behind them, and what makes a written word show at once in block RAM.
 */
import type { BitNetwork, Literal } from './bit-network.ts';
import type { Block } from './block.ts';
import type { FlatMemory } from './flat-bits.ts';
import type { LiveBits, LiveFlipFlop } from './live-bits.ts';
import type { MappedModule } from './mapped-module.ts';
import { chooseMemory } from './memory-shapes.ts';
import type { MemoryPlan } from './memory-shapes.ts';
import type { ReadRegisters } from './read-registers.ts';

/** A read, with its registers and the bits of it that are used. */
interface Read {
  readonly block: Block;
  readonly behind: readonly LiveFlipFlop[] | undefined;
  /** Registers before it; undefined too where there are registers behind it. */
  readonly before: readonly LiveFlipFlop[] | undefined;
  readonly lanes: readonly number[];
}

/** What placing works on. */
export interface Placement {
  readonly network: BitNetwork;
  readonly live: LiveBits;
  readonly registers: ReadRegisters;
  readonly counts: readonly MappedModule[];
  /** Demand a bit. */
  readonly sink: (bit: Literal) => void;
  /** Say in which module the gates stand that are made from now on. */
  readonly workIn: (owner: number) => void;
}

/** Place all live memories. */
export function placeMemories(placement: Placement): void {
  const { network, live, registers, workIn } = placement;
  const reads = new Map<number, Read[]>();
  for (const { block } of live.blocks) {
    if (block.kind !== 'memory') continue;
    const behind = registers.behind(block);
    const before = behind === undefined ? registers.before(block) : undefined;
    const lanes = Array.from({ length: block.width }, (_, k) => k).filter((k) => live.readers[block.first + k]! > 0);
    const known = reads.get(block.memory);
    if (known === undefined) reads.set(block.memory, [{ block, behind, before, lanes }]);
    else known.push({ block, behind, before, lanes });
  }
  for (const [number, all] of reads) {
    const memory = live.memories[number]!;
    workIn(memory.owner);
    const { plan, written } = planMemory(network, memory, all);
    countCells(placement, memory, plan, all, written);
    buildWrite(placement, memory, plan);
    for (const read of all) {
      buildRead(placement, memory, plan, read);
      if (plan.kind === 'blocks') registers.absorb(read.block);
    }
  }
}

/** A read, with what stands at it: registers behind it, or else before it. */
export type PlacedRead = Pick<Read, 'block' | 'behind' | 'before'>;

/** Choose what holds a memory with these reads, and find the read at the address of the write. */
export function planMemory<R extends PlacedRead>(
  { resolve }: BitNetwork,
  memory: FlatMemory,
  reads: readonly R[],
): { readonly plan: MemoryPlan; readonly written: R | undefined } {
  // With registers before it a read has an address of its own, one cycle ahead.
  const written = reads.find(
    ({ block, before }) =>
      before === undefined && block.a.every((bit, k) => resolve(bit) === resolve(memory.address[k]!)),
  );
  const plan = chooseMemory({
    words: memory.words,
    width: memory.width,
    reads: reads.length - (written === undefined ? 0 : 1),
    readsWritten: written !== undefined,
    isClocked: reads.every(({ behind, before }) => behind !== undefined || before !== undefined),
    transparentReads: reads.filter(({ before }) => before !== undefined).length,
  });
  return { plan, written };
}

/** Count the cells of which an output is used; others are removed. */
function countCells(
  { counts }: Placement,
  { owner }: FlatMemory,
  plan: MemoryPlan,
  reads: readonly Read[],
  written: Read | undefined,
): void {
  const { kind, banks, copies, readsPerCopy, bankWidth, cellWidth, size, sizeOf } = plan;
  const count = counts[owner]!;
  const atWrite = kind === 'blocks' || readsPerCopy === Infinity ? undefined : written;
  const separate = reads.filter((read) => read !== atWrite);
  for (let copy = 0; copy < copies; copy += 1) {
    const own = copies === 1 ? reads : separate.slice(copy * readsPerCopy, (copy + 1) * readsPerCopy);
    const lanes = new Set(own.flatMap((read) => read.lanes));
    if (copy === 0) atWrite?.lanes.forEach((lane) => lanes.add(lane));
    const cells = new Set<number>();
    for (let bank = 0; bank < banks; bank += 1)
      for (const lane of lanes)
        cells.add(sizeOf === 'bit' ? bank * bankWidth + lane : Math.floor((bank * bankWidth + lane) / cellWidth));
    if (kind === 'flip-flops') count.ff += cells.size;
    else if (kind === 'blocks') count.bram18 += cells.size * size;
    else {
      count.lut += cells.size * size;
      count.lutram += cells.size * size;
    }
  }
}

/** Demand what is written, and an enable per bank. */
function buildWrite({ network, sink }: Placement, { enable, address, data }: FlatMemory, plan: MemoryPlan): void {
  const upper = address.slice(Math.log2(plan.bankWords));
  for (let bank = 0; bank < plan.banks; bank += 1) {
    const isBank = upper.map((bit, k) => bit ^ (((bank >> k) & 1) ^ 1));
    sink(plan.banks === 1 ? enable : network.and(enable, network.andAll(isBank)));
  }
  if (plan.kind !== 'flip-flops') address.forEach(sink);
  data.forEach(sink);
}

/** Define the bits of one read, and demand its address. */
function buildRead(placement: Placement, memory: FlatMemory, plan: MemoryPlan, read: Read): void {
  const { block, before } = read;
  if (plan.kind === 'blocks') {
    if (before === undefined) buildClockedRead(placement, memory, plan, read);
    else buildPassedRead(placement, memory, plan, read);
    return;
  }
  const { network, registers, counts, sink } = placement;
  if (before !== undefined) {
    // The registers stay where they are; those that can hold exist twice, and the second time that is spelled out.
    counts[memory.owner]!.ff += before.filter(({ enable }) => enable !== undefined).length;
    registers.nextAddress(block).forEach((bit, k) => bit !== block.a[k] && sink(bit));
  }
  if (plan.kind !== 'flip-flops') block.a.forEach(sink);
  if (plan.banks === 1) return;
  const upper = upperBits(block, plan);
  for (const lane of read.lanes) network.define(2 * (block.first + lane), selected(network, upper, plan.banks));
}

/** A read of block RAM into the registers behind it, which become part of it. */
function buildClockedRead(
  { network, counts, sink }: Placement,
  memory: FlatMemory,
  plan: MemoryPlan,
  { block, behind }: Read,
): void {
  const count = counts[memory.owner]!;
  const [first] = behind!;
  block.a.forEach(sink);
  first?.controls.forEach(sink);
  if (first?.enable !== undefined) {
    sink(first.enable);
    // The block resets only while it is enabled.
    if (first.reset !== undefined) count.lut += 1;
  }
  if (plan.banks === 1) return;
  // The multiplexer stands behind the registers, and needs the address of their word.
  const upper = upperBits(block, plan).map(() => network.source());
  count.ff += upper.length;
  for (const { q } of behind!) network.define(2 * q, selected(network, upper, plan.banks));
}

/** A read of block RAM at an address from registers: a word that is being written shows at once, past the block. */
function buildPassedRead(
  { network, registers, counts, sink }: Placement,
  memory: FlatMemory,
  plan: MemoryPlan,
  { block, lanes }: Read,
): void {
  const count = counts[memory.owner]!;
  const next = registers.nextAddress(block);
  next.forEach(sink);
  const isSame = next.map((bit, k) => network.xor(bit, memory.address[k]!) ^ 1);
  sink(network.and(memory.enable, network.andAll(isSame)));
  const upper = plan.banks === 1 ? [] : upperBits(block, plan).map(() => network.source());
  const passes = network.source();
  count.ff += 1 + lanes.length + upper.length;
  for (const lane of lanes) {
    const inside = selected(network, upper, plan.banks);
    network.define(2 * (block.first + lane), network.mux(passes, network.source(), inside));
  }
}

/** The address bits that name a bank. */
function upperBits({ a }: Block, { bankWords }: MemoryPlan): readonly Literal[] {
  return a.slice(Math.log2(bankWords));
}

/** One bit of the bank that some address bits name, of sources that stand for the bits of the banks. */
function selected(network: BitNetwork, select: readonly Literal[], banks: number): Literal {
  const choose = (from: number, bits: number): Literal => {
    if (bits === 0) return network.source();
    const half = 2 ** (bits - 1);
    const low = choose(from, bits - 1);
    return from + half < banks ? network.mux(select[bits - 1]!, choose(from + half, bits - 1), low) : low;
  };
  return choose(0, select.length);
}
