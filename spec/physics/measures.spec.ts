import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../src/errors.ts';
import {
  chiSquareCumulative,
  deltaPhi,
  emptyParticles,
  histogram,
  histogramEdges,
  magnitude,
  missingMomentum,
  nearestNeighbours,
  resolution,
  resolutionRatio,
  resolutionWithError,
  rocCurve,
  wrapPhi,
} from '../../src/physics/index.ts';
import { stream } from '../../src/random/index.ts';

describe('angles', () => {
  it('wraps into [−π, π) without changing the direction', () => {
    fc.assert(
      fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (phi) => {
        const wrapped = wrapPhi(phi);

        expect(wrapped).toBeGreaterThanOrEqual(-Math.PI);
        expect(wrapped).toBeLessThan(Math.PI);
        expect(Math.cos(wrapped)).toBeCloseTo(Math.cos(phi), 10);
        expect(Math.sin(wrapped)).toBeCloseTo(Math.sin(phi), 10);
      }),
      { numRuns: 300 },
    );
    expect(deltaPhi(3.1, -3.1)).toBeCloseTo(6.2 - 2 * Math.PI, 12);
  });
});

describe('chiSquareCumulative', () => {
  // Quantiles of the χ² distribution with one degree of freedom (Abramowitz and Stegun, table 26.8).
  it.each([
    [-1, 0],
    [0, 0],
    [1, 0.6826894921370859],
    [3.841458820694124, 0.95],
    [6.634896601021213, 0.99],
    [10.827566170662733, 0.999],
    [200, 1],
  ])('F(%d) = %d', (x, expected) => {
    expect(chiSquareCumulative(x)).toBeCloseTo(expected, 12);
  });

  it('never exceeds 1, not even by rounding', () => {
    let most = 0;
    for (let x = 30; x < 100; x += 0.01) most = Math.max(most, chiSquareCumulative(x));
    expect(most).toBe(1);
  });
});

describe('nearestNeighbours', () => {
  it('equals sorting all pairs', () => {
    const place = fc.record({
      eta: fc.double({ min: -5, max: 5, noNaN: true }),
      phi: fc.double({ min: -3.14, max: 3.14, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (places, k) => {
        const eta = Float64Array.from(places, (p) => p.eta);
        const phi = Float64Array.from(places, (p) => p.phi);
        const table = nearestNeighbours(eta, phi, k);

        const d2 = (i: number, j: number): number => (eta[i]! - eta[j]!) ** 2 + deltaPhi(phi[i]!, phi[j]!) ** 2;
        for (let i = 0; i < places.length; i++) {
          const expected = [...places.keys()]
            .filter((j) => j !== i)
            .map((j) => d2(i, j))
            .toSorted((a, b) => a - b)
            .slice(0, k);
          const found = [...table.subarray(i * k, (i + 1) * k)];
          expect(found.slice(0, expected.length).map((j) => d2(i, j))).toEqual(expected);
          expect(found.slice(expected.length)).toEqual(Array.from({ length: k - expected.length }, () => i));
        }
      }),
      { numRuns: 80 },
    );
  });

  it('finds them around clusters, outliers and equal places, ties by index', () => {
    const source = stream('clusters');
    const eta = Float64Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 0.5 : 0.01 * source.normal(0, 1)));
    const phi = Float64Array.from({ length: 400 }, (_, i) =>
      i % 4 === 0 ? -Math.PI : 3.13 + 0.01 * source.normal(0, 1),
    );
    eta[7] = 300;
    eta[8] = -4;
    const k = 20;

    const table = nearestNeighbours(eta, phi, k);

    for (let i = 0; i < 400; i++) {
      const expected = [...eta.keys()]
        .filter((j) => j !== i)
        .map((j) => ({ j, d2: (eta[i]! - eta[j]!) ** 2 + deltaPhi(phi[i]!, phi[j]!) ** 2 }))
        .toSorted((a, b) => a.d2 - b.d2 || a.j - b.j)
        .slice(0, k);
      expect([...table.subarray(i * k, (i + 1) * k)]).toEqual(expected.map(({ j }) => j));
    }
  });

  it('rejects k = 0 and directions that are not finite', () => {
    expect(() => nearestNeighbours(new Float64Array(2), new Float64Array(2), 0)).toThrow(ValueError);
    expect(() => nearestNeighbours(Float64Array.of(0, Number.NaN), new Float64Array(2), 1)).toThrow(
      new ValueError('Point 1 of a neighbour search is (NaN, 0); both must be finite numbers.'),
    );
  });
});

