/** Ranges that end just beyond a power of two: narrowed where that is right, and only there. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addForms,
  floorForm,
  type Form,
  formStore,
  greatest,
  least,
  scaleForm,
  withConstant,
} from '../../../../src/verification/proof/forms/index.ts';

describe('divided ranges', () => {
  it('contain every value of sums of floors, and never end beyond what they could', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 9 }),
            fc.integer({ min: 0, max: 9 }),
            fc.integer({ min: 0, max: 15 }),
            fc.integer({ min: 1, max: 4 }),
          ),
          { minLength: 2, maxLength: 3 },
        ),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
        (floors, p, q) => {
          const store = formStore();
          const [a, b] = ['a', 'b'].map((name) => store.ofAtom(store.atom({ kind: 'input', name }, 0n, 20n))) as [
            Form,
            Form,
          ];
          const linear = (x: Form, m: number, y: Form, n: number): Form =>
            addForms(store, scaleForm(store, x, BigInt(m)), y, BigInt(n));
          const form = floors.reduce(
            (sum, [m, n, c, shift]) =>
              addForms(store, sum, floorForm(store, withConstant(linear(a, m, b, n), BigInt(c)), shift), -1n),
            linear(a, p, b, q),
          );

          for (let x = 0; x <= 20; x++) {
            for (let y = 0; y <= 20; y++) {
              const value = floors.reduce(
                (sum, [m, n, c, shift]) => sum - Math.floor((m * x + n * y + c) / 2 ** shift),
                p * x + q * y,
              );
              expect(BigInt(value) >= least(form) && BigInt(value) <= greatest(form)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('show that remainders at their worst do not come together', () => {
    const store = formStore();
    const [x, y] = ['x', 'y'].map((name) => store.ofAtom(store.atom({ kind: 'input', name }, 0n, 65_535n))) as [
      Form,
      Form,
    ];
    const first = floorForm(store, withConstant(scaleForm(store, y, 11n), 31n), 5);
    const second = floorForm(store, withConstant(addForms(store, scaleForm(store, x, 32n), y, 21n), 32n), 6);

    const form = addForms(store, addForms(store, addForms(store, x, y), first, -1n), second, -1n);

    // x + y − ceil(11y / 32) − floor((32x + 21y + 32) / 64): each remainder alone could make it −1.
    expect(least(form)).toBe(0n);
  });
});
