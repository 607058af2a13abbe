/**
 * Integers as words of Boolean functions, in an and-inverter graph.
 *
 * A word is a list of literals, least significant first, in two's complement: its last literal is the sign, and counts
 * for all bits above. Every operation is exact, so results are as wide as they have to be; literals at the end that
 * only repeat the sign are dropped. Adders and comparisons carry from bit to bit, which keeps equalities between them
 * local and so within reach of a solver.
 *
 * Nothing here comes from the circuit's own arithmetic: a mistake there must not be made twice.
 */
import { ValueError } from '../../../errors.ts';
import { FALSE, TRUE } from './and-graph.ts';
import type { AndGraph, Literal } from './and-graph.ts';

/** At least one literal, least significant first, the sign last. */
export type Word = readonly Literal[];

/**
 * A word of new inputs; its values are −2^(width−1) … 2^(width−1) − 1.
 *
 * @throws ValueError if the width is below 1
 */
export function inputWord(g: AndGraph, width: number): Word {
  checkCount('width', width, 1);
  return Array.from({ length: width }, () => g.input());
}

/** Read bits as a number that is never negative; no bits are 0. */
export const unsignedWord = (bits: readonly Literal[]): Word => trimmed([...bits, FALSE]);

export function constantWord(value: bigint): Word {
  const bits: Literal[] = [];
  let rest = value;
  for (; rest !== 0n && rest !== -1n; rest >>= 1n) bits.push(Number(rest & 1n));
  bits.push(rest === 0n ? FALSE : TRUE);
  return bits;
}

/**
 * Bit k, of weight 2^k; above the word it is the sign.
 *
 * @throws ValueError if the word is empty, or k negative
 */
export function bitOf(word: Word, k: number): Literal {
  const bit = word[Math.min(k, word.length - 1)];
  if (bit === undefined) throw new ValueError(`Word: there is no bit ${k} in a word of ${word.length} bits.`);
  return bit;
}

/**
 * The lowest bits, as a signed number: what is left after overflow that wraps.
 *
 * @throws ValueError if the width is below 1
 */
export function wrapWord(word: Word, width: number): Word {
  checkCount('width', width, 1);
  return trimmed(Array.from({ length: width }, (_, k) => bitOf(word, k)));
}

/** a + b. */
export function addWords(g: AndGraph, a: Word, b: Word): Word {
  return sum(g, a, b, FALSE);
}

/** a − b. */
export function subtractWords(g: AndGraph, a: Word, b: Word): Word {
  return sum(g, a, notWord(b), TRUE);
}

/** −a. */
export function negateWord(g: AndGraph, a: Word): Word {
  return sum(g, [FALSE], notWord(a), TRUE);
}

/** factor · a, as shifts and additions by the factor's canonical signed digits. */
export function scaleWord(g: AndGraph, a: Word, factor: bigint): Word {
  let result: Word = [FALSE];
  let rest = factor;
  for (let shift = 0; rest !== 0n; shift += 1, rest >>= 1n) {
    if ((rest & 1n) === 0n) continue;
    // The digit ±1 that leaves a multiple of four.
    const isNegative = (rest & 3n) === 3n;
    const term = shiftLeftWord(a, shift);
    result = isNegative ? subtractWords(g, result, term) : addWords(g, result, term);
    rest += isNegative ? 1n : -1n;
  }
  return result;
}

/** a · b, row by row: equalities between products are hard beyond about seven bits by seven. */
export function multiplyWords(g: AndGraph, a: Word, b: Word): Word {
  // One row for each bit of the shorter operand; of equally long ones always the same is taken, so that a · b is b · a.
  const isInOrder = a.length > b.length || (a.length === b.length && isBefore(a, b));
  const [rows, bits] = isInOrder ? [a, b] : [b, a];
  let result: Word = [FALSE];
  for (const [shift, bit] of bits.entries()) {
    const row = shiftLeftWord(
      rows.map((literal) => g.and(literal, bit)),
      shift,
    );
    // The sign bit weighs −2^(length−1).
    result = shift === bits.length - 1 ? subtractWords(g, result, row) : addWords(g, result, row);
  }
  return result;
}

/**
 * a · 2^k.
 *
 * @throws ValueError if k is negative
 */
