import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addForms,
  complementForm,
  floorForm,
  formStore,
  greatest,
  isLess,
  isNegative,
  least,
  notForm,
  sameForm,
  scaleForm,
  signedBits,
  signPlace,
  unsignedBits,
} from '../../../../src/verification/proof/index.ts';
import type { Form, FormStore } from '../../../../src/verification/proof/index.ts';
import { runs } from '../runs.ts';

interface Sum {
  readonly terms: readonly (readonly [lo: bigint, hi: bigint, weight: bigint])[];
  readonly constant: bigint;
}

const weights = fc
  .oneof(fc.bigInt({ min: -40n, max: 40n }), fc.constantFrom(-16n, -4n, 2n, 8n, 32n))
  .filter((w) => w !== 0n);
const terms = fc.array(fc.tuple(fc.bigInt({ min: -130n, max: -1n }), fc.bigInt({ min: 1n, max: 130n }), weights), {
  maxLength: 3,
});
const constants = fc.bigInt({ min: -600n, max: 600n });

/** Sums of which one term is odd and reaches beyond every place: no interval decides a floor of such a sum. */
const wideSums: fc.Arbitrary<Sum> = fc
  .tuple(terms, fc.constantFrom(-7n, -1n, 1n, 3n), constants)
  .map(([others, weight, constant]) => ({ terms: [[-(1n << 14n), 1n << 14n, weight], ...others], constant }));

/** Sums that begin with a positive weight, around 0. */
const smallSums: fc.Arbitrary<Sum> = fc
  .tuple(terms, fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 0n, max: 9n }))
  .map(([others, weight, constant]) => ({ terms: [[-10n, 10n, weight], ...others], constant }));

function build(store: FormStore, { terms, constant }: Sum): Form {
  return terms.reduce((sum, [lo, hi, weight], k) => {
    const input = store.ofAtom(store.atom({ kind: 'input', name: `x${k}` }, lo, hi));
    return addForms(store, sum, input, weight);
  }, store.constant(constant));
}

/** Fails with both spellings where two forms are not the same object. */
function expectSame(a: Form, b: Form): void {
  const spelling = (form: Form): unknown => [
    form.linear.atoms.map(({ id, meaning }, k) => `${form.linear.coefficients[k]}·${meaning.kind}#${id}`),
    form.constant,
  ];
  expect(spelling(a)).toEqual(spelling(b));
  expect(sameForm(a, b)).toBe(true);
}

describe('the normal form of floors', () => {
  it('joins a floor of a floor', () => {
    fc.assert(
      // One bit alone is cut off in two spellings, since 1 and −1 are one residue modulo 2.
      fc.property(wideSums, fc.constantFrom(0, 2, 3, 6), fc.constantFrom(0, 2, 3, 6), (sum, first, second) => {
        const store = formStore();
        const form = build(store, sum);
        expectSame(floorForm(store, floorForm(store, form, first), second), floorForm(store, form, first + second));
      }),
      { numRuns: runs(400) },
    );
  });

  it('moves what the power of two divides outside', () => {
    fc.assert(
      fc.property(
        wideSums,
        fc.nat(6),
        fc.bigInt({ min: -20n, max: 20n }),
        fc.bigInt({ min: -20n, max: 20n }),
        (sum, shift, weight, constant) => {
          const store = formStore();
          const form = build(store, sum);
          const other = store.ofAtom(store.atom({ kind: 'input', name: 'other' }, -5n, 9n));
          const whole = addForms(store, store.constant(constant), other, weight);
          const inside = floorForm(store, addForms(store, form, whole, 1n << BigInt(shift)), shift);
          const outside = addForms(store, floorForm(store, form, shift), whole);
          expectSame(inside, outside);
        },
      ),
      { numRuns: runs(400) },
    );
  });

  it('cancels a common power of two', () => {
    fc.assert(
      fc.property(wideSums, fc.nat(6), fc.nat(5), (sum, shift, zeros) => {
        const store = formStore();
        const form = build(store, sum);
        const scaled = scaleForm(store, form, 1n << BigInt(zeros));
        expectSame(floorForm(store, scaled, shift + zeros), floorForm(store, form, shift));
      }),
      { numRuns: runs(400) },
    );
  });

  it('gives a sum and its negative one floor: −⌊−x⌋ is a floor of x plus almost one unit', () => {
    fc.assert(
      fc.property(wideSums, fc.integer({ min: 1, max: 6 }), (sum, shift) => {
        const store = formStore();
        const form = build(store, sum);
        const negative = scaleForm(store, floorForm(store, scaleForm(store, form, -1n), shift), -1n);
        const almost = store.constant((1n << BigInt(shift)) - 1n);
        expectSame(negative, floorForm(store, addForms(store, form, almost), shift));
      }),
      { numRuns: runs(400) },
    );
  });

  it('sees one sign in a sum, its complement and its multiples', () => {
    fc.assert(
      fc.property(smallSums, fc.bigInt({ min: 1n, max: 12n }), (sum, factor) => {
        const store = formStore();
        const a = build(store, sum);
        const b = store.ofAtom(store.atom({ kind: 'input', name: 'other' }, -9n, 9n));
        expectSame(isNegative(store, complementForm(store, a)), notForm(store, isNegative(store, a)));
        expectSame(isNegative(store, scaleForm(store, a, factor)), isNegative(store, a));
        expectSame(isLess(store, scaleForm(store, a, factor), scaleForm(store, b, factor)), isLess(store, a, b));
      }),
      { numRuns: runs(400) },
    );
  });

  it('finds the sign itself where a multiple of it was asked for', () => {
    const store = formStore();
    const sign = store.ofAtom(store.atom({ kind: 'input', name: 'sign' }, -1n, 0n));
    for (const factor of [1n, 5n, 16n, 80n]) {
      expectSame(floorForm(store, scaleForm(store, sign, factor), 7), sign);
    }
  });

  it('makes the sign of every place from the sign place on', () => {
    fc.assert(
      fc.property(smallSums, fc.nat(4), (sum, above) => {
        const store = formStore();
        const form = build(store, sum);
        const place = signPlace(least(form), greatest(form)) + above;
        expectSame(floorForm(store, form, place), scaleForm(store, isNegative(store, form), -1n));
      }),
      { numRuns: runs(300) },
    );
  });

  it('joins bits that were cut to the number that they were', () => {
    fc.assert(
      fc.property(wideSums, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), (sum, widths) => {
        const store = formStore();
        const form = build(store, sum);
        let joined = store.constant(0n);
        let lsb = 0;
        for (const width of widths) {
          joined = addForms(store, joined, unsignedBits(store, form, lsb, width), 1n << BigInt(lsb));
          lsb += width;
        }
        expectSame(joined, unsignedBits(store, form, 0, lsb));
        const rest = Math.max(1, signPlace(least(form), greatest(form)) + 1 - lsb);
        expectSame(addForms(store, joined, signedBits(store, form, lsb, rest), 1n << BigInt(lsb)), form);
      }),
      { numRuns: runs(400) },
    );
  });
});
