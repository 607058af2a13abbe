/**
 * Which bits of a flattened netlist an output depends on, how often each is read, and what the flip-flops read.
 *
 * A sum is alive up to its highest bit that is read, every other block as a whole, a memory as soon as it is read.
 */
import type { Literal } from './bit-network.ts';
import type { Block } from './block.ts';
import type { FlatBits, FlatMemory, FlipFlop } from './flat-bits.ts';

/** A live flip-flop as synthesis builds it. */
export interface LiveFlipFlop extends FlipFlop {
  /** What stands at the data input: that of the netlist, or the data behind multiplexers with a constant. */
  readonly data: Literal;
  /** Bits that set or reset it in the place of those multiplexers. */
  readonly controls: readonly Literal[];
}

/** A live block. */
export interface LiveBlock {
  readonly block: Block;
  /** Result bits up to the highest that is read. */
  readonly width: number;
}

export interface LiveBits {
  readonly blocks: readonly LiveBlock[];
  /** The live block that gives a node; undefined for other nodes. */
  blockOf(node: number): LiveBlock | undefined;
  /** Memories by number; undefined where nothing live reads one. */
  readonly memories: readonly (FlatMemory | undefined)[];
  readonly flipFlops: readonly LiveFlipFlop[];
  /** The flip-flop that gives a node. */
  flipFlopOf(node: number): LiveFlipFlop | undefined;
  /** How often live gates, flip-flops, blocks, writes of memories and outputs read each node. */
  readonly readers: Int32Array;
}

/** Find what is alive. */
export function liveBits({ network, blocks, flipFlops, memories, outputs }: FlatBits): LiveBits {
  const made = flipFlops.map((flipFlop) => withControls(flipFlop, (bit) => network.gatedBit(bit)));
  const size = network.size();
  /** Index of the block or flip-flop that gives a node, −1 where none does. */
  const blockAt = new Int32Array(size).fill(-1);
  blocks.forEach(({ first, width }, index) => blockAt.fill(index, first, first + width));
  const flipFlopAt = new Int32Array(size).fill(-1);
  made.forEach(({ q }, index) => (flipFlopAt[q] = index));

  const live = new Uint8Array(size);
  const widths = new Int32Array(blocks.length);
  const liveMemories: (FlatMemory | undefined)[] = memories.map(() => undefined);
  const stack: number[] = [];
  const read = (bit: Literal): void => {
    const node = network.resolve(bit) >> 1;
    if (node === 0 || live[node] === 1) return;
    live[node] = 1;
    stack.push(node);
  };
  outputs.forEach(read);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    network.gate(node)?.inputs.forEach(read);
    const flipFlop = flipFlopAt[node]!;
    if (flipFlop >= 0) forEachRead(made[flipFlop]!, read);
    const index = blockAt[node]!;
    if (index < 0) continue;
    const block = blocks[index]!;
    const width = Math.max(widths[index]!, node - block.first + 1);
    if (block.kind === 'add' || block.kind === 'subtract') {
      for (let k = widths[index]!; k < width; k += 1) {
        if (k < block.a.length) read(block.a[k]!);
        if (k < block.b.length) read(block.b[k]!);
      }
    } else if (widths[index] === 0) {
      block.a.forEach(read);
      block.b.forEach(read);
      if (block.kind === 'memory' && liveMemories[block.memory] === undefined) {
        liveMemories[block.memory] = memories[block.memory];
        writtenBits(memories[block.memory]!).forEach(read);
      }
    }
    widths[index] = width;
  }

  const readers = new Int32Array(network.size());
  const count = (bit: Literal): void => void (readers[network.resolve(bit) >> 1]! += 1);
  outputs.forEach(count);
  for (let node = 1; node < live.length; node += 1) if (live[node] === 1) network.gate(node)?.inputs.forEach(count);
  const alive = made.filter(({ q }) => live[q] === 1);
  for (const flipFlop of alive) forEachRead(flipFlop, count);
  for (const memory of liveMemories) if (memory !== undefined) writtenBits(memory).forEach(count);
  const kept = blocks.map((block, index): LiveBlock => ({ block, width: widths[index]! }));
  for (const { block, width } of kept) {
    const end = block.kind === 'add' || block.kind === 'subtract' ? width : width > 0 ? Infinity : 0;
    for (let k = 0; k < Math.min(end, block.a.length); k += 1) count(block.a[k]!);
    for (let k = 0; k < Math.min(end, block.b.length); k += 1) count(block.b[k]!);
  }
  return {
    blocks: kept.filter(({ width }) => width > 0),
    blockOf: (node) => {
      const index = blockAt[node] ?? -1;
      return index < 0 || widths[index] === 0 ? undefined : kept[index];
    },
    memories: liveMemories,
    flipFlops: alive,
    flipFlopOf: (node) => {
      const index = flipFlopAt[node] ?? -1;
      return index < 0 ? undefined : made[index];
    },
    readers,
  };
}

/** The operands of a block as far as its live result needs them. */
export function operandsOfBlock({ block, width }: LiveBlock): readonly [readonly Literal[], readonly Literal[]] {
  if (block.kind !== 'add' && block.kind !== 'subtract') return [block.a, block.b];
  return [block.a.slice(0, width), block.b.slice(0, width)];
}

function writtenBits({ enable, address, data }: FlatMemory): Literal[] {
  return [enable, ...address, ...data];
}

function forEachRead({ data, controls, enable }: LiveFlipFlop, read: (bit: Literal) => void): void {
  read(data);
  controls.forEach(read);
  if (enable !== undefined) read(enable);
}

const NO_CONTROLS: readonly Literal[] = [];

/** Turn multiplexers with a constant before a plain flip-flop into its set or reset. */
function withControls(
  flipFlop: FlipFlop,
  gatedBit: (bit: Literal) => { readonly select: Literal; readonly data: Literal; readonly value: 0 | 1 } | undefined,
): LiveFlipFlop {
  const { q, d, reset, enable, owner } = flipFlop;
  let controls = NO_CONTROLS;
  let data = d;
  if (reset === undefined && enable === undefined) {
    let value: 0 | 1 | undefined;
    for (let gated = gatedBit(data); gated !== undefined; gated = gatedBit(data)) {
      if (value !== undefined && gated.value !== value) break;
      value = gated.value;
      controls = [...controls, gated.select];
      data = gated.data;
    }
  }
  return { q, d, reset, enable, owner, data, controls };
}
