import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absolute, evaluateColumns } from '../../../src/verification/proof/evaluate-columns.ts';
import { evaluateExpressions } from '../../../src/verification/proof/evaluate-expression.ts';
import { expressionWords } from '../../../src/verification/proof/expression-words.ts';
import { expressionWriter } from '../../../src/verification/proof/expression.ts';
import type { Expression } from '../../../src/verification/proof/expression.ts';
import { isConstant, signPlace } from '../../../src/verification/proof/index.ts';
import type { Linear } from '../../../src/verification/proof/index.ts';
import { andGraph, evaluateAll, inputWord } from '../../../src/verification/proof/satisfiability/index.ts';
import type { Literal } from '../../../src/verification/proof/satisfiability/index.ts';
import { atomsWithin, buildForms, formPrograms } from './random-forms.ts';
import type { FormProgram, RandomForms } from './random-forms.ts';
import { runs } from './runs.ts';

/** A form as an expression over cuts, with the values of the cuts in each cycle. */
interface Cut {
  readonly expression: Expression;
  readonly variables: readonly Linear[];
  readonly assignments: readonly (readonly bigint[])[];
  readonly values: readonly bigint[];
}

/** Cut every form at sums of earlier forms, at atoms below it, and at the inputs. */
function cutsOf({ store, forms, samples, count }: RandomForms, picks: readonly number[]): readonly Cut[] {
  const cuts: Cut[] = [];
  for (const [at, { form, values }] of forms.entries()) {
    const earlier = forms.slice(0, at + 1).filter((other) => !isConstant(other.form));
    const atoms = atomsWithin(form).map((atom) => store.ofAtom(atom).linear);
    const sums = picks
      .map((pick) => earlier[pick % Math.max(1, earlier.length)]?.form.linear)
      .filter((sum) => sum !== undefined);
    const some = picks.map((pick) => atoms[pick % Math.max(1, atoms.length)]).filter((sum) => sum !== undefined);
    const inputs = atoms.filter((sum) => sum.atoms[0]!.meaning.kind === 'input');
    for (const variables of [
      sums.slice(0, 1),
      [...new Set([...sums, ...some])],
      [...new Set([...sums, ...inputs])],
      inputs,
    ]) {
      if (variables.length === 0) continue;
      const expression = expressionWriter(store, variables)(form);
      if (expression === undefined) continue;
      const series = variables.map((linear) => samples.seriesOf({ linear, constant: 0n }));
      const assignments = Array.from({ length: count }, (_, k) => series.map((column) => column[k]!));
      cuts.push({ expression, variables, assignments, values });
    }
  }
  return cuts;
}

const programs: fc.Arbitrary<FormProgram> = formPrograms({ maxInputs: 2, maxSteps: 10 });
const picks = fc.array(fc.nat(12), { minLength: 1, maxLength: 3 });

describe('expressions', () => {
  it('are worth what the forms are that they were written from, wherever these were cut', () => {
    let written = 0;
    fc.assert(
      fc.property(programs, picks, (program, places) => {
        for (const { expression, assignments, values } of cutsOf(buildForms(program), places)) {
          written++;
          expect(assignments.map((assignment) => evaluateExpressions([expression], assignment)[0])).toEqual(values);
        }
      }),
      { numRuns: runs(200) },
    );
    expect(written).toBeGreaterThan(runs(200));
  });

  it('are worth the same in doubles, column by column', () => {
    let known = 0;
    fc.assert(
      fc.property(programs, picks, (program, places) => {
        for (const { expression, variables, assignments, values } of cutsOf(buildForms(program), places)) {
          const columns = variables.map(({ lo, hi }, index) => ({
            values: Float64Array.from(assignments, (assignment) => Number(assignment[index])),
            bound: absolute(lo) > absolute(hi) ? absolute(lo) : absolute(hi),
          }));
          const found = evaluateColumns([expression], columns);
          if (found === undefined) continue;
          known++;
          expect(Array.from(found[0]!, BigInt)).toEqual(values);
        }
      }),
      { numRuns: runs(200) },
    );
    expect(known).toBeGreaterThan(runs(200));
  });

  it('are worth the same in gates', () => {
    let spelled = 0;
    fc.assert(
      fc.property(programs, picks, fc.nat(1000), (program, places, cycle) => {
        for (const { expression, variables, assignments, values } of cutsOf(buildForms(program), places).slice(-4)) {
          const graph = andGraph();
          const words = variables.map(({ lo, hi }) => inputWord(graph, signPlace(lo, hi) + 1));
          const result = expressionWords(graph, [expression], words);
          if (result === undefined) continue;
          spelled++;
          for (const k of [cycle, cycle + 1, cycle * 7].map((at) => at % values.length)) {
            const inputs = new Map<Literal, boolean>();
            words.forEach((word, index) => {
              word.forEach((literal, place) =>
                inputs.set(literal, ((assignments[k]![index]! >> BigInt(place)) & 1n) === 1n),
              );
            });
            const bits = evaluateAll(graph, result[0]!, inputs);
            const value = bits.reduce(
              (sum, bit, place) => sum + (bit ? (place === bits.length - 1 ? -1n : 1n) << BigInt(place) : 0n),
              0n,
            );
            expect(value).toBe(values[k]);
          }
        }
      }),
      { numRuns: runs(200) },
    );
    expect(spelled).toBeGreaterThan(runs(200));
  });
});
