import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../../../src/errors.ts';
import { quantileOfSorted, resolutionWithError } from '../../../../src/physics/index.ts';
import { stream } from '../../../../src/random/index.ts';
import {
  type EventValues,
  measured,
  paired,
  resampledQuartiles,
  resampledRatio,
  resampleEvents,
} from '../../../../src/systems/distillnet/evaluation/bootstrap.ts';

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
/** Lists of values per event. */
const events = fc.array(fc.array(value, { maxLength: 4 }), { minLength: 1, maxLength: 20 });

function eventValues(lists: readonly (readonly number[])[]): EventValues {
  const starts = new Int32Array(lists.length + 1);
  lists.forEach((list, e) => {
    starts[e + 1] = starts[e]! + list.length;
  });
  return { values: Float64Array.from(lists.flat()), starts };
}

describe('resampleEvents', () => {
  it('draws as many events as there are, after the events themselves', () => {
    const resamples = resampleEvents(30, 5, stream('draws'));

    expect(resamples).toHaveLength(6);
    expect([...resamples[0]!]).toEqual(new Array(30).fill(1));
    for (const copies of resamples) expect(copies.reduce((sum, n) => sum + n, 0)).toBe(30);
    expect(() => resampleEvents(3, 1, stream('draws'))).toThrow(ValueError);
  });
});

describe('resampledQuartiles', () => {
  it('are those of the replica written out', () => {
    fc.assert(
      fc.property(events, fc.string(), (lists, seed) => {
        const resamples = resampleEvents(lists.length, 3, stream(seed));

        const quartiles = resampledQuartiles(eventValues(lists), resamples);

        resamples.forEach((copies, r) => {
          const sorted = lists.flatMap((list, e) => new Array(copies[e]!).fill(list).flat()).toSorted((a, b) => a - b);
          const expected = [0.25, 0.5, 0.75].map((p) => quantileOfSorted(sorted, p));
          const { low, median, high } = quartiles[r] ?? {};
          if (sorted.length < 2) expect(quartiles[r]).toBeNull();
          else [low, median, high].forEach((found, k) => expect(found).toBeCloseTo(expected[k]!, 9));
        });
      }),
      { numRuns: 100 },
    );
  });

  it('give the error that drawing values gives where every event has one', () => {
    const random = stream('values');
    const values = Float64Array.from({ length: 400 }, () => random.normal());
    const resamples = resampleEvents(400, 400, stream('a'));

    const halves = resampledQuartiles({ values, starts: Int32Array.from({ length: 401 }, (_, e) => e) }, resamples);
    const { value: resolution, error } = measured(halves.map((q) => (q!.high - q!.low) / 2))!;

    const reference = resolutionWithError(values, stream('b'), 400);
    expect(resolution).toBeCloseTo(reference.value, 12);
    expect(error / reference.error).toBeGreaterThan(0.8);
    expect(error / reference.error).toBeLessThan(1.25);
  });

  it('refuses values of other events', () => {
    const resamples = resampleEvents(3, 2, stream('x'));

    expect(() => resampledQuartiles(eventValues([[1], [2]]), resamples)).toThrow(ShapeError);
    expect(() => resampledRatio([1], [1], resamples)).toThrow(ShapeError);
  });
});

describe('measured', () => {
  it('takes the first as value and the spread of the others as error', () => {
    expect(measured([5, 1, 3])).toEqual({ value: 5, error: Math.SQRT2 });
    expect(measured([5, 1, null, Infinity, 3])).toEqual({ value: 5, error: Math.SQRT2 });
    expect(measured([null, 1, 3])).toBeNull();
    expect(measured([5, 1])).toBeNull();
  });

  it('is exact where pairs cancel', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3 }), (replicas) => {
        expect(measured(paired(replicas, replicas, (a, b) => a / b))).toEqual({ value: 1, error: 0 });
      }),
    );
    expect(paired([1, null, 3], [2, 2, null], (a, b) => a + b)).toEqual([3, null, null]);
  });
});

describe('resampledRatio', () => {
  it('is a ratio of sums, not a mean of ratios', () => {
    const resamples = resampleEvents(2, 2, stream('ratio'));

    expect(resampledRatio([1, 0], [1, 3], resamples)[0]).toBe(0.25);
    expect(resampledRatio([0, 0], [0, 0], resamples)).toEqual([null, null, null]);
  });
});