describe('missingMomentum', () => {
  it('is minus the weighted vector sum', () => {
    const p = emptyParticles(2);
    p.pt.set([10, 4]);
    p.phi.set([0, Math.PI / 2]);

    const missing = missingMomentum(p, [1, 0.5]);

    expect(missing.x).toBeCloseTo(-10, 12);
    expect(missing.y).toBeCloseTo(-2, 12);
    expect(magnitude(missing)).toBeCloseTo(Math.sqrt(104), 12);
    expect(missingMomentum(emptyParticles(0))).toEqual({ x: 0, y: 0 });
    expect(() => missingMomentum(p, [1])).toThrow(
      new ShapeError('There are 1 weights for 2 particles; the numbers must be equal.'),
    );
  });
});

describe('histogram', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 3, noNaN: true })),
        fc.integer({ min: 1, max: 30 }),
        (values, bins) => {
          const h = histogram(values, bins, 0, 1);

          const inside = h.counts.reduce((a, b) => a + b, 0);
          expect(inside + h.underflow + h.overflow).toBe(values.length);
          expect(inside).toBe(values.filter((v) => v >= 0 && v <= 1).length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('puts edges into the bin above, but the last edge into the last bin', () => {
    const h = histogram([0, 0.25, 0.5, 1], 4, 0, 1);

    expect([...h.counts]).toEqual([1, 1, 1, 1]);
    expect([...histogramEdges(h)]).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('rejects bad bins and values', () => {
    expect(() => histogram([], 0, 0, 1)).toThrow('A histogram has 0 bins; it must be a whole number above 0.');
    expect(() => histogram([], 2, 1, 1)).toThrow('the lower edge must lie below the upper one');
    expect(() => histogram([Number.NaN], 2, 0, 1)).toThrow(
      'Value 0 of a histogram is NaN; it must be a finite number.',
    );
  });
});

describe('resolution', () => {
  it('is half the interquartile range: 0.6745 σ for a normal distribution', () => {
    const source = stream('normal');
    const values = Float64Array.from({ length: 20000 }, () => source.normal(3, 2));

    const { value, error } = resolutionWithError(values, stream('bootstrap'), 50);

    expect(resolution([0, 1, 2, 3, 4])).toBe(1);
    expect(value).toBe(resolution(values));
    expect(Math.abs(value - 2 * 0.674489750196)).toBeLessThan(4 * error);
    // Standard error of half the interquartile range of n normal values: 0.787 σ/√n.
    expect(error).toBeGreaterThan((0.5 * 0.787 * 2) / Math.sqrt(20000));
    expect(error).toBeLessThan((2 * 0.787 * 2) / Math.sqrt(20000));
  });

  it('has a paired ratio that is exactly 1 without error for equal samples', () => {
    const values = [1, 5, 2, 8, 3, 9];

    const equal = resolutionRatio(values, values, stream(1), 20);

    expect(equal).toEqual({ value: 1, error: 0 });
    expect(
      resolutionRatio(
        values.map((v) => 2 * v),
        values,
        stream(1),
        20,
      ).value,
    ).toBe(2);
  });

  it('rejects too few and non-finite values', () => {
    expect(() => resolution([1])).toThrow(new ValueError('A resolution is asked of 1 values; it needs at least 2.'));
    expect(() => resolution([1, Infinity])).toThrow('Value 1 of a resolution is Infinity; it must be a finite number.');
    expect(() => resolutionRatio([1, 2], [3, 3], stream(1))).toThrow('is 0; it must be above 0');
  });
});

describe('rocCurve', () => {
  it('has the area of the pair count, ties counted half', () => {
    const sample = fc.record({ score: fc.integer({ min: 0, max: 6 }), positive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 2, maxLength: 40 }), (samples) => {
        const positives = samples.filter((s) => s.positive);
        const negatives = samples.filter((s) => !s.positive);
        fc.pre(positives.length > 0 && negatives.length > 0);
        let pairs = 0;
        for (const p of positives)
          for (const n of negatives) pairs += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0;

        const curve = rocCurve(
          samples.map((s) => s.score),
          samples.map((s) => Number(s.positive)),
        );

        expect(curve.area).toBeCloseTo(pairs / (positives.length * negatives.length), 12);
        expect(curve.truePositiveRate.at(-1)).toBe(1);
        expect(curve.falsePositiveRate.at(-1)).toBe(1);
      }),
      { numRuns: 100 },
    );
  });

  it('rejects a sample of one class', () => {
    expect(() => rocCurve([1, 2], [1, 1])).toThrow(
      'A ROC curve has 2 positives and 0 negatives by weight; both must be above 0.',
    );
    expect(() => rocCurve([1, Number.NaN], [1, 0])).toThrow(
      'Score 1 of a ROC curve is NaN; it must be a finite number.',
    );
    expect(() => rocCurve([1], [1, 0])).toThrow(ShapeError);
  });
});
