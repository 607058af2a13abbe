import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideEqual } from '../../../src/verification/proof/equality.ts';
import type { Decision } from '../../../src/verification/proof/equality.ts';
import { evaluateExpressions } from '../../../src/verification/proof/evaluate-expression.ts';
import { expressionWriter } from '../../../src/verification/proof/expression.ts';
import {
  addForms,
  formStore,
  floorForm,
  isNegative,
  scaleForm,
  selectForm,
  sameForm,
  tableForm,
  withConstant,
} from '../../../src/verification/proof/index.ts';
import type { Form, FormStore } from '../../../src/verification/proof/index.ts';
import { buildForms, editedPrograms, FORM_KINDS, formPrograms } from './random-forms.ts';
import { runs } from './runs.ts';

const both = { enumeratedCodes: 1 << 16, conflicts: 2000, searchedBits: 160 };
const methods = {
  'by enumeration or satisfiability': both,
  'by satisfiability alone': { ...both, enumeratedCodes: 0 },
};

/** Whether the forms really differ where a decision says so. */
function doDiffer(
  store: FormStore,
  a: Form,
  b: Form,
  width: number,
  { variables, values }: Extract<Decision, { result: 'differ' }>,
): boolean {
  const write = expressionWriter(store, variables);
  const [x, y] = evaluateExpressions([write(a)!, write(b)!], values);
  return BigInt.asUintN(width, x! - y!) !== 0n;
}

const kinds = FORM_KINDS.filter((kind) => kind !== 'withoutReset');
const choice = { kinds, maxInputs: 2, maxSteps: 8, maxSize: 4 };
const pairs = formPrograms(choice).chain((program) => fc.tuple(fc.constant(program), editedPrograms(program, choice)));

describe('decideEqual', () => {
  it.each(Object.entries(methods))(
    'says equal only of forms that are, and finds values where they differ: %s',
    (_, bounds) => {
      const counts = { equal: 0, differ: 0, open: 0, alike: 0 };
      fc.assert(
        fc.property(pairs, fc.integer({ min: 1, max: 3 }), ([program, edited], bits) => {
          const first = buildForms(program);
          const second = buildForms(edited, first.store);
          for (const [at, { form: a, values }] of first.forms.slice(-4).entries()) {
            // The form that the edit made of it, in full; and the last of all, in few bits, where chance makes equals.
            const others = [
              ...second.forms
                .slice(-4)
                .slice(at, at + 1)
                .map((form) => [form, 40] as const),
              [second.forms.at(-1)!, bits] as const,
            ];
            for (const [other, width] of others) {
              if (sameForm(a, other.form)) continue;
              const isEqual = values.every((value, k) => BigInt.asUintN(width, value - other.values[k]!) === 0n);
              const decision = decideEqual(first.store, a, other.form, width, bounds);
              counts[decision.result]++;
              if (decision.result === 'equal') expect(isEqual).toBe(true);
              if (isEqual) counts.alike++;
              if (decision.result !== 'differ') continue;
              expect(doDiffer(first.store, a, other.form, width, decision)).toBe(true);
              const isOfInputs = decision.variables.every(
                ({ atoms }) => atoms.length === 1 && atoms[0]!.meaning.kind === 'input',
              );
              if (isOfInputs) expect(isEqual).toBe(false);
            }
          }
        }),
        { numRuns: runs(250) },
      );
      // The law says nothing unless there is something to decide.
      expect(counts.alike).toBeGreaterThan(runs(30));
      expect(counts.equal).toBeGreaterThan(runs(10));
      expect(counts.differ).toBeGreaterThan(runs(50));
    },
  );

  it('takes variables of great magnitude and few values for what they are', () => {
    const store = formStore();
    const x = store.ofAtom(store.atom({ kind: 'input', name: 'x' }, 0n, 7n));
    const far = tableForm(
      store,
      x,
      0n,
      Array.from({ length: 8 }, (_, k) => (1n << 60n) + BigInt(k) + 1n),
    );
    // The same but for one of the values, which a double does not hold.
    const sign = isNegative(store, withConstant(scaleForm(store, far, -1n), (1n << 60n) + 5n));
    const odd = addForms(
      store,
      floorForm(store, far, 1),
      selectForm(store, sign, store.constant(1n), store.constant(0n)),
    );
    const other = floorForm(store, far, 1);
    expect(decideEqual(store, odd, other, 40, both).result).not.toBe('equal');
  });
});
