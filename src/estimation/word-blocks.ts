/** Memories, comparisons and products as gates, tables, block RAM and DSP blocks. */
import { FALSE, TRUE } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';
import type { Block } from './block.ts';

type Of<K extends Block['kind']> = Extract<Block, { kind: K }>;

/** Some bits of a comparison: `p` where they are equal, `g` where they decide it for the first operand. */
export interface ComparedBits {
  p: Literal;
  g: Literal;
}

/** Inputs of one look-up table. */
const LUT_INPUTS = 6;

/** Bits that are not the same in all words of a ROM; the others are constants. */
export function varyingBits(words: readonly bigint[]): bigint {
  return words.reduce((varying, word) => varying | (word ^ words[0]!), 0n);
}

/** Define the result bits of a ROM in tables. */
export function buildTable(network: BitNetwork, block: Of<'rom'>): void {
  for (let k = 0; k < block.width; k += 1) {
    network.define(2 * (block.first + k), tableBit(network, block.words, k, block.a));
  }
}

/** Bit `k` of the word at an address, in tables: leaves of 6 address bits, multiplexers above. */
export function tableBit(network: BitNetwork, words: readonly bigint[], k: number, at: readonly Literal[]): Literal {
  const address = at.map((bit) => network.resolve(bit));
  const low = address.slice(0, LUT_INPUTS);
  const column = (from: number, count: number): bigint => {
    let truth = 0n;
    for (let row = 0; row < count; row += 1) if ((words[from + row]! >> BigInt(k)) & 1n) truth |= 1n << BigInt(row);
    return truth;
  };
  const build = (from: number, bits: number): Literal => {
    if (bits <= LUT_INPUTS) return network.table(column(from, 2 ** bits), low.slice(0, bits));
    const half = 2 ** (bits - 1);
    const zero = build(from, bits - 1);
    const one = build(from + half, bits - 1);
    return network.mux(address[bits - 1]!, one, zero);
  };
  return build(0, address.length);
}

/** Define the bit of a comparison a < b, in gates where it is short, else by a carry chain, which is returned. */
export function buildComparison(network: BitNetwork, block: Of<'less'>): readonly ComparedBits[] | undefined {
  const a = block.b.map((bit) => network.resolve(bit));
  const b = block.a.map((bit) => network.resolve(bit));
  // Three pairs of bits per table, from the top: they are equal, or the first one is greater.
  const groups: ComparedBits[] = [];
  let budget = 0;
  for (let k = a.length - 1; k >= 0; k -= 1) {
    const cost = [a[k]!, b[k]!].filter((bit) => bit > TRUE).length;
    if (groups.length === 0 || budget < cost) {
      groups.push({ p: TRUE, g: FALSE });
      budget = LUT_INPUTS;
    }
    budget -= cost;
    const group = groups.at(-1)!;
    const flipped = block.signed && k === a.length - 1;
    const greater = flipped ? network.and(a[k]! ^ 1, b[k]!) : network.and(a[k]!, b[k]! ^ 1);
    group.g = network.or(group.g, network.and(group.p, greater));
    group.p = network.and(group.p, network.xor(a[k]!, b[k]!) ^ 1);
  }
  if (groups.length > 2) return groups.toReversed();
  const result = groups.reduceRight((below, { p, g }) => network.or(g, network.and(p, below)), FALSE);
  network.define(2 * block.first, result);
  return undefined;
}
