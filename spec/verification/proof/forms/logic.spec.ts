import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addForms,
  andForms,
  complementForm,
  formStore,
  isZero,
  multiplyForms,
  notForm,
  orForms,
  sameForm,
  scaleForm,
  selectForm,
  tableForm,
  withConstant,
  xorForms,
} from '../../../../src/verification/proof/index.ts';
import type { Form } from '../../../../src/verification/proof/index.ts';
import { buildForms, formPrograms, problemOf } from '../random-forms.ts';
import { runs } from '../runs.ts';

const constants = fc.bigInt({ min: -40n, max: 40n });

function bench() {
  const store = formStore();
  const input = (name: string, lo: bigint, hi: bigint): Form =>
    store.ofAtom(store.atom({ kind: 'input', name }, lo, hi));
  return { store, bit: input('c', 0n, 1n), x: input('x', -8n, 7n), y: input('y', 0n, 30n) };
}

describe('logic on forms', () => {
  it('computes on constants', () => {
    fc.assert(
      fc.property(constants, constants, (p, q) => {
        const { store } = bench();
        const [a, b] = [store.constant(p), store.constant(q)];
        expect(andForms(store, a, b)).toEqual(store.constant(p & q));
        expect(orForms(store, a, b)).toEqual(store.constant(p | q));
        expect(xorForms(store, a, b)).toEqual(store.constant(p ^ q));
        expect(multiplyForms(store, a, b)).toEqual(store.constant(p * q));
        expect(isZero(store, a)).toEqual(store.constant(p === 0n ? 1n : 0n));
        expect(selectForm(store, store.constant(p & 1n), a, b)).toEqual((p & 1n) === 1n ? a : b);
      }),
      { numRuns: runs(200) },
    );
  });

  it('has one spelling of a choice, a test and an operation on bits', () => {
    const { store, bit, x, y } = bench();
    expect(sameForm(selectForm(store, notForm(store, bit), x, y), selectForm(store, bit, y, x))).toBe(true);
    expect(
      sameForm(
        selectForm(store, bit, addForms(store, x, y), withConstant(addForms(store, x, y), 5n)),
        addForms(store, withConstant(addForms(store, x, y), 5n), bit, -5n),
      ),
    ).toBe(true);
    expect(sameForm(isZero(store, scaleForm(store, x, -6n)), isZero(store, x))).toBe(true);
    expect(isZero(store, withConstant(scaleForm(store, x, 6n), 3n))).toEqual(store.constant(0n));
    for (const rule of [andForms, orForms, xorForms, multiplyForms]) {
      expect(sameForm(rule(store, x, y), rule(store, y, x))).toBe(true);
    }
    expect(sameForm(xorForms(store, complementForm(store, x), y), complementForm(store, xorForms(store, x, y)))).toBe(
      true,
    );
    expect(andForms(store, x, complementForm(store, x))).toEqual(store.constant(0n));
  });

  it('reads a table where its address can be, even if the interval of the address is wider than the table', () => {
    fc.assert(
      fc.property(
        formPrograms({ kinds: ['add', 'scale', 'floor', 'unsignedBits', 'select', 'constant'] }),
        (program) => {
          const { store, forms, samples } = buildForms(program);
          for (const { form, values, unreset } of forms) {
            // The table has an entry for every value that occurs, and no other.
            const lo = values.reduce((a, b) => (a < b ? a : b));
            const hi = values.reduce((a, b) => (a > b ? a : b));
            if (hi - lo > 300n) continue;
            const entries = Array.from({ length: Number(hi - lo) + 1 }, (_, k) => BigInt((k * 37) % 64) - 20n);
            const entry = (value: bigint): bigint => entries[Number(value - lo)]!;
            const table = { form: tableForm(store, form, lo, entries), values: values.map(entry), unreset };
            expect(problemOf(table, samples)).toBeUndefined();
          }
        },
      ),
      { numRuns: runs(150) },
    );
  });

  it('keeps to the entries of a table where the address seems to reach further', () => {
    const { store } = bench();
    const wide = store.ofAtom(store.atom({ kind: 'opaque', name: 'wide' }, -3n, 9n));
    const { atoms } = tableForm(store, wide, 0n, [5n, 6n, 7n, 8n]).linear;
    expect(atoms[0]).toMatchObject({ lo: 5n, hi: 8n, meaning: { table: { lo: 0n, values: [5n, 6n, 7n, 8n] } } });
  });
});
