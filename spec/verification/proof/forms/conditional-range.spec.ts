import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  floorForm,
  formStore,
  isBit,
  isLess,
  isNegative,
  notForm,
  scaleForm,
  withConstant,
} from '../../../../src/verification/proof/index.ts';
import type { Form } from '../../../../src/verification/proof/index.ts';
import { rangeWhere } from '../../../../src/verification/proof/forms/conditional-range.ts';
import { buildForms, formPrograms } from '../random-forms.ts';
import { runs } from '../runs.ts';

const programs = formPrograms({
  kinds: ['add', 'subtract', 'scale', 'scale', 'constant', 'constant', 'floor', 'floor', 'isNegative', 'select'],
  maxSize: 20,
  maxInputs: 2,
});

describe('the range of a form where a condition holds', () => {
  it('contains every value that the form has there', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { store, forms, samples } = buildForms(program);
        const recent = forms.slice(-5).map(({ form }) => form);
        const conditions: Form[] = [];
        for (const a of recent) {
          conditions.push(isNegative(store, a), notForm(store, isNegative(store, a)));
          for (const b of recent) conditions.push(isLess(store, a, b));
        }
        for (const condition of conditions.filter(isBit)) {
          const bits = samples.seriesOf(condition);
          for (const form of recent) {
            const series = samples.seriesOf(form);
            for (const holds of [true, false]) {
              const { lo, hi } = rangeWhere(form, condition, holds);
              const outside = series.find((value, k) => (bits[k] === 1n) === holds && (value < lo || value > hi));
              expect(outside).toBeUndefined();
            }
          }
        }
      }),
      { numRuns: runs(60) },
    );
  });

  it('knows on which side of a border a number, its multiples and its floors are', () => {
    const inputs = fc.tuple(fc.bigInt({ min: -40n, max: -4n }), fc.bigInt({ min: 4n, max: 40n }));
    fc.assert(
      fc.property(
        inputs,
        fc.bigInt({ min: -2n, max: 3n }),
        fc.bigInt({ min: 1n, max: 9n }),
        ([lo, hi], border, factor) => {
          const store = formStore();
          const x = store.ofAtom(store.atom({ kind: 'input', name: 'x' }, lo, hi));
          const below = isLess(store, x, store.constant(border));
          expect(rangeWhere(x, below, true)).toEqual({ lo, hi: border - 1n });
          expect(rangeWhere(x, below, false)).toEqual({ lo: border, hi });
          const negative = withConstant(scaleForm(store, x, -factor), 5n);
          expect(rangeWhere(negative, below, true)).toEqual({ lo: 5n - factor * (border - 1n), hi: 5n - factor * lo });
          const half = floorForm(store, x, 1);
          expect(rangeWhere(half, below, false)).toEqual({ lo: border >> 1n, hi: hi >> 1n });
        },
      ),
      { numRuns: runs(100) },
    );
  });
});
