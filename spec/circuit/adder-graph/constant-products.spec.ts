/** A constant matrix times vectors of wires. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdderOptimizer,
  circuitBuilder,
  constantProducts,
  formatOfType,
  optimizeAdders,
} from '../../../src/circuit/index.ts';
import { interpret } from '../../../src/emulation/index.ts';
import { ValueError } from '../../../src/errors.ts';
import { type FixedFormat, fixed, fractionBits, rawRange } from '../../../src/fixed/index.ts';
import { formats } from '../../../src/verification/arbitraries/index.ts';

const quick: AdderOptimizer = (kernel, inputs) => optimizeAdders(kernel, inputs, { effort: 0, extraDepth: 2 });

describe('constantProducts', () => {
  it('multiplies every row by the kernel, whatever the formats of its elements', () => {
    const weights = fc.array(fc.array(fc.bigInt({ min: -99n, max: 99n }), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 2,
    });
    const element = formats({ maxWidth: 9, minFraction: -4 });
    const cases = fc.record({
      kernel: weights,
      fraction: fc.integer({ min: -3, max: 8 }),
      rows: fc.array(fc.tuple(element, element), { minLength: 1, maxLength: 3 }),
      bias: fc.bigInt({ min: -500n, max: 500n }),
      at: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
    });
    fc.assert(
      fc.property(cases, ({ kernel, fraction, rows, bias, at }) => {
        const builder = circuitBuilder('rows');
        const flat: FixedFormat[] = rows.flat();
        const wires = builder.input('x', flat);
        const vectors = rows.map((_, r) => wires.slice(2 * r, 2 * r + 2));
        const constants = [{ raw: bias, fraction: 5 }, undefined, undefined];
        const sums = constantProducts(builder, vectors, kernel, fraction, constants, quick)!.flat();
        const types = sums.map((sum) => builder.typeOf(sum));
        builder.output('y', sums, types.map(formatOfType));
        const sample = flat.map((format, k) => {
          const { lo, hi } = rawRange(format);
          return lo + BigInt(Math.round(at[k]! * Number(hi - lo)));
        });

        const found = interpret(builder.build(), [sample])[0]!;

        const scaled = (raw: bigint, places: number): bigint => raw * 2n ** BigInt(60 - places);
        rows.forEach((row, r) => {
          for (let j = 0; j < 3; j++) {
            const products = row.map((format, i) =>
              scaled(sample[2 * r + i]! * kernel[i]![j]!, fractionBits(format) + fraction),
            );
            const sum = products.reduce((acc, product) => acc + product, j === 0 ? scaled(bias, 5) : 0n);
            expect(scaled(found[3 * r + j]!, types[3 * r + j]!.fraction)).toBe(sum);
          }
        });
      }),
      { numRuns: 100 },
    );
  });

  it('makes one graph for all rows', () => {
    let made = 0;
    const builder = circuitBuilder('rows');
    const wires = builder.input('x', [fixed(8, 8), fixed(4, 2), fixed(6, 1), fixed(8, 4)]);
    constantProducts(builder, [wires.slice(0, 2), wires.slice(2)], [[3n], [5n]], 0, [undefined], (kernel, inputs) => {
      made += 1;
      return quick(kernel, inputs);
    });

    expect(made).toBe(1);
  });

  it('declines numbers that are too large, and passes other errors on', () => {
    const builder = circuitBuilder('large');
    const [narrow, wide] = builder.input('x', [fixed(8, 8), fixed(60, 60)]);
    const multiply = (wire: number, weight: bigint, optimizer?: AdderOptimizer) =>
      constantProducts(builder, [[wire]], [[weight]], 0, [undefined], optimizer);

    expect(multiply(narrow!, 2n ** 52n - 1n)).toBeNull();
    expect(multiply(narrow!, 2n ** 60n)).toBeNull();
    expect(multiply(wide!, 3n)).toBeNull();
    expect(multiply(narrow!, 3n)).toHaveLength(1);
    expect(() =>
      multiply(narrow!, 3n, () => {
        throw new ValueError('No graph today.');
      }),
    ).toThrow(new ValueError('No graph today.'));
  });
});
