/**
 * Memories with a write port in look-up tables, block RAM or flip-flops (`memory-shapes.ts`), with the logic around them:
 * the enables of banks, the multiplexers behind them, and what makes a written word show at once in block RAM.
 */
import type { BitNetwork, Literal } from './bit-network.ts';
import type { Block } from './block.ts';
import type { FlatMemory } from './flat-bits.ts';
import type { LiveBits, LiveFlipFlop } from './live-bits.ts';
import type { MappedModule } from './map-design.ts';
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
    // With registers before it a read has an address of its own, one cycle ahead.
    const isWritten = ({ block, before }: Read): boolean =>
      before === undefined && block.a.every((bit, k) => network.resolve(bit) === network.resolve(memory.address[k]!));
    const written = all.find(isWritten);
    const plan = chooseMemory({
      words: memory.words,
      width: memory.width,
      reads: all.length - (written === undefined ? 0 : 1),
      readsWritten: written !== undefined,
      isClocked: all.every(({ behind, before }) => behind !== undefined || before !== undefined),
      transparentReads: all.filter(({ before }) => before !== undefined).length,
    });
    countCells(placement, memory, plan, all, written);
    buildWrite(placement, memory, plan);
    for (const read of all) {
      buildRead(placement, memory, plan, read);
      if (plan.kind === 'blocks') registers.absorb(read.block);
    }
  }
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
function buildRead(
  { network, registers, counts, sink }: Placement,
  memory: FlatMemory,
  plan: MemoryPlan,
  read: Read,
): void {
  const { block, behind, before, lanes } = read;
  const { kind, banks, bankWords } = plan;
  const count = counts[memory.owner]!;
  const isBlock = kind === 'blocks';
  const address = block.a;
  if (before !== undefined && kind !== 'flip-flops') {
    // The registers move into the memory; where they can hold, what they would hold next is spelled out.
    const next = registers.nextAddress(block);
    if (!isBlock) count.ff += before.filter(({ enable }) => enable !== undefined).length;
    next.forEach((bit, k) => (isBlock || bit !== address[k] ? sink(bit) : undefined));
    if (isBlock) {
      // The word that is being written shows at once, past the block.
      const isSame = next.map((bit, k) => network.xor(bit, memory.address[k]!) ^ 1);
      sink(network.and(memory.enable, network.andAll(isSame)));
      const passes = network.source();
      count.ff += 1 + lanes.length;
      for (const lane of lanes) {
        const inside = banks === 1 ? network.source() : selected(network, address.slice(Math.log2(bankWords)), banks);
        network.define(2 * (block.first + lane), network.mux(passes, network.source(), inside));
      }
      if (banks > 1) count.ff += address.length - Math.log2(bankWords);
      return;
    }
  }
  if (kind !== 'flip-flops') address.forEach(sink);
  if (isBlock) {
    const [first] = behind!;
    if (first?.enable !== undefined) sink(first.enable);
    // The block resets only while it is enabled.
    if (first?.enable !== undefined && first.reset !== undefined) count.lut += 1;
    first?.controls.forEach(sink);
  }
  if (banks === 1) return;
  let select = address.slice(Math.log2(bankWords));
  if (isBlock) {
    count.ff += select.length;
    select = select.map(() => network.source());
  }
  const targets = isBlock ? behind!.map(({ q }) => q) : lanes.map((lane) => block.first + lane);
  for (const node of targets) network.define(2 * node, selected(network, select, banks));
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
