import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addForms,
  floorForm,
  formStore,
  greatest,
  least,
  scaleForm,
  subtractForms,
  unsignedBits,
  withConstant,
} from '../../../../src/verification/proof/index.ts';
import type { Form, FormStore } from '../../../../src/verification/proof/index.ts';
import { linearRange } from '../../../../src/verification/proof/forms/linear-range.ts';
import { followSamples } from '../../../../src/verification/proof/samples.ts';
import { runs } from '../runs.ts';

interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** An input of some range and the values of forms for all of it. */
function bench(ranges: readonly Range[]) {
  const store = formStore();
  let count = 1;
  const columns = ranges.map(({ lo, hi }) => {
    const size = Number(hi - lo) + 1;
    const period = count;
    count *= size;
    return (k: number): bigint => lo + BigInt(Math.floor(k / period) % size);
  });
  const inputs = ranges.map(({ lo, hi }, k) => store.ofAtom(store.atom({ kind: 'input', name: `${k}` }, lo, hi)));
  const samples = followSamples(count, (name) => Array.from({ length: count }, (_, k) => columns[Number(name)]!(k)));
  const reached = (form: Form): Range => {
    const values = samples.seriesOf(form);
    return { lo: values.reduce((a, b) => (a < b ? a : b)), hi: values.reduce((a, b) => (a > b ? a : b)) };
  };
  return { store, inputs, reached };
}

const rangeOf = (form: Form): Range => ({ lo: least(form), hi: greatest(form) });

const weights = fc.oneof(
  fc.bigInt({ min: -6n, max: 6n }),
  fc.constantFrom(-64n, -16n, -8n, -4n, -2n, 1n, 2n, 4n, 8n, 16n, 64n),
);
const ranges = (size: number): fc.Arbitrary<Range> =>
  fc
    .record({ lo: fc.bigInt({ min: -40n, max: 20n }), size: fc.integer({ min: 2, max: size }) })
    .map(({ lo, size: many }) => ({
      lo,
      hi: lo + BigInt(many) - 1n,
    }));

/** A floor of the sum: of factor · sum + constant, shifted. */
const floors = fc.array(
  fc.record({
    weight: weights,
    factor: fc.constantFrom(1n, 1n, 1n, -1n, 2n, 3n, -6n),
    constant: fc.oneof(fc.constant(0n), fc.bigInt({ min: -70n, max: 70n })),
    shift: fc.integer({ min: 1, max: 6 }),
    /** Whether it is a floor of the sum so far, and not of the first. */
    isNested: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5, size: 'max' },
);

describe('the range of a weighted sum', () => {
  it('contains every value of floors of one sum at any places, constants and factors, nested or side by side', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(ranges(24), weights), { minLength: 1, maxLength: 2 }),
        fc.bigInt({ min: -30n, max: 30n }),
        floors,
        (terms, constant, parts) => {
          const { store, inputs, reached } = bench(terms.map(([range]) => range));
          let sum = store.constant(constant);
          terms.forEach(([, weight], k) => (sum = addForms(store, sum, inputs[k]!, weight)));
          let total = sum;
          for (const { weight, factor, constant: moved, shift, isNested } of parts) {
            const scaled = scaleForm(store, isNested ? total : sum, factor);
            const floor = floorForm(store, withConstant(scaled, scaled.constant + moved), shift);
            total = addForms(store, total, floor, weight);
            for (const form of [floor, total, subtractForms(store, total, sum)]) {
              const [range, values] = [rangeOf(form), reached(form)];
              expect(
                range.lo <= values.lo && range.hi >= values.hi,
                `${range.lo} to ${range.hi} for ${values.lo} to ${values.hi}`,
              ).toBe(true);
            }
          }
        },
      ),
      { numRuns: runs(600) },
    );
  });

  it('is never wider than that of atoms that know nothing of each other', () => {
    fc.assert(
      fc.property(ranges(30), floors, (range, parts) => {
        const { store, inputs } = bench([range]);
        let total = inputs[0]!;
        for (const { weight, constant, shift } of parts) {
          total = addForms(store, total, floorForm(store, withConstant(inputs[0]!, constant), shift), weight);
        }
        const { atoms, coefficients, lo, hi } = total.linear;
        const alone = atoms.map((atom, k) => linearRange([atom], [coefficients[k]!]));
        expect(lo >= alone.reduce((sum, part) => sum + part.lo, 0n)).toBe(true);
        expect(hi <= alone.reduce((sum, part) => sum + part.hi, 0n)).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });

  it('knows bits of a sum without common factor as numbers from 0 to 2^width − 1, wherever they are cut', () => {
    fc.assert(
      fc.property(ranges(60), ranges(9), fc.nat(5), fc.integer({ min: 1, max: 5 }), (first, second, lsb, width) => {
        const { store, inputs } = bench([first, second]);
        const bits = unsignedBits(store, addForms(store, inputs[0]!, inputs[1]!, 3n), lsb, width);
        expect(least(bits)).toBeGreaterThanOrEqual(0n);
        expect(greatest(bits)).toBeLessThan(1n << BigInt(width));
      }),
      { numRuns: runs(300) },
    );
  });

  it('takes floors with other constants for digits of one number only where no carry can come between', () => {
    const store: FormStore = formStore();
    const x = store.ofAtom(store.atom({ kind: 'input', name: 'x' }, 0n, 63n));
    const floor = (constant: bigint, shift: number): Form => floorForm(store, withConstant(x, constant), shift);
    // x >> 2 and (x + 4) >> 3 differ from x >> 2 and x >> 3 by a carry that needs the third bit alone.
    const carried = subtractForms(store, floor(4n, 3), floor(0n, 3));
    expect(rangeOf(carried).hi).toBeGreaterThanOrEqual(1n);
    const digit = subtractForms(store, floor(0n, 2), scaleForm(store, floor(0n, 3), 2n));
    expect(rangeOf(digit)).toEqual({ lo: 0n, hi: 1n });
    const other = subtractForms(store, floor(4n, 2), scaleForm(store, floor(4n, 3), 2n));
    expect(rangeOf(other)).toEqual({ lo: 0n, hi: 1n });
    const between = subtractForms(store, floor(1n, 2), scaleForm(store, floor(0n, 3), 2n));
    expect(rangeOf(between).hi).toBeGreaterThanOrEqual(2n);
  });
});
