import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitLength, castType, resultType, widthOf } from '../../src/circuit/index.ts';
import type { DerivedOp, WireType } from '../../src/circuit/index.ts';
import { OVERFLOWS, QUANTIZATIONS, cast } from '../../src/fixed/index.ts';
import type { FixedFormat } from '../../src/fixed/index.ts';
import { circuitCases, properties } from '../../src/verification/arbitraries/index.ts';

const smallType = fc
  .record({
    a: fc.integer({ min: -20, max: 20 }),
    b: fc.integer({ min: -20, max: 20 }),
    f: fc.integer({ min: -2, max: 2 }),
  })
  .map(({ a, b, f }): WireType => ({ lo: BigInt(Math.min(a, b)), hi: BigInt(Math.max(a, b)), fraction: f }));

function codes({ lo, hi }: { lo: bigint; hi: bigint }): bigint[] {
  return Array.from({ length: Number(hi - lo) + 1 }, (_, k) => lo + BigInt(k));
}

/** The hull of f over all pairs of codes. */
function exhaustive(a: WireType, b: WireType, f: (x: bigint, y: bigint) => bigint): { lo: bigint; hi: bigint } {
  const all = codes(a).flatMap((x) => codes(b).map((y) => f(x, y)));
  return all.reduce((hull, x) => ({ lo: x < hull.lo ? x : hull.lo, hi: x > hull.hi ? x : hull.hi }), {
    lo: all[0]!,
    hi: all[0]!,
  });
}

function typed(op: DerivedOp, ...operands: WireType[]): WireType {
  return resultType(op, (wire) => operands[wire]!, []);
}

describe('interval rules', () => {
  it('hold every value of random circuits', () => {
    fc.assert(
      fc.property(circuitCases({ maxWidth: 60, maxSteps: 30 }), ({ circuit, samples }) => {
        properties.intervalsHoldValues(circuit, samples);
      }),
      { numRuns: 300 },
    );
  });

  it('are exhaustively tight for add, subtract and multiply', () => {
    fc.assert(
      fc.property(smallType, smallType, fc.integer({ min: -2, max: 2 }), (a, b, shift) => {
        const fraction = Math.max(a.fraction, b.fraction - shift);
        const x = (raw: bigint): bigint => raw << BigInt(fraction - a.fraction);
        const y = (raw: bigint): bigint => raw << BigInt(fraction - (b.fraction - shift));
        expect(typed({ kind: 'add', a: 0, b: 1, shift, subtract: false }, a, b)).toEqual({
          ...exhaustive(a, b, (p, q) => x(p) + y(q)),
          fraction,
        });
        expect(typed({ kind: 'add', a: 0, b: 1, shift, subtract: true }, a, b)).toEqual({
          ...exhaustive(a, b, (p, q) => x(p) - y(q)),
          fraction,
        });
        expect(typed({ kind: 'multiply', a: 0, b: 1 }, a, b)).toEqual({
          ...exhaustive(a, b, (p, q) => p * q),
          fraction: a.fraction + b.fraction,
        });
        expect(typed({ kind: 'multiply', a: 0, b: 0 }, a)).toEqual({
          ...exhaustive(a, { lo: 0n, hi: 0n, fraction: 0 }, (p) => p * p),
          fraction: 2 * a.fraction,
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are exhaustively tight for and, or and xor', () => {
    fc.assert(
      fc.property(smallType, smallType, (first, second) => {
        const a = { ...first, fraction: 0 };
        const b = { ...second, fraction: 0 };
        const operations = {
          and: (p: bigint, q: bigint) => p & q,
          or: (p: bigint, q: bigint) => p | q,
          xor: (p: bigint, q: bigint) => p ^ q,
        };
        for (const operation of ['and', 'or', 'xor'] as const) {
          expect(typed({ kind: 'bitwise', operation, a: 0, b: 1 }, a, b), operation).toEqual({
            ...exhaustive(a, b, operations[operation]),
            fraction: 0,
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are exhaustively tight for casts in every mode', () => {
    const widths = fc.integer({ min: 1, max: 6 });
    const anyType = fc
      .record({
        a: fc.integer({ min: -90, max: 90 }),
        b: fc.integer({ min: -90, max: 90 }),
        f: fc.integer({ min: -2, max: 4 }),
      })
      .map(({ a, b, f }): WireType => ({ lo: BigInt(Math.min(a, b)), hi: BigInt(Math.max(a, b)), fraction: f }));
    fc.assert(
      fc.property(
        anyType,
        widths,
        fc.integer({ min: -2, max: 4 }),
        fc.nat({ max: 5 }),
        fc.boolean(),
        (type, width, fraction, n, signed) => {
          for (const quantization of QUANTIZATIONS) {
            for (const overflow of OVERFLOWS) {
              if (overflow === 'AP_WRAP_SM' && !signed) continue;
              const format: FixedFormat = {
                signed,
                width,
                integer: width - fraction,
                quantization,
                overflow,
                saturationBits: Math.min(n, width),
              };
              const reached = codes(type).map((raw) => cast(raw, type.fraction, format));
              const hull = reached.reduce((h, x) => ({ lo: x < h.lo ? x : h.lo, hi: x > h.hi ? x : h.hi }), {
                lo: reached[0]!,
                hi: reached[0]!,
              });
              expect(castType(type, format), JSON.stringify({ ...format })).toEqual({ ...hull, fraction });
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('widths', () => {
  it('count bits like the binary text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1n << 130n }), (value) => {
        expect(bitLength(value)).toBe(value.toString(2).length);
      }),
    );
    expect(bitLength(0n)).toBe(0);
  });

  it.each([
    [-8n, 7n, 4],
    [-8n, 8n, 5],
    [-9n, 0n, 5],
    [-1n, -1n, 1],
    [0n, 0n, 1],
    [0n, 255n, 8],
    [0n, 256n, 9],
  ])('of %s…%s are %s bits', (lo, hi, width) => {
    expect(widthOf({ lo, hi, fraction: 3 })).toBe(width);
  });
});
