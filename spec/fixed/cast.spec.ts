import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cast,
  convert,
  exactFormat,
  fixed,
  type FixedFormat,
  fractionBits,
  holdsRaw,
  type Overflow,
  overflowRaw,
  type Quantization,
  QUANTIZATIONS,
  quantizeRaw,
  rawRange,
  ufixed,
} from '../../src/fixed/index.ts';
import { properties } from '../../src/verification/arbitraries/index.ts';
import { formats, rawsOf, sources, values } from './arbitraries.ts';
import { equal, floor, minus, rational, rationalOf, times } from './rational.ts';

const NEAREST: readonly Quantization[] = ['AP_RND', 'AP_RND_ZERO', 'AP_RND_MIN_INF', 'AP_RND_INF', 'AP_RND_CONV'];

describe('quantizeRaw', () => {
  // Halves from −2.5 to 2.5, the table of UG1399.
  it.each<[Quantization, bigint[]]>([
    ['AP_TRN', [-3n, -2n, -2n, -1n, -1n, 0n, 0n, 1n, 1n, 2n, 2n]],
    ['AP_TRN_ZERO', [-2n, -2n, -1n, -1n, 0n, 0n, 0n, 1n, 1n, 2n, 2n]],
    ['AP_RND', [-2n, -2n, -1n, -1n, 0n, 0n, 1n, 1n, 2n, 2n, 3n]],
    ['AP_RND_ZERO', [-2n, -2n, -1n, -1n, 0n, 0n, 0n, 1n, 1n, 2n, 2n]],
    ['AP_RND_MIN_INF', [-3n, -2n, -2n, -1n, -1n, 0n, 0n, 1n, 1n, 2n, 2n]],
    ['AP_RND_INF', [-3n, -2n, -2n, -1n, -1n, 0n, 1n, 1n, 2n, 2n, 3n]],
    ['AP_RND_CONV', [-2n, -2n, -2n, -1n, 0n, 0n, 0n, 1n, 2n, 2n, 2n]],
  ])('%s rounds halves as documented', (mode, expected) => {
    const halves = [-5n, -4n, -3n, -2n, -1n, 0n, 1n, 2n, 3n, 4n, 5n];
    expect(halves.map((half) => quantizeRaw(half, 1, mode))).toEqual(expected);
  });

  it('is monotone and within one unit of the exact value in each mode', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...QUANTIZATIONS),
        fc.integer({ min: -5, max: 40 }),
        fc.bigInt({ min: -(2n ** 44n), max: 2n ** 44n }),
        fc.bigInt({ min: 0n, max: 2n ** 42n }),
        (mode, drop, a, step) => {
          const low = quantizeRaw(a, drop, mode);
          expect(low <= quantizeRaw(a + step, drop, mode)).toBe(true);
          const exact = floor(rational(a, drop));
          expect(low - exact === 0n || low - exact === 1n).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('rounds to nearest alike in all AP_RND modes except at ties', () => {
    fc.assert(
      fc.property(sources, fc.integer({ min: 1, max: 60 }), ({ raw }, drop) => {
        const results = new Set(NEAREST.map((mode) => quantizeRaw(raw, drop, mode)));
        const twice = times(rational(raw, drop), { n: 2n, d: 1n });
        const doubled = floor(twice);
        const isTie = equal(twice, { n: doubled, d: 1n }) && doubled % 2n !== 0n;
        if (!isTie) expect(results.size).toBe(1);
        for (const result of results) {
          const error = minus(rational(raw, drop), { n: result, d: 1n });
          const distance = error.n < 0n ? -error.n : error.n;
          expect(2n * distance <= error.d).toBe(true);
          if (isTie) expect(2n * distance).toBe(error.d);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('overflowRaw', () => {
  const four = (overflow: Overflow, saturationBits = 0): FixedFormat => fixed(4, 4, { overflow, saturationBits });
  const sweep = (format: FixedFormat, from: bigint, to: bigint): bigint[] =>
    Array.from({ length: Number(to - from) + 1 }, (_, k) => overflowRaw(from + BigInt(k), from + BigInt(k), format));

  it.each<[string, FixedFormat, bigint[]]>([
    ['AP_SAT', four('AP_SAT'), [-8n, -8n, -8n, -7n]],
    ['AP_SAT_ZERO', four('AP_SAT_ZERO'), [0n, 0n, -8n, -7n]],
    ['AP_SAT_SYM', four('AP_SAT_SYM'), [-7n, -7n, -7n, -7n]],
    ['AP_WRAP', four('AP_WRAP'), [6n, 7n, -8n, -7n]],
    ['AP_WRAP, N = 1', four('AP_WRAP', 1), [-2n, -1n, -8n, -7n]],
    ['AP_WRAP, N = 4', four('AP_WRAP', 4), [-8n, -8n, -8n, -7n]],
    ['AP_WRAP_SM', four('AP_WRAP_SM'), [-7n, -8n, -8n, -7n]],
  ])('%s below the range (−10 … −7 in 4 bits)', (_, format, expected) => {
    expect(sweep(format, -10n, -7n)).toEqual(expected);
  });

  it.each<[string, FixedFormat, bigint[]]>([
    ['AP_SAT', four('AP_SAT'), [7n, 7n, 7n]],
    ['AP_SAT_ZERO', four('AP_SAT_ZERO'), [7n, 0n, 0n]],
    ['AP_SAT_SYM', four('AP_SAT_SYM'), [7n, 7n, 7n]],
    ['AP_WRAP', four('AP_WRAP'), [7n, -8n, -7n]],
    ['AP_WRAP, N = 1', four('AP_WRAP', 1), [7n, 0n, 1n]],
    ['AP_WRAP, N = 4', four('AP_WRAP', 4), [7n, 7n, 7n]],
    ['AP_WRAP_SM', four('AP_WRAP_SM'), [7n, 7n, 6n]],
    ['AP_WRAP_SM, N = 1', four('AP_WRAP_SM', 1), [7n, 7n, 6n]],
    ['unsigned AP_WRAP, N = 2', ufixed(3, 3, { saturationBits: 2 }), [7n, 6n, 7n]],
  ])('%s above the range (7, 8, 9)', (_, format, expected) => {
    expect(sweep(format, 7n, 9n)).toEqual(expected);
  });

  it('sets the top N bits of an unsigned wrap on underflow too', () => {
    expect(overflowRaw(-1n, -1n, ufixed(4, 4, { saturationBits: 2 }))).toBe(15n);
    expect(overflowRaw(-4n, -4n, ufixed(4, 4, { saturationBits: 2 }))).toBe(12n);
  });

  it('looks at the unrounded value for AP_WRAP_SM', () => {
    // 7.75 rounds up to 8 = 1000: the deleted bit of floor(7.75) is 0 and differs from bit 3 of 8, so 8 inverts to 0111.
    const format = fixed(4, 4, { quantization: 'AP_RND', overflow: 'AP_WRAP_SM' });
    expect(cast(31n, 2, format)).toBe(7n);
    // −8.75 rounds to −9 = …10111 with deleted bit 1 either way: 0111 inverts to 1000.
    expect(cast(-35n, 2, format)).toBe(-8n);
    // 15.75 rounds to 16 = 10000; the deleted bit of floor 15 = 01111 is 0 and equals bit 3 of 16, so 0000 stays 0.
    expect(cast(63n, 2, format)).toBe(0n);
  });

  it('keeps −1 in a signed AP_SAT_SYM type of one bit', () => {
    const format = fixed(1, 1, { overflow: 'AP_SAT_SYM' });
    expect([-5n, -1n, 0n, 5n].map((raw) => overflowRaw(raw, raw, format))).toEqual([-1n, -1n, 0n, 0n]);
  });

  it('is congruent modulo 2^W for a plain wrap', () => {
    fc.assert(
      fc.property(sources, formats(100), ({ raw }, { signed, width: bits }) => {
        const format = exactFormat(signed, bits, bits);
        const result = overflowRaw(raw, raw, format);
        expect((result - raw) % 2n ** BigInt(bits)).toBe(0n);
        expect(holdsRaw(format, result)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('cast', () => {
  it('always gives a code of the target', () => {
    fc.assert(
      fc.property(formats(), sources, (format, value) => properties.castStaysInFormat(format, value)),
      { numRuns: 1000 },
    );
  });

  it('is idempotent in every mode', () => {
    // The wrap modes and AP_SAT may give any code; AP_SAT_SYM gives only symmetric ones. All stay as they are.
    fc.assert(
      fc.property(formats(), sources, (format, value) => properties.castIsIdempotent(format, value)),
      { numRuns: 1000 },
    );
  });

  it('keeps the order of values wherever it saturates or fits', () => {
    fc.assert(
      fc.property(formats(60), sources, sources, (format, a, b) => properties.castIsMonotone(format, a, b)),
      { numRuns: 1000 },
    );
  });

  it('rounds what fits to a neighbour, and to the nearest in the AP_RND modes', () => {
    fc.assert(
      fc.property(formats(), sources, (format, value) => properties.castRoundsToNeighbour(format, value)),
      { numRuns: 1000 },
    );
  });

  it('is the identity into a format that holds the source', () => {
    const wider = fc
      .tuple(values(200), fc.nat(9), fc.nat(9), formats(20))
      .map(([value, above, below, { quantization, overflow, saturationBits }]) => {
        const { width, integer } = value.format;
        const integerBits = integer + above + 1;
        const bits = integerBits + (width - integer) + below;
        const n = Math.min(saturationBits, bits);
        return { value, format: fixed(bits, integerBits, { quantization, overflow, saturationBits: n }) };
      });
    fc.assert(
      fc.property(wider, ({ value, format }) => {
        expect(equal(rationalOf(convert(value, format)), rationalOf(value))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('saturates to the nearer end, and only out of range', () => {
    fc.assert(
      fc.property(sources, formats(60), ({ raw, fraction }, format) => {
        const target: FixedFormat = { ...format, overflow: 'AP_SAT' };
        const { lo, hi } = rawRange(target);
        const rounded = quantizeRaw(raw, fraction - fractionBits(target), target.quantization);
        const expected = rounded < lo ? lo : rounded > hi ? hi : rounded;
        expect(cast(raw, fraction, target)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('decides overflow on the rounded value', () => {
    expect(cast(31n, 2, fixed(4, 4, { quantization: 'AP_RND', overflow: 'AP_SAT_ZERO' }))).toBe(0n);
    expect(cast(31n, 2, fixed(4, 4, { quantization: 'AP_TRN', overflow: 'AP_SAT_ZERO' }))).toBe(7n);
  });
});

describe('convert', () => {
  it('copies between identical types, even a code that AP_SAT_SYM would not give', () => {
    const format = fixed(4, 2, { overflow: 'AP_SAT_SYM' });
    expect(convert({ format, raw: -8n }, format).raw).toBe(-8n);
    expect(cast(-8n, 2, format)).toBe(-7n);
  });

  it('keeps the raw code under its own format if symmetric codes are not at stake', () => {
    fc.assert(
      fc.property(
        formats().chain((format) => rawsOf(format).map((raw) => ({ format, raw }))),
        ({ format, raw }) => {
          fc.pre(format.overflow !== 'AP_SAT_SYM');
          expect(cast(raw, fractionBits(format), format)).toBe(raw);
        },
      ),
      { numRuns: 300 },
    );
  });
});
