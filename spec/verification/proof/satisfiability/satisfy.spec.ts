import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../../src/errors.ts';
import {
  addWords,
  andGraph,
  bitOf,
  constantWord,
  equalWords,
  evaluate,
  evaluateAll,
  FALSE,
  inputWord,
  lessWords,
  lookUp,
  multiplyWords,
  muxWords,
  negateWord,
  rangeOf,
  satisfy,
  scaleWord,
  shiftLeftWord,
  shiftRightWord,
  subtractWords,
  TRUE,
  unsignedWord,
} from '../../../../src/verification/proof/satisfiability/index.ts';
import type { AndGraph, Word } from '../../../../src/verification/proof/satisfiability/index.ts';
import { build, steps } from './functions.ts';

/** Two formulations of a function of words of some widths. */
interface Pair {
  readonly widths: readonly number[];
  readonly left: (g: AndGraph, ...words: Word[]) => Word;
  readonly right: (g: AndGraph, ...words: Word[]) => Word;
}

const constant = constantWord;
const ZERO = constant(0n);
const clamp = (g: AndGraph, x: Word, lo: bigint, hi: bigint): Word =>
  muxWords(g, lessWords(g, constant(hi), x), constant(hi), muxWords(g, lessWords(g, x, constant(lo)), constant(lo), x));
const maximum = (g: AndGraph, a: Word, b: Word): Word => muxWords(g, lessWords(g, a, b), b, a);
const isNegative = (x: Word): number => x.at(-1)!;

/** The product row by row, with rows for the bits of `b`. */
function rows(g: AndGraph, a: Word, b: Word): Word {
  let result = ZERO;
  for (const [k, bit] of b.entries()) {
    const row = muxWords(g, bit, shiftLeftWord(a, k), ZERO);
    result = k === b.length - 1 ? subtractWords(g, result, row) : addWords(g, result, row);
  }
  return result;
}

/** Rounding to a multiple of 2^d, half up, then saturation to 12 bits; half is `offset` too much. */
const roundAndSaturate = (d: number, offset = 0n): Pair => ({
  widths: [40],
  left: (g, x) => clamp(g, shiftRightWord(addWords(g, x, constant((1n << BigInt(d - 1)) + offset)), d), -2048n, 2047n),
  right: (g, x) => {
    // Saturation first, where rounding can no longer overflow; then the digit below the point is the carry.
    const kept = clamp(g, x, -2048n << BigInt(d), 2047n << BigInt(d));
    return addWords(g, shiftRightWord(kept, d), unsignedWord([bitOf(kept, d - 1)]));
  },
});

const reluOfSum = (threshold: bigint): Pair => ({
  widths: [40],
  left: (g, x) => {
    const sum = addWords(g, x, constant(123_456n));
    return clamp(g, shiftRightWord(muxWords(g, isNegative(sum), ZERO, sum), 5), 0n, 255n);
  },
  right: (g, x) => {
    const rest = shiftRightWord(addWords(g, addWords(g, x, constant(23_456n)), constant(100_000n)), 5);
    const positive = muxWords(g, lessWords(g, x, constant(threshold)), ZERO, rest);
    return muxWords(
      g,
      rangeOf(g, x, -123_456n, 8191n - 123_456n),
      positive,
      muxWords(g, isNegative(rest), ZERO, constant(255n)),
    );
  },
});

const roundings = (half: (d: number) => bigint): Pair => ({
  widths: [40],
  left: (g, x) => shiftRightWord(addWords(g, x, constant(half(17))), 17),
  right: (g, x) => addWords(g, shiftRightWord(x, 17), unsignedWord([bitOf(x, 16)])),
});

const squares = Array.from({ length: 256 }, (_, k) => BigInt(k - 128) ** 2n);

const equalities: Readonly<Record<string, Pair>> = {
  'rounding half up': roundings((d) => 1n << BigInt(d - 1)),
  'rounding half up of the opposite': {
    widths: [40],
    left: (g, x) => negateWord(g, shiftRightWord(addWords(g, negateWord(g, x), constant(7n)), 3)),
    right: (_, x) => shiftRightWord(x, 3),
  },
  'rounding and saturation': roundAndSaturate(9),
  'rounding and saturation, 20 bits': roundAndSaturate(20),
  'ReLU, shift and saturation': reluOfSum(-123_456n),
  'constants in two steps': {
    widths: [48],
    left: (g, x) => addWords(g, addWords(g, x, constant(987_654_321n)), constant(-123_456_789n)),
    right: (g, x) => subtractWords(g, x, constant(123_456_789n - 987_654_321n)),
  },
  'a multiple as a sum': {
    widths: [32],
    left: (g, x) => addWords(g, scaleWord(g, x, 3n), scaleWord(g, x, 5n)),
    right: (_, x) => shiftLeftWord(x, 3),
  },
  'a magnitude': {
    widths: [40],
    left: (g, x) => muxWords(g, isNegative(x), negateWord(g, x), x),
    right: (g, x) => maximum(g, x, subtractWords(g, ZERO, x)),
  },
  'the larger of two': {
    widths: [24, 24],
    left: (g, x, y) => maximum(g, x, y),
    right: (g, x, y) => {
      const difference = subtractWords(g, x, y);
      return addWords(g, y, muxWords(g, isNegative(difference), ZERO, difference));
    },
  },
  'the largest of three': {
    widths: [16, 16, 16],
    left: (g, x, y, z) => maximum(g, maximum(g, x, y), z),
    right: (g, x, y, z) => maximum(g, maximum(g, z, x), y),
  },
  'a table of squares': {
    widths: [8],
    left: (g, x) => lookUp(g, x, -128n, squares),
    right: (g, x) => multiplyWords(g, x, x),
  },
  'products of 4 bits': { widths: [4, 4], left: rows, right: (g, x, y) => rows(g, y, x) },
  'products of 5 bits': { widths: [5, 5], left: rows, right: (g, x, y) => rows(g, y, x) },
  'a product of sums': {
    widths: [4, 4],
    left: (g, x, y) => multiplyWords(g, addWords(g, x, y), subtractWords(g, x, y)),
    right: (g, x, y) => subtractWords(g, multiplyWords(g, x, x), multiplyWords(g, y, y)),
  },
};

