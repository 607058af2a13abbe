/** One equality of a claim: how it was closed, or what stands in its way. */
import { modularForm } from './bits.ts';
import { decideDifference } from './decide-difference.ts';
import type { Decision, EqualityMethod } from './equality.ts';
import { sameForm, subtractForms } from './forms/index.ts';
import type { Form } from './forms/index.ts';
import type { ProofContext } from './proof-context.ts';
import type { Samples } from './samples.ts';
import { isMultiple } from './reference-values.ts';

export type Comparison =
  | { readonly result: 'equal'; readonly method: 'normal form' | EqualityMethod }
  | Exclude<Decision, { result: 'equal' }>;

/** Compare the low `width` bits of two forms. */
export function compareForms(
  { store, samples, manySamples, references, bounds }: ProofContext,
  found: Form,
  expected: Form,
  width: number,
): Comparison {
  const settled = references.settle(found, width);
  if (
    sameForm(settled, expected) ||
    sameForm(settled, modularForm(store, expected, width)) ||
    isMultiple(subtractForms(store, settled, expected), width)
  ) {
    return { result: 'equal', method: references.methodOf(expected) ?? 'normal form' };
  }
  const differs = (some: Samples): boolean => {
    const [a, b] = [some.seriesOf(settled), some.seriesOf(expected)];
    return a.some((value, k) => BigInt.asUintN(width, value - b[k]!) !== 0n);
  };
  // What differs on a sample needs no search for a proof.
  if (differs(samples) || differs(manySamples)) return { result: 'open' };
  return decideDifference(store, samples, settled, expected, width, bounds);
}
