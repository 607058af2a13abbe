import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, ValueError } from '../../src/errors.ts';
import { restoreStream, stream, type RandomStream } from '../../src/random/index.ts';

const name = fc.string({ maxLength: 8 });
const draws = (s: RandomStream, count = 8): number[] => Array.from({ length: count }, () => s.uniform());

/** One draw of each kind, by number: what a random programme of draws is made of. */
const kinds: readonly ((s: RandomStream) => unknown)[] = [
  (s) => s.uniform(-2, 3),
  (s) => s.normal(),
  (s) => s.exponential(2),
  (s) => s.poisson(3),
  (s) => s.poisson(140),
  (s) => s.integer(-5, 12),
  (s) => s.choice(['a', 'b', 'c']),
  (s) => [...s.permutation(5)],
];
const programme = fc.array(fc.nat({ max: kinds.length - 1 }), { maxLength: 20 });
const run = (s: RandomStream, steps: readonly number[]): unknown[] => steps.map((step) => kinds[step]!(s));

describe('streams', () => {
  it('give the same numbers for the same path and others for another', () => {
    fc.assert(
      fc.property(name, fc.array(name, { maxLength: 3 }), name, (seed, path, other) => {
        expect(draws(stream(seed, ...path))).toEqual(draws(stream(seed, ...path)));
        expect(draws(stream(seed, ...path, other))).not.toEqual(draws(stream(seed, ...path)));
      }),
      { numRuns: 50 },
    );
  });

  it('keep names apart that look alike when joined', () => {
    const paths = [['ab'], ['a', 'b'], ['a,b'], ['a","b'], ['a', '', 'b']];
    const first = paths.map((path) => stream('seed', ...path).uniform());
    expect(new Set(first).size).toBe(paths.length);
  });

  it('take a number and its text as one seed', () => {
    expect(draws(stream(7))).toEqual(draws(stream('7')));
  });

  it('split without disturbing the parent, whatever either has drawn', () => {
    fc.assert(
      fc.property(programme, programme, name, (before, after, child) => {
        const parent = stream('p');
        const undisturbed = stream('p');
        run(parent, before);
        run(undisturbed, before);
        const split = parent.split(child);
        run(split, before);
        expect(run(parent, after)).toEqual(run(undisturbed, after));
        expect(draws(parent.split(child))).toEqual(draws(stream('p', child)));
      }),
      { numRuns: 50 },
    );
  });

  it('continue from a saved state with the same bits, through JSON and in the middle of a normal pair', () => {
    fc.assert(
      fc.property(programme, programme, (before, after) => {
        const original = stream('s', 'saved');
        run(original, before);
        const restored = restoreStream(JSON.parse(JSON.stringify(original.state())));
        expect(run(restored, after)).toEqual(run(original, after));
        expect(draws(restored.split('child'))).toEqual(draws(original.split('child')));
      }),
      { numRuns: 50 },
    );
  });

  it('leave a saved state alone when the stream moves on', () => {
    const original = stream(1);
    const state = original.state();
    const expected = draws(original);
    expect(draws(restoreStream(state))).toEqual(expected);
    expect(draws(restoreStream(state))).toEqual(expected);
  });

  it.each([
    [null],
    [{}],
    [{ path: [], generator: {}, spare: null }],
    [{ path: ['a'], generator: { X: [1], i: 0, w: 0 }, spare: null }],
  ])('refuse %j as a state', (state) => {
    expect(() => restoreStream(state)).toThrow(FormatError);
  });
});

/** Mean and variance of many draws. */
function moments(draw: () => number, count = 40_000): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i += 1) {
    const x = draw();
    sum += x;
    squares += x * x;
  }
  return { mean: sum / count, variance: squares / count - (sum / count) ** 2 };
}

