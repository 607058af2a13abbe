import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../../src/errors.ts';
import {
  addWords,
  andGraph,
  andWords,
  bitOf,
  constantWord,
  equalWords,
  evaluateAll,
  inputWord,
  lessWords,
  lookUp,
  multiplyWords,
  muxWords,
  negateWord,
  notWord,
  orWords,
  rangeOf,
  scaleWord,
  shiftLeftWord,
  shiftRightWord,
  subtractWords,
  unsignedWord,
  wrapWord,
  xorWords,
} from '../../../../src/verification/proof/satisfiability/index.ts';
import type { AndGraph, Literal, Word } from '../../../../src/verification/proof/satisfiability/index.ts';

/** A word and its value: inputs, or a constant. */
interface Sample {
  readonly width: number;
  readonly value: bigint;
  readonly isConstant: boolean;
}

const samples = (maxWidth: number): fc.Arbitrary<Sample> =>
  fc.integer({ min: 1, max: maxWidth }).chain((width) => {
    const most = (1n << BigInt(width - 1)) - 1n;
    const value = fc.oneof(fc.bigInt({ min: -most - 1n, max: most }), fc.constantFrom(-most - 1n, most, 0n));
    return fc.record({ width: fc.constant(width), value, isConstant: fc.boolean() });
  });

/** Builds words for samples and reads words back as integers. */
function bench() {
  const g = andGraph();
  const inputs = new Map<Literal, boolean>();
  const wordOf = ({ width, value, isConstant }: Sample): Word => {
    if (isConstant) return constantWord(value);
    const word = inputWord(g, width);
    word.forEach((literal, k) => inputs.set(literal, ((value >> BigInt(k)) & 1n) === 1n));
    return word;
  };
  const valueOf = (word: Word): bigint => {
    const bits = evaluateAll(g, word, inputs);
    return bits.reduce((sum, bit, k) => sum + (bit ? (k === bits.length - 1 ? -1n : 1n) << BigInt(k) : 0n), 0n);
  };
  const isTrue = (literal: Literal): boolean => evaluateAll(g, [literal], inputs)[0]!;
  return { g, wordOf, valueOf, isTrue };
}

type Binary = readonly [string, (g: AndGraph, a: Word, b: Word) => Word, (x: bigint, y: bigint) => bigint];

const binaries: readonly Binary[] = [
  ['addWords', addWords, (x, y) => x + y],
  ['subtractWords', subtractWords, (x, y) => x - y],
  ['multiplyWords', multiplyWords, (x, y) => x * y],
  ['andWords', andWords, (x, y) => x & y],
  ['orWords', orWords, (x, y) => x | y],
  ['xorWords', xorWords, (x, y) => x ^ y],
];

