/**
 * What holds the words of a memory: look-up tables, block RAM or flip-flops, whichever is cheapest.
 *
 * The rule is that of Yosys 0.23, pass `memory_libmap` with `lutrams_xcu.txt` and `brams_xc4v.txt`, for one write port: a
 * table of 64 bits costs about 2, a block of 18 Kb 129, a flip-flop 1, a multiplexer bit a half. A memory that is deeper
 * than a shape takes banks of it, one with more reads than ports takes copies. Block RAM needs reads at the clock.
 */

/** What is asked of a memory. */
export interface MemoryDemand {
  readonly words: number;
  readonly width: number;
  /** Reads at other addresses than the write. */
  readonly reads: number;
  /** Whether there is one more read, at the address of the write. */
  readonly readsWritten: boolean;
  /** Whether registers follow all reads, or stand before them. */
  readonly isClocked: boolean;
  /** Reads with registers before them: what is written then shows at once, which block RAM does not do. */
  readonly transparentReads: number;
}

/** What a memory is made of. */
export interface MemoryPlan {
  readonly kind: 'flip-flops' | 'tables' | 'blocks';
  /** Parts of the words, by the upper bits of the address. */
  readonly banks: number;
  /** Words of a bank, a power of two. */
  readonly bankWords: number;
  /** How often all words stand there. */
  readonly copies: number;
  /** Reads of one copy, without that at the address of the write. */
  readonly readsPerCopy: number;
  /** Bits of one cell; the words of a bank begin at a cell of their own, or at a byte of one. */
  readonly cellWidth: number;
  /** Bits from the words of one bank to those of the next. */
  readonly bankWidth: number;
  /** Look-up tables, or blocks of 18 Kb, of one cell, or of one bit of it. */
  readonly size: number;
  readonly sizeOf: 'cell' | 'bit';
}

interface Shape {
  readonly kind: 'tables' | 'blocks';
  /** Address bits at a width of one bit (blocks), or at `widths[0]` (tables). */
  readonly addressBits: number;
  /** Widths in bits; each next one takes an address bit. */
  readonly widths: readonly number[];
  /** Read ports beside that of the write. */
  readonly reads: number;
  /** Whether the port of the write reads too. */
  readonly readsWritten: boolean;
  readonly cost: number;
  readonly size: number;
  readonly sizeOf: 'cell' | 'bit';
}

/** Cost of one cell of tables, which is shared out by its bits. */
const TABLE_COST = 16;

/** Cost of a multiplexer bit behind banks, and of an enable before them. */
const MUX_COST = 0.5;

/** Cost of a read port; three times as much again for a transparent one. */
const READ_COST = 2;

/** Byte of a block RAM: words of banks that share a cell begin at multiples of it. */
const BYTE = 9;

function tables(reads: number, readsWritten: boolean, sizes: readonly (readonly [number, number, number?])[]): Shape[] {
  return sizes.map(([addressBits, width, bitTables]) => ({
    kind: 'tables',
    addressBits,
    widths: [width],
    reads,
    readsWritten,
    cost: TABLE_COST,
    // RAM32M16 and RAM64M8 fill eight tables whatever is used of them, the others have one cell per bit.
    size: bitTables ?? 8,
    sizeOf: bitTables === undefined ? 'cell' : 'bit',
  }));
}

function blocks(
  sizes: readonly (readonly [addressBits: number, widest: number, cost: number, halves: number])[],
): Shape[] {
  return sizes.map(([addressBits, widest, cost, halves]) => ({
    kind: 'blocks',
    addressBits,
    widths: [1, 2, 4, 9, 18, 36, 72].filter((width) => width <= widest),
    reads: 1,
    readsWritten: false,
    cost,
    size: halves,
    sizeOf: 'cell',
  }));
}

/** In the order of the libraries; the first of equal cost is taken. */
const SHAPES: readonly Shape[] = [
  ...tables(0, true, [
    [5, 16],
    [6, 8, 1],
    [7, 4, 2],
    [8, 2, 4],
    // The library gives this one 16 address bits, and the mapping then fails.
    [9, 1, 8],
  ]),
  ...tables(1, true, [
    [5, 8],
    [6, 4, 2],
    [7, 2, 4],
    [8, 1, 8],
  ]),
  ...tables(3, true, [
    [5, 4],
    [6, 2],
  ]),
  ...tables(7, true, [
    [5, 2],
    [6, 1],
  ]),
  ...tables(1, false, [
    [5, 14],
    [6, 7],
  ]),
  // A read at the port of the write is a few points cheaper, and never fewer blocks.
  ...blocks([
    [14, 18, 129, 1],
    [15, 36, 257, 2],
    [16, 9, 513, 4],
    [14, 36, 129, 1],
    [15, 72, 257, 2],
  ]),
];

/** Choose the cheapest. */
export function chooseMemory(demand: MemoryDemand): MemoryPlan {
  const { words, width, isClocked } = demand;
  let best: MemoryPlan = {
    kind: 'flip-flops',
    banks: words,
    bankWords: 1,
    copies: 1,
    readsPerCopy: Infinity,
    cellWidth: width,
    bankWidth: width,
    size: 1,
    sizeOf: 'bit',
  };
  let bestCost = words * width;
  for (const shape of SHAPES) {
    if (shape.kind === 'blocks' && !isClocked) continue;
    for (const { plan, cost } of fittings(shape, demand)) {
      if (cost >= bestCost) continue;
      best = plan;
      bestCost = cost;
    }
  }
  return best;
}

/** Every way to make a memory of one shape, narrow cells first. */
function fittings(shape: Shape, demand: MemoryDemand): { readonly plan: MemoryPlan; readonly cost: number }[] {
  const { words, width, transparentReads } = demand;
  const all = demand.reads + (demand.readsWritten ? 1 : 0);
  const separate = shape.readsWritten ? demand.reads : all;
  if (separate > 0 && shape.reads === 0) return [];
  const copies = separate === 0 ? 1 : Math.ceil(separate / shape.reads);
  return shape.widths.map((cellWidth, narrower) => {
    const bankWords = 2 ** (shape.addressBits - narrower);
    const banks = Math.ceil(words / bankWords);
    const unit = shape.kind === 'blocks' ? Math.min(BYTE, cellWidth) : cellWidth;
    const bankWidth = unit * Math.ceil(width / unit);
    const cells = shape.kind === 'tables' ? (banks * width) / cellWidth : Math.ceil((banks * bankWidth) / cellWidth);
    const selection = (banks - 1) * width * all + (banks > 1 ? banks : 0);
    const { kind, size, sizeOf } = shape;
    return {
      cost: shape.cost * cells * copies + MUX_COST * selection + READ_COST * (separate + 3 * transparentReads),
      plan: { kind, banks, bankWords, copies, readsPerCopy: shape.reads, cellWidth, bankWidth, size, sizeOf },
    };
  });
}