/** Pairs of which some input tells one from the other. */
const inequalities: Readonly<Record<string, Pair>> = {
  'rounding a little below half': roundings((d) => (1n << BigInt(d - 1)) - 1n),
  'rounding a little above half': roundings((d) => (1n << BigInt(d - 1)) + 1n),
  'rounding and saturation': roundAndSaturate(9, -1n),
  'rounding and saturation, 20 bits': roundAndSaturate(20, 1n),
  'ReLU with another threshold': reluOfSum(-123_456n + 33n),
  'one value of a table': {
    widths: [8],
    left: (g, x) => lookUp(g, x, -128n, squares.with(77, squares[77]! + 1n)),
    right: (g, x) => multiplyWords(g, x, x),
  },
  'a product of which one pair is wrong': {
    widths: [6, 6],
    left: (g, x, y) => {
      const isPair = g.and(equalWords(g, x, constant(-32n)), equalWords(g, y, constant(-32n)));
      return addWords(g, rows(g, x, y), unsignedWord([isPair]));
    },
    right: (g, x, y) => rows(g, y, x),
  },
};

function differenceOf({ widths, left, right }: Pair) {
  const g = andGraph();
  const words = widths.map((width) => inputWord(g, width));
  const [a, b] = [left(g, ...words), right(g, ...words)];
  return { g, a, b, literal: equalWords(g, a, b) ^ 1 };
}

describe('satisfy', () => {
  it('agrees with the truth of random functions', () => {
    fc.assert(
      fc.property(steps, (program) => {
        const { graph, inputs, literals, truths } = build(program, 5);
        literals.forEach((literal, k) => {
          const answer = satisfy(graph, literal, Infinity);
          expect(answer.result).toBe(truths[k] === 0n ? 'unsatisfiable' : 'satisfiable');
          if (answer.result !== 'satisfiable') return;
          const row = inputs.reduce((sum, input, at) => sum + (answer.inputs.get(input) === true ? 2 ** at : 0), 0);
          expect((truths[k]! >> BigInt(row)) & 1n).toBe(1n);
        });
      }),
      { numRuns: 150 },
    );
  });

  it.each(Object.entries(equalities))('proves: %s', (_, pair) => {
    const { g, literal } = differenceOf(pair);
    const answer = satisfy(g, literal, 20_000);
    expect(answer.result).toBe('unsatisfiable');
  });

  it('proves functions of one word of 40 bits within 1000 conflicts', () => {
    for (const [name, pair] of Object.entries(equalities)) {
      if (pair.widths[0] !== 40) continue;
      const { g, literal } = differenceOf(pair);
      const { result } = satisfy(g, literal, 1000);
      expect([name, result]).toEqual([name, 'unsatisfiable']);
    }
  });

  it.each(Object.entries(inequalities))('refutes: %s', (_, pair) => {
    const { g, a, b, literal } = differenceOf(pair);
    const answer = satisfy(g, literal, 20_000);
    if (answer.result !== 'satisfiable') throw new Error(`The result is ${answer.result}.`);
    expect(evaluate(g, literal, answer.inputs)).toBe(true);
    expect(evaluateAll(g, a, answer.inputs)).not.toEqual(evaluateAll(g, b, answer.inputs));
  });

  it('knows constants and inputs', () => {
    const g = andGraph();
    const [a, b] = [g.input(), g.input()];
    expect(satisfy(g, FALSE, 0)).toEqual({ result: 'unsatisfiable', conflicts: 0 });
    expect(satisfy(g, TRUE, 0)).toEqual({ result: 'satisfiable', conflicts: 0, inputs: new Map() });
    expect(satisfy(g, a ^ 1, 0)).toEqual({ result: 'satisfiable', conflicts: 0, inputs: new Map([[a, false]]) });
    // Of an or, too, all inputs have a value.
    const answer = satisfy(g, g.or(a, b), 0);
    expect(answer.result === 'satisfiable' && [...answer.inputs.keys()]).toEqual([a, b]);
  });

  it('gives up at the limit', () => {
    const { g, literal } = differenceOf({ widths: [8, 8], left: rows, right: (g, x, y) => rows(g, y, x) });
    expect(satisfy(g, literal, 500)).toEqual({ result: 'unknown', conflicts: 500 });
    expect(() => satisfy(g, literal, -1)).toThrow(ValueError);
    expect(() => satisfy(g, 2 * g.size, 1)).toThrow(ValueError);
  });
});
