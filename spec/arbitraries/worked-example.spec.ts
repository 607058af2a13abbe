/** The worked examples of the guide: the bugs are found, the reports are the printed ones, the code is the printed code. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adderProperty } from './worked-example.ts';
import { evaluatorProperty } from './worked-evaluator.ts';

const guide = readFileSync('docs/property-based-verification.md', 'utf8');

/** The code between the region marks, with the imports that a user of the package writes. */
function printedCode(file: string): string {
  const text = readFileSync(file, 'utf8');
  return text
    .slice(text.indexOf('\n', text.indexOf('// #region')) + 1, text.indexOf('// #endregion'))
    .replace('../../src/verification/arbitraries/index.ts', 'distill-rtl/arbitraries')
    .replaceAll(/\.\.\/\.\.\/src\/(\w+)\/index\.ts/g, 'distill-rtl/$1')
    .trim();
}

/** What fast-check reports of a failing property, without its hint, and the sentence of the error below it. */
function report<T>(property: fc.IProperty<T>, seed: number): string {
  try {
    fc.assert(property, { seed, numRuns: 1000 });
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause: Error };
    return `${message.slice(0, message.indexOf('\n\nHint'))}\n\n${cause.name}: ${cause.message}`;
  }
  return 'no failure';
}

describe('docs/property-based-verification.md', () => {
  it.each(['worked-example.ts', 'worked-evaluator.ts'])('prints the code of %s', (file) => {
    expect(guide).toContain(printedCode(`spec/arbitraries/${file}`));
  });

  it('prints the report of the adder that forgets the negative side', () => {
    expect(guide).toContain(report(adderProperty, 2026));
  });

  it('prints the report of the evaluator that rounds ties wrong', () => {
    expect(guide).toContain(report(evaluatorProperty, 2));
  });
});

describe('the counterexamples', () => {
  it.each([1, 2, 3, 4, 5])('have the documented size with seed %i too', (seed) => {
    const adder = fc.check(adderProperty, { seed, numRuns: 1000 }).counterexample![0];
    expect(adder.formats.map(({ width, integer }) => [width, integer])).toEqual([[3, 3]]);
    expect(adder.samples.map(([row]) => row!.reduce((a, b) => a + b))).toEqual([-5n]);
    const evaluator = fc.check(evaluatorProperty, { seed, numRuns: 5000 }).counterexample![0];
    expect(evaluator.circuit.ops.map(({ kind }) => kind)).toEqual(['input', 'cast']);
    expect(evaluator.samples.length).toBe(1);
  });
});
