/** Division by a count against division of integers. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBuilder } from '../../src/circuit/index.ts';
import { divideTowardZero, exactQuotient } from '../../src/compile/division.ts';
import { interpret } from '../../src/emulation/index.ts';
import { cast, type FixedFormat, fixed, QUANTIZATIONS, ufixed } from '../../src/fixed/index.ts';

const inputFormat = fc
  .record({ signed: fc.boolean(), width: fc.integer({ min: 2, max: 40 }), integer: fc.integer({ min: -4, max: 44 }) })
  .map(({ signed, width, integer }) => (signed ? fixed(width, integer) : ufixed(width, integer)));

const dividend = inputFormat.chain((format) => {
  const span = 1n << BigInt(format.width);
  const lo = format.signed ? -span / 2n : 0n;
  return fc.record({ format: fc.constant(format), raw: fc.bigInt({ min: lo, max: lo + span - 1n }) });
});
const count = fc.integer({ min: 1, max: 1000 });

/** Run one divided wire; the result is read in `output`. */
const evaluate = (
  { format, raw }: { readonly format: FixedFormat; readonly raw: bigint },
  output: FixedFormat,
  divide: (builder: ReturnType<typeof circuitBuilder>, wire: number) => number,
): bigint => {
  const builder = circuitBuilder('division');
  const [wire] = builder.input('x', [format]);
  builder.output('y', [builder.cast(divide(builder, wire!), output)], [output]);
  return interpret(builder.build(), [[raw]])[0]![0]!;
};

describe('divideTowardZero', () => {
  it('is the quotient of raw integers, truncated toward zero', () => {
    fc.assert(
      fc.property(dividend, count, (x, n) => {
        const found = evaluate(x, x.format, (builder, wire) => divideTowardZero(builder, wire, n, x.format));
        expect(found).toBe(x.raw / BigInt(n));
      }),
      { numRuns: 300 },
    );
  });
});

describe('exactQuotient', () => {
  it('rounds once, as the exact quotient would, in every quantization mode', () => {
    const output = fc.record({ fraction: fc.integer({ min: -6, max: 24 }), mode: fc.constantFrom(...QUANTIZATIONS) });
    fc.assert(
      fc.property(dividend, count, output, (x, n, { fraction, mode }) => {
        const format = fixed(80, 80 - fraction, { quantization: mode });
        const found = evaluate(x, format, (builder, wire) => exactQuotient(builder, wire, n, fraction));
        // A sticky bit far below every tie carries all that the truncated quotient lacks.
        const digits = 128n;
        const quotient = (x.raw << digits) / BigInt(n);
        const sticky = quotient * BigInt(n) === x.raw << digits ? 0n : x.raw < 0n ? -1n : 1n;
        const own = x.format.width - x.format.integer;
        expect(found).toBe(cast(2n * quotient + sticky, own + Number(digits) + 1, format));
      }),
      { numRuns: 500 },
    );
  });
});