describe('distributions', () => {
  // Bounds are five standard errors of the moments of 40,000 draws.
  it('normal has its mean and variance', () => {
    const s = stream('normal');
    const { mean, variance } = moments(() => s.normal(3, 2));
    expect(Math.abs(mean - 3)).toBeLessThan(0.05);
    expect(Math.abs(variance - 4)).toBeLessThan(0.15);
  });

  it('normal has the tails of a normal', () => {
    const s = stream('tails');
    const counts = [1, 2, 3].map(() => 0);
    for (let i = 0; i < 40_000; i += 1) {
      const x = Math.abs(s.normal());
      [1, 2, 3].forEach((limit, k) => (counts[k]! += x > limit ? 1 : 0));
    }
    [0.3173, 0.0455, 0.0027].forEach((p, k) => {
      expect(Math.abs(counts[k]! / 40_000 - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / 40_000));
    });
  });

  it('exponential has its mean and variance', () => {
    const s = stream('exponential');
    const { mean, variance } = moments(() => s.exponential(0.5));
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0125);
    expect(Math.abs(variance - 0.25)).toBeLessThan(0.02);
  });

  it.each([0.1, 3, 9.99, 10, 11, 37, 140, 1000])('Poisson of mean %d has its mean and variance', (mu) => {
    const s = stream('poisson', String(mu));
    const { mean, variance } = moments(() => s.poisson(mu));
    expect(Math.abs(mean - mu)).toBeLessThan(5 * Math.sqrt(mu / 40_000));
    expect(Math.abs(variance / mu - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / mu) / 40_000));
  });

  it.each([4, 12, 60])('Poisson of mean %d has the probabilities of a Poisson', (mu) => {
    const s = stream('poisson', 'shape', String(mu));
    const count = 40_000;
    const seen = new Map<number, number>();
    for (let i = 0; i < count; i += 1) {
      const k = s.poisson(mu);
      seen.set(k, (seen.get(k) ?? 0) + 1);
    }
    let chi = 0;
    let bins = 0;
    let p = Math.exp(-mu);
    for (let k = 0; k < 3 * mu + 20; k += 1) {
      if (p * count > 20) {
        chi += ((seen.get(k) ?? 0) - p * count) ** 2 / (p * count);
        bins += 1;
      }
      p *= mu / (k + 1);
    }
    expect(chi).toBeLessThan(bins + 5 * Math.sqrt(2 * bins));
  });

  it('Poisson of mean 0 is 0', () => {
    expect(stream(1).poisson(0)).toBe(0);
  });

  it('uniform and integer stay in their half-open ranges', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
        fc.double({ noNaN: true, min: 0, max: 1e-3 }),
        (lo, width) => {
          const x = stream(String(lo)).uniform(lo, lo + width);
          expect(x >= lo && (x < lo + width || lo + width === lo)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 45 }), (lo, span) => {
        const x = stream(String(lo), String(span)).integer(lo, lo + span);
        expect(Number.isInteger(x) && x >= lo && x < lo + span).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('integer gives every value equally often', () => {
    const s = stream('die');
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 30_000; i += 1) counts[s.integer(1, 7) - 1]! += 1;
    for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(5 * Math.sqrt(30_000 * (5 / 36)));
  });

  it('permutation holds every index once, and every order of three comes up equally often', () => {
    expect([...stream(2).permutation(100)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const s = stream('orders');
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i += 1) {
      const key = s.permutation(3).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(12_000 * (5 / 36)));
  });

  it('choice takes of the list', () => {
    const s = stream(3);
    expect(new Set(Array.from({ length: 60 }, () => s.choice(['a', 'b'])))).toEqual(new Set(['a', 'b']));
  });

  it('refuses arguments out of range with their values', () => {
    const s = stream(0);
    expect(() => s.uniform(2, 1)).toThrow('uniform needs finite bounds with lo <= hi, but got lo = 2, hi = 1.');
    expect(() => s.normal(0, -1)).toThrow(ValueError);
    expect(() => s.exponential(Number.NaN)).toThrow(ValueError);
    expect(() => s.poisson(-1)).toThrow('poisson needs a mean between 0 and 2^40 inclusive, but got -1.');
    expect(() => s.integer(3, 3)).toThrow(ValueError);
    expect(() => s.choice([])).toThrow(ValueError);
    expect(() => s.permutation(1.5)).toThrow(ValueError);
  });
});