describe('words', () => {
  it.each(binaries)('%s is exact', (_, operation, expected) => {
    fc.assert(
      fc.property(samples(40), samples(40), (x, y) => {
        const { g, wordOf, valueOf } = bench();
        expect(valueOf(operation(g, wordOf(x), wordOf(y)))).toBe(expected(x.value, y.value));
      }),
      { numRuns: 150 },
    );
  });

  it('are exact with one operand', () => {
    fc.assert(
      fc.property(samples(60), fc.bigInt({ min: -100_000n, max: 100_000n }), fc.nat(70), (x, factor, k) => {
        const { g, wordOf, valueOf, isTrue } = bench();
        const a = wordOf(x);
        expect(valueOf(a)).toBe(x.value);
        expect(valueOf(negateWord(g, a))).toBe(-x.value);
        expect(valueOf(notWord(a))).toBe(~x.value);
        expect(valueOf(scaleWord(g, a, factor))).toBe(x.value * factor);
        expect(valueOf(shiftLeftWord(a, k))).toBe(x.value << BigInt(k));
        expect(valueOf(shiftRightWord(a, k))).toBe(x.value >> BigInt(k));
        expect(valueOf(wrapWord(a, k + 1))).toBe(BigInt.asIntN(k + 1, x.value));
        expect(valueOf(unsignedWord(a))).toBe(BigInt.asUintN(a.length, x.value));
        expect(isTrue(bitOf(a, k))).toBe(((x.value >> BigInt(k)) & 1n) === 1n);
      }),
      { numRuns: 300 },
    );
  });

  it('compare as integers do', () => {
    const near = fc.bigInt({ min: -3n, max: 3n });
    fc.assert(
      fc.property(samples(50), samples(50), near, near, fc.boolean(), (x, y, below, above, isNear) => {
        const { g, wordOf, isTrue } = bench();
        const a = wordOf(x);
        const other = isNear ? { ...y, value: x.value + below, isConstant: true } : y;
        const b = wordOf(other);
        expect(isTrue(lessWords(g, a, b))).toBe(x.value < other.value);
        expect(isTrue(lessWords(g, b, a))).toBe(other.value < x.value);
        expect(isTrue(equalWords(g, a, b))).toBe(x.value === other.value);
        expect(isTrue(equalWords(g, a, constantWord(x.value)))).toBe(true);
        const [lo, hi] = [x.value + below, x.value + above];
        expect(isTrue(rangeOf(g, a, lo, hi))).toBe(lo <= x.value && x.value <= hi);
      }),
      { numRuns: 300 },
    );
  });

  it('are chosen by multiplexers', () => {
    fc.assert(
      fc.property(samples(50), samples(50), fc.boolean(), (x, y, isFirst) => {
        const { g, wordOf, valueOf } = bench();
        const [select] = wordOf({ width: 1, value: isFirst ? -1n : 0n, isConstant: false });
        expect(valueOf(muxWords(g, select!, wordOf(x), wordOf(y)))).toBe(isFirst ? x.value : y.value);
      }),
    );
  });

  it('are looked up in tables', () => {
    const tables = fc.array(fc.bigInt({ min: -5000n, max: 5000n }), { minLength: 1, maxLength: 70, size: 'max' });
    fc.assert(
      fc.property(tables, fc.bigInt({ min: -300n, max: 300n }), fc.nat(), (values, lo, pick) => {
        const { g, wordOf, valueOf } = bench();
        const at = pick % values.length;
        const address = wordOf({ width: 10, value: lo + BigInt(at), isConstant: false });
        expect(valueOf(lookUp(g, address, lo, values))).toBe(values[at]);
      }),
      { numRuns: 300 },
    );
  });

  it('are as short as their literals show', () => {
    const g = andGraph();
    const a = inputWord(g, 8);
    expect([0n, -1n, 1n, -2n, 5n].map((value) => constantWord(value))).toEqual([
      [0],
      [1],
      [1, 0],
      [0, 1],
      [1, 0, 1, 0],
    ]);
    expect(addWords(g, a, constantWord(0n))).toEqual(a);
    expect(subtractWords(g, a, a)).toEqual([0]);
    expect(scaleWord(g, a, 4n)).toEqual([0, 0, ...a]);
    expect(addWords(g, a, a)).toEqual([0, ...a]);
    expect(lookUp(g, a, 0n, new Array<bigint>(200).fill(7n))).toEqual(constantWord(7n));
  });

  it('refuse what has no meaning', () => {
    const g = andGraph();
    const a = inputWord(g, 2);
    expect(() => inputWord(g, 0)).toThrow('Word: width 0 is not an integer of at least 1.');
    expect(() => wrapWord(a, 0)).toThrow(ValueError);
    expect(() => shiftLeftWord(a, -1)).toThrow('Word: shift -1 is not an integer of at least 0.');
    expect(() => shiftRightWord(a, 0.5)).toThrow(ValueError);
    expect(() => bitOf([], 3)).toThrow('Word: there is no bit 3 in a word of 0 bits.');
    expect(() => bitOf(a, -1)).toThrow(ValueError);
    expect(() => lookUp(g, a, 0n, [])).toThrow(ValueError);
  });
});
