/**
 * What becomes of a sum of terms: a carry chain, with full adders before it where there are more than two.
 *
 * A sum of two terms (and a carry) is one carry chain; more terms, and products in look-up tables, are first added
 * column by column with full adders until two rows are left. Modelled on `maccmap` and `techmap` of Yosys 0.23.
 */
import type { FusedSum, Term } from './adder-fusion.ts';
import { FALSE, TRUE } from './bit-network.ts';
import type { BitNetwork, Literal } from './bit-network.ts';

type Bits = readonly Literal[];

/** A carry chain a + b + carryIn: bit k propagates a carry where a ≠ b, which is a table, and passes a on otherwise. */
export interface CarryChain {
  /** Node of the lowest result bit. */
  readonly first: number;
  readonly a: Bits;
  /** Inverted already where it is subtracted; as long as `a`. */
  readonly b: Bits;
  readonly carryIn: Literal;
  readonly owner: number;
}

/** Chains shorter than this are plain logic. */
export const SHORTEST_CHAIN = 3;

/**
 * Build the sums and soft products of a design.
 *
 * Gates are added to the network, and the result bits of short sums are defined by them.
 *
 * @param workIn told which module the gates that come next stand in
 */
export function carryChains(
  network: BitNetwork,
  sums: readonly FusedSum[],
  workIn: (owner: number) => void,
): CarryChain[] {
  const chains: CarryChain[] = [];
  for (const { item, terms } of sums) {
    const { block, width } = item;
    workIn(block.owner);
    const chain = twoTermChain(terms, width) ?? columnChain(terms, width, network);
    if (width >= SHORTEST_CHAIN && chain.b.length > 0) {
      chains.push({ ...chain, first: block.first, owner: block.owner });
      continue;
    }
    let carry = chain.carryIn;
    chain.a.forEach((bit, k) => {
      const propagate = network.xor(network.resolve(bit), network.resolve(chain.b[k] ?? FALSE));
      network.define(2 * (block.first + k), network.xor(propagate, carry));
      carry = network.mux(propagate, carry, bit);
    });
  }
  return chains;
}

type Chain = Omit<CarryChain, 'first' | 'owner'>;

/** Tell whether terms fit into one chain without full adders. */
export function isOneChain(terms: readonly Term[]): boolean {
  return twoTermChain(terms, 1) !== undefined;
}

/** Two terms and a carry as one chain; undefined if there are more. */
function twoTermChain(terms: readonly Term[], width: number): Chain | undefined {
  let a: Bits | undefined;
  let b: Bits | undefined;
  let invert = false;
  const carries: Literal[] = [];
  for (const { bits, negative, factor } of terms) {
    if (factor !== undefined) return undefined;
    if (bits.length === 1 && !negative) carries.push(bits[0]!);
    else if (a !== undefined || negative) {
      if (b !== undefined) return undefined;
      b = bits;
      invert = negative;
    } else a = bits;
  }
  a ??= takeOne(carries);
  b ??= takeOne(carries);
  if (invert) carries.push(TRUE);
  if (carries.length > 1) return undefined;
  // The narrower operand of an addition comes first: its bits feed the carry.
  if (!invert && b.length < a.length) [a, b] = [b, a];
  const word = (bits: Bits, flip: 0 | 1): Bits => Array.from({ length: width }, (_, k) => (bits[k] ?? FALSE) ^ flip);
  return { a: word(a, 0), b: word(b, invert ? 1 : 0), carryIn: carries[0] ?? FALSE };
}

function takeOne(carries: Literal[]): Bits {
  const first = carries.shift();
  return first === undefined ? [] : [first];
}

