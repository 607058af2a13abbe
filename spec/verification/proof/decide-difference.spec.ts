/** Differences taken apart: sums of rounded products that are spelled in different ways. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideDifference } from '../../../src/verification/proof/decide-difference.ts';
import { DEFAULT_BOUNDS } from '../../../src/verification/proof/equality.ts';
import {
  addForms,
  floorForm,
  type Form,
  formStore,
  scaleForm,
  withConstant,
} from '../../../src/verification/proof/forms/index.ts';
import { drawInputs, followSamples } from '../../../src/verification/proof/samples.ts';

const setup = () => {
  const store = formStore();
  const samples = followSamples(48, drawInputs(48, 'spec'));
  const inputs = [0, 1, 2].map((k) => store.ofAtom(store.atom({ kind: 'input', name: `x[${k}]` }, -200n, 200n)));
  return { store, samples, inputs };
};

describe('differences in parts', () => {
  it('are closed where each part is: floor(x / 2) + floor((x + 1) / 2) = x, for several x at once', () => {
    const { store, samples, inputs } = setup();
    const halves = (x: Form): Form =>
      addForms(store, floorForm(store, scaleForm(store, x, 5n), 3), floorForm(store, scaleForm(store, x, 3n), 3));
    const rest = (x: Form): Form => floorForm(store, withConstant(scaleForm(store, x, 3n), 7n), 3);
    // 8x = 5x + 3x, and floor(5x/8) = x − ceil(3x/8).
    const left = inputs
      .map((x) => floorForm(store, scaleForm(store, x, 5n), 3))
      .reduce((p, q) => addForms(store, p, q));
    const right = inputs.map((x) => addForms(store, x, rest(x), -1n)).reduce((p, q) => addForms(store, p, q));

    expect(decideDifference(store, samples, left, right, 16, DEFAULT_BOUNDS)).toMatchObject({ result: 'equal' });
    expect(
      decideDifference(store, samples, left, withConstant(right, right.constant + 1n), 16, DEFAULT_BOUNDS).result,
    ).not.toBe('equal');
    expect(decideDifference(store, samples, halves(inputs[0]!), inputs[0]!, 16, DEFAULT_BOUNDS).result).not.toBe(
      'equal',
    );
  });

  it('are never closed where the values differ', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 9 })),
          {
            minLength: 3,
            maxLength: 3,
          },
        ),
        fc.integer({ min: -3, max: 3 }),
        (terms, offset) => {
          const { store, samples, inputs } = setup();
          const left = terms
            .map(([c, shift, d], k) =>
              floorForm(store, withConstant(scaleForm(store, inputs[k]!, BigInt(c)), BigInt(d)), shift),
            )
            .reduce((p, q) => addForms(store, p, q));
          const right = terms
            .map(([c, shift, d], k) =>
              scaleForm(
                store,
                floorForm(
                  store,
                  withConstant(scaleForm(store, inputs[k]!, BigInt(-c)), (1n << BigInt(shift)) - 1n - BigInt(d)),
                  shift,
                ),
                -1n,
              ),
            )
            .reduce((p, q) => addForms(store, p, q));
          const moved = withConstant(right, right.constant + BigInt(offset));

          const decision = decideDifference(store, samples, left, moved, 12, DEFAULT_BOUNDS);

          expect(decision.result === 'equal').toBe(offset === 0);
        },
      ),
      { numRuns: 40 },
    );
  });
});
