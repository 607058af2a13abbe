/**
 * Which adders synthesis makes into one: a sum whose whole result only another sum reads becomes part of it.
 *
 * Modelled on the pass `alumacc` of Yosys 0.23. A fused sum of more than two terms is no chain of adders any more and
 * takes more tables and fewer carry blocks (`carry-sums.ts`).
 */
import { FALSE } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';
import { operandsOfBlock } from './live-bits.ts';
import type { LiveBits, LiveBlock } from './live-bits.ts';

type Bits = readonly Literal[];

/** One term of a sum, read as unsigned; with `factor` a product of the two. */
export interface Term {
  readonly bits: Bits;
  readonly negative: boolean;
  readonly factor?: Bits;
  /** Whether the factors are signed. */
  readonly signed?: boolean;
}

/** A sum or soft product that is built, with the terms of all sums that it took in. */
export interface FusedSum {
  readonly item: LiveBlock;
  readonly terms: readonly Term[];
}

/** What is built of the sums of a design. */
export interface AdderFusion {
  readonly sums: readonly FusedSum[];
  /** Cells of the sums that became part of others. */
  readonly inlined: ReadonlySet<number>;
}

/**
 * Fuse the live sums and soft products of a design.
 *
 * @param isSoft whether a product is built of look-up tables
 * @param mayInline whether the sum of a cell may become part of another
 */
export function fuseAdders(
  network: BitNetwork,
  live: LiveBits,
  isSoft: (item: LiveBlock) => boolean,
  mayInline: (cell: number) => boolean = () => true,
): AdderFusion {
  const inlined = new Set<number>();
  const isSum = (item: LiveBlock): boolean => {
    const { kind } = item.block;
    return kind === 'add' || kind === 'subtract' || (kind === 'multiply' && isSoft(item));
  };
  /** The sum or product whose exact, otherwise unread result these bits are. */
  const producer = (bits: Bits): LiveBlock | undefined => {
    const item = live.blockOf(network.resolve(bits[0] ?? FALSE) >> 1);
    if (item === undefined || item.width !== bits.length || !isSum(item) || !mayInline(item.block.cell)) {
      return undefined;
    }
    const { first } = item.block;
    const isExact = bits.every((bit, k) => network.resolve(bit) === 2 * (first + k) && live.readers[first + k] === 1);
    return isExact ? item : undefined;
  };
  const termsOf = (item: LiveBlock): Term[] => {
    const { block, width } = item;
    if (block.kind === 'multiply') return [{ bits: block.a, factor: block.b, signed: block.signed, negative: false }];
    return operandsOfBlock(item).flatMap((operand, k): Term[] => {
      const bits = withoutZeros(operand);
      const negative = block.kind === 'subtract' && k === 1;
      const inner = bits.length > 1 ? producer(bits) : undefined;
      if (inner === undefined) return bits.length === 0 ? [] : [{ bits, negative }];
      const terms = termsOf(inner);
      if (inner.width !== width && mayOverflow(terms, inner.width)) return [{ bits, negative }];
      inlined.add(inner.block.cell);
      return terms.map((term) => ({ ...term, negative: term.negative !== negative }));
    });
  };
  const sums: FusedSum[] = [];
  // Readers stand behind what they read.
  for (const item of live.blocks.toReversed()) {
    if (isSum(item) && !inlined.has(item.block.cell)) sums.push({ item, terms: termsOf(item) });
  }
  return { sums, inlined };
}

/** Whether the exact sum may need more bits; subtracted terms always count as such. */
function mayOverflow(terms: readonly Term[], width: number): boolean {
  if (terms.some((term) => term.negative || term.signed === true)) return true;
  const sizes = terms.map(({ bits, factor }) => bits.length + (factor?.length ?? 0));
  const most = sizes.reduce((sum, size) => sum + (1n << BigInt(size)) - 1n, 0n);
  return most >= 1n << BigInt(width);
}

function withoutZeros(bits: Bits): Bits {
  let length = bits.length;
  while (length > 0 && bits[length - 1] === FALSE) length -= 1;
  return bits.slice(0, length);
}