/** Any number of terms: columns of bits, full adders, a final chain. */
function columnChain(terms: readonly Term[], width: number, network: BitNetwork): Chain {
  const columns = Array.from({ length: width }, (): Set<Literal> => new Set());
  const add = (bit: Literal, position: number): void => {
    if (position >= width || bit === FALSE) return;
    // Twice the same bit is the bit one place up.
    if (columns[position]!.delete(bit)) add(bit, position + 1);
    else columns[position]!.add(bit);
  };
  const addWord = (word: Bits, negative: boolean): void => {
    if (negative) add(TRUE, 0);
    for (let k = 0; k < width; k += 1) add((word[k] ?? FALSE) ^ (negative ? 1 : 0), k);
  };
  for (const { bits, factor, signed, negative } of mergedConstants(terms, width)) {
    if (factor === undefined) addWord(bits, negative);
    else for (const row of productRows(bits, factor, signed === true, width, network)) addWord(row, negative);
  }
  const { rows, spare } = packRows(columns);
  while (rows.length > 2) {
    const next: Literal[][] = [];
    for (let k = 0; k + 2 < rows.length; k += 3) {
      const [x, y, z] = [rows[k]!, rows[k + 1]!, rows[k + 2]!];
      next.push(x.map((bit, p) => network.xor(network.xor(bit, y[p]!), z[p]!)));
      const carries = x.map((bit, p) => network.majority(bit, y[p]!, z[p]!));
      next.push([spare.pop() ?? FALSE, ...carries.slice(0, width - 1)]);
    }
    next.push(...rows.slice(rows.length - (rows.length % 3)));
    rows.splice(0, rows.length, ...next);
  }
  const zeros = Array.from({ length: width }, () => FALSE);
  // One row alone is the result.
  return { a: rows[0] ?? zeros, b: rows[1] ?? [], carryIn: spare.pop() ?? FALSE };
}

/** All constant terms as one. */
function mergedConstants(terms: readonly Term[], width: number): Term[] {
  let constant = 0n;
  const rest: Term[] = [];
  for (const term of terms) {
    if (term.factor === undefined && term.bits.every((bit) => bit <= TRUE)) {
      const value = term.bits.reduceRight((sum, bit) => 2n * sum + BigInt(bit), 0n);
      constant += term.negative ? -value : value;
    } else rest.push(term);
  }
  const pattern = BigInt.asUintN(width, constant);
  if (pattern === 0n) return rest;
  const bits = Array.from({ length: width }, (_, k) => ((pattern >> BigInt(k)) & 1n ? TRUE : FALSE));
  return [...rest, { bits, negative: false }];
}

/** Partial products: the wider factor once per bit of the narrower one, the last of a signed one subtracted. */
function productRows(a: Bits, b: Bits, signed: boolean, width: number, network: BitNetwork): Bits[] {
  const [wide, narrow] = a.length < b.length ? [b, a] : [a, b];
  const extended = Array.from({ length: width }, (_, k) => wide[k] ?? (signed ? wide.at(-1)! : FALSE));
  const rows: Bits[] = [];
  narrow.slice(0, width).forEach((bit, shift) => {
    const negative = signed && shift + 1 === narrow.length;
    const row = Array.from({ length: width }, (_, k) =>
      k < shift ? FALSE : network.and(extended[k - shift]! ^ (negative ? 1 : 0), bit),
    );
    rows.push(row);
    if (negative) rows.push([...Array.from({ length: shift }, () => FALSE), bit]);
  });
  return rows;
}

/** Columns as rows of one bit per place, and lone low bits that can enter as carries instead. */
function packRows(columns: readonly Set<Literal>[]): { readonly rows: Literal[][]; readonly spare: Literal[] } {
  const stacks = columns.map((column) => [...column].toSorted((x, y) => y - x));
  const rows: Literal[][] = [];
  const spare: Literal[] = [];
  while (stacks.some((stack) => stack.length > 0)) {
    rows.push(stacks.map((stack) => stack.pop() ?? FALSE));
    for (;;) {
      const slots = rows.length - 1 - spare.length;
      const depth = Math.max(0, ...stacks.map((stack) => stack.length));
      const position = stacks.findLastIndex((stack) => stack.length === depth);
      if (depth === 0 || position > 4) break;
      const tall = stacks.slice(0, position + 1).flatMap((stack, k) => (stack.length === depth ? [k] : []));
      if (tall.reduce((sum, k) => sum + 2 ** k, 0) > slots) break;
      for (const k of tall) {
        const bit = stacks[k]!.pop()!;
        for (let copy = 0; copy < 2 ** k; copy += 1) spare.push(bit);
      }
    }
  }
  return { rows, spare };
}
