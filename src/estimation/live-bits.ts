/**
 * Which bits of a flattened netlist an output depends on, how often each is read, and what the flip-flops read.
 *
 * A sum is alive up to its highest bit that is read, every other block as a whole.
 */
import type { Literal } from './bit-network.ts';
import type { Block, FlatBits, FlipFlop } from './flat-bits.ts';

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
  readonly flipFlops: readonly LiveFlipFlop[];
  /** The flip-flop that gives a node. */
  flipFlopOf(node: number): LiveFlipFlop | undefined;
  /** How often live gates, flip-flops, blocks and outputs read each node. */
  readonly readers: Int32Array;
}

/** Find what is alive. */
export function liveBits({ network, blocks, flipFlops, outputs }: FlatBits): LiveBits {
  const made = flipFlops.map((flipFlop) => withControls(flipFlop, (bit) => network.gatedBit(bit)));
  const blockAt = new Map<number, number>();
  blocks.forEach(({ first, width }, index) => {
    for (let k = 0; k < width; k += 1) blockAt.set(first + k, index);
  });
  const flipFlopAt = new Map(made.map((flipFlop, index) => [flipFlop.q, index]));

  const live = new Uint8Array(network.size());
  const widths = new Int32Array(blocks.length);
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
    const flipFlop = flipFlopAt.get(node);
    if (flipFlop !== undefined) flipFlopReads(made[flipFlop]!).forEach(read);
    const index = blockAt.get(node);
    if (index === undefined) continue;
    const block = blocks[index]!;
    const width = Math.max(widths[index]!, node - block.first + 1);
    if (block.kind === 'add' || block.kind === 'subtract') {
      for (let k = widths[index]!; k < width; k += 1) [block.a[k], block.b[k]].forEach((bit) => bit !== undefined && read(bit));
    } else if (widths[index] === 0) [...block.a, ...block.b].forEach(read);
    widths[index] = width;
  }

  const readers = new Int32Array(network.size());
  const count = (bit: Literal): void => void (readers[network.resolve(bit) >> 1]! += 1);
  outputs.forEach(count);
  for (let node = 1; node < live.length; node += 1) if (live[node] === 1) network.gate(node)?.inputs.forEach(count);
  const alive = made.filter(({ q }) => live[q] === 1);
  for (const flipFlop of alive) flipFlopReads(flipFlop).forEach(count);
  const kept = blocks.map((block, index): LiveBlock => ({ block, width: widths[index]! }));
  for (const item of kept) if (item.width > 0) operandsOfBlock(item).forEach((bits) => bits.forEach(count));
  return {
    blocks: kept.filter(({ width }) => width > 0),
    blockOf: (node) => {
      const index = blockAt.get(node);
      return index === undefined || widths[index] === 0 ? undefined : kept[index];
    },
    flipFlops: alive,
    flipFlopOf: (node) => {
      const index = flipFlopAt.get(node);
      return index === undefined ? undefined : made[index];
    },
    readers,
  };
}

/** The operands of a block as far as its live result needs them. */
export function operandsOfBlock({ block, width }: LiveBlock): readonly [readonly Literal[], readonly Literal[]] {
  if (block.kind !== 'add' && block.kind !== 'subtract') return [block.a, block.b];
  return [block.a.slice(0, width), block.b.slice(0, width)];
}

function flipFlopReads({ data, controls, enable }: LiveFlipFlop): readonly Literal[] {
  return enable === undefined ? [data, ...controls] : [data, ...controls, enable];
}

/** Turn multiplexers with a constant before a plain flip-flop into its set or reset. */
function withControls(
  flipFlop: FlipFlop,
  gatedBit: (bit: Literal) => { readonly select: Literal; readonly data: Literal; readonly value: 0 | 1 } | undefined,
): LiveFlipFlop {
  const controls: Literal[] = [];
  let { d: data } = flipFlop;
  if (flipFlop.reset === undefined && flipFlop.enable === undefined) {
    let value: 0 | 1 | undefined;
    for (let gated = gatedBit(data); gated !== undefined; gated = gatedBit(data)) {
      if (value !== undefined && gated.value !== value) break;
      value = gated.value;
      controls.push(gated.select);
      data = gated.data;
    }
  }
  return { ...flipFlop, data, controls };
}