export function shiftLeftWord(a: Word, k: number): Word {
  checkCount('shift', k, 0);
  return trimmed([...new Array<Literal>(k).fill(FALSE), ...a]);
}

/**
 * ⌊a / 2^k⌋.
 *
 * @throws ValueError if k is negative
 */
export function shiftRightWord(a: Word, k: number): Word {
  checkCount('shift', k, 0);
  return k < a.length ? a.slice(k) : [bitOf(a, k)];
}

/** `a` if select is true, else `b`. */
export function muxWords(g: AndGraph, select: Literal, a: Word, b: Word): Word {
  return bitwise(a, b, (p, q) => g.mux(select, p, q));
}

export function andWords(g: AndGraph, a: Word, b: Word): Word {
  return bitwise(a, b, g.and);
}

export function orWords(g: AndGraph, a: Word, b: Word): Word {
  return bitwise(a, b, g.or);
}

export function xorWords(g: AndGraph, a: Word, b: Word): Word {
  return bitwise(a, b, g.xor);
}

/** All bits inverted: −a − 1. */
export function notWord(a: Word): Word {
  return a.map((literal) => literal ^ 1);
}

/** a < b. */
export function lessWords(g: AndGraph, a: Word, b: Word): Literal {
  const width = Math.max(a.length, b.length);
  let less: Literal = FALSE;
  for (let k = 0; k < width - 1; k += 1) less = g.majority(bitOf(a, k) ^ 1, bitOf(b, k), less);
  // Signs weigh negative: the other way round.
  return g.majority(bitOf(a, width - 1), bitOf(b, width - 1) ^ 1, less);
}

/** a = b. */
export function equalWords(g: AndGraph, a: Word, b: Word): Literal {
  let equal: Literal = TRUE;
  for (let k = 0; k < Math.max(a.length, b.length); k += 1) equal = g.and(equal, g.xor(bitOf(a, k), bitOf(b, k)) ^ 1);
  return equal;
}

/** lo ≤ word ≤ hi. */
export function rangeOf(g: AndGraph, word: Word, lo: bigint, hi: bigint): Literal {
  return g.and(lessWords(g, word, constantWord(lo)) ^ 1, lessWords(g, constantWord(hi), word) ^ 1);
}

/**
 * values[address − lo], as a balanced tree of multiplexers; anything where there is no such value.
 *
 * @throws ValueError if there are no values
 */
export function lookUp(g: AndGraph, address: Word, lo: bigint, values: readonly bigint[]): Word {
  if (values.length === 0) throw new ValueError('Look-up: a table of 0 values has none to give; it needs one or more.');
  const index = subtractWords(g, address, constantWord(lo));
  let level: Word[] = values.map(constantWord);
  for (let k = 0; level.length > 1; k += 1) {
    const select = bitOf(index, k);
    const next: Word[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const even = level[at]!;
      next.push(at + 1 < level.length ? muxWords(g, select, level[at + 1]!, even) : even);
    }
    level = next;
  }
  return level[0]!;
}

/** a + b + carry. */
function sum(g: AndGraph, a: Word, b: Word, carry: Literal): Word {
  const bits: Literal[] = [];
  let c = carry;
  for (let k = 0; k <= Math.max(a.length, b.length); k += 1) {
    const p = bitOf(a, k);
    const q = bitOf(b, k);
    bits.push(g.xor(g.xor(p, q), c));
    c = g.majority(p, q, c);
  }
  return trimmed(bits);
}

function bitwise(a: Word, b: Word, operation: (p: Literal, q: Literal) => Literal): Word {
  return trimmed(Array.from({ length: Math.max(a.length, b.length) }, (_, k) => operation(bitOf(a, k), bitOf(b, k))));
}

/** Drop literals that repeat the sign. */
function trimmed(bits: Word): Word {
  let length = bits.length;
  while (length > 1 && bits[length - 2] === bits[length - 1]) length -= 1;
  return length === bits.length ? bits : bits.slice(0, length);
}

function checkCount(name: string, count: number, least: number): void {
  if (!Number.isInteger(count) || count < least)
    throw new ValueError(`Word: ${name} ${count} is not an integer of at least ${least}.`);
}

/** An order of words of equal length. */
function isBefore(a: Word, b: Word): boolean {
  const k = a.findIndex((literal, at) => literal !== b[at]);
  return k >= 0 && a[k]! < b[k]!;
}
