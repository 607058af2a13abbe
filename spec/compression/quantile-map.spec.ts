/** Quantile maps give the distribution of the answers and keep the order of the predictions. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { quantileMap } from '../../src/compression/index.ts';
import { ShapeError } from '../../src/errors.ts';

const score = fc.float({ min: 0, max: 1, noNaN: true });
const pairs = fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 40 });
const split = (all: readonly (readonly [number, number])[]): [Float32Array, Float32Array] => [
  Float32Array.from(all, ([a]) => a),
  Float32Array.from(all, ([, b]) => b),
];

describe('quantileMap', () => {
  test.prop([pairs, fc.array(score, { maxLength: 20 })])('never swaps two scores', (all, scores) => {
    const sorted = Float32Array.from(scores).toSorted();
    const mapped = quantileMap(...split(all))(sorted);
    for (let i = 1; i < mapped.length; i++) expect(mapped[i]!).toBeGreaterThanOrEqual(mapped[i - 1]!);
  });

  test.prop([fc.uniqueArray(score, { minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 1000 })])(
    'gives different predictions exactly the answers',
    (predictions, turn) => {
      const given = Float32Array.from(predictions, (value) => value + 0);
      if (new Set(given).size < given.length) return;
      const answers = given.map((_value, i) => ((i * 37 + turn) % 101) / 101);
      expect(quantileMap(given, answers)(given).toSorted()).toEqual(answers.toSorted());
    },
  );

  it('refuses sets of different sizes', () => {
    expect(() => quantileMap(new Float32Array(2), new Float32Array(3))).toThrow(ShapeError);
  });
});
