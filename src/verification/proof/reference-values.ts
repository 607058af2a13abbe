/**
 * The values of a reference that a design should contain, and the search for them among its wires.
 *
 * Stateful: what has been looked for is remembered. A wire that is proven equal to a reference value takes its form, so that
 * everything behind it is compared as if both had computed it in the same way. Candidates are found by the lowest bit of
 * a series of samples; only a proof makes an equality of them.
 */
import { modularForm } from './bits.ts';
import { decideDifference } from './decide-difference.ts';
import { hastyBounds, shareSum } from './equality.ts';
import type { Bounds, EqualityMethod } from './equality.ts';
import { greatest, isConstant, least, subtractForms } from './forms/index.ts';
import type { Form, FormStore } from './forms/index.ts';
import type { Samples, Series } from './samples.ts';

export interface ReferenceValues {
  /** Declare a value of the reference. */
  add(form: Form): void;
  /** From now on, atoms that are new belong to what is compared with the reference. */
  close(): void;
  /** The reference value with the same low bits, where there is one; else the simplest form with these bits. */
  settle(form: Form, width: number): Form;
  /** How a value of the reference was last recognised beyond its normal form; undefined where that was enough. */
  methodOf(form: Form): EqualityMethod | undefined;
}

/** Most candidates that are tried for one wire. */
const MOST_CANDIDATES = 6;

export function referenceValues(store: FormStore, samples: Samples, bounds: Bounds): ReferenceValues {
  // What is not recognised at once may still be proven at an output, with all the patience there is.
  const quick = hastyBounds(bounds);
  const byLowBits = new Map<string, Form[]>();
  const added = new Set<string>();
  const settled = new Map<string, { readonly form: Form; readonly method: EqualityMethod | undefined }>();
  const methods = new Map<string, EqualityMethod>();
  let limit = Infinity;

  const search = (form: Form, width: number): { form: Form; method: EqualityMethod | undefined } => {
    const series = samples.seriesOf(form);
    const candidates = (byLowBits.get(lowBits(series)) ?? []).filter((candidate) => {
      // A word of fewer bits than the value has may agree with part of it, which is of no use.
      if (greatest(candidate) - least(candidate) >= 1n << BigInt(width)) return false;
      const other = samples.seriesOf(candidate);
      return series.every((value, k) => BigInt.asUintN(width, value - other[k]!) === 0n);
    });
    // Neurons that hardly ever fire look alike on samples; what they are functions of tells them apart.
    const related =
      candidates.length > MOST_CANDIDATES
        ? candidates.filter((candidate) => shareSum(store, form, candidate))
        : candidates;
    for (const candidate of related.slice(0, MOST_CANDIDATES)) {
      if (isMultiple(subtractForms(store, form, candidate), width)) return { form: candidate, method: undefined };
      const decision = decideDifference(store, samples, form, candidate, width, quick);
      if (decision.result === 'equal') return { form: candidate, method: decision.method };
    }
    return { form, method: undefined };
  };

  return {
    add(form) {
      const key = keyOf(form);
      if (added.has(key) || isConstant(form)) return;
      added.add(key);
      const bits = lowBits(samples.seriesOf(form));
      const list = byLowBits.get(bits) ?? [];
      byLowBits.set(bits, list);
      list.push(form);
    },
    close() {
      limit = store.size;
    },
    settle(form, width) {
      const simple = modularForm(store, form, width);
      if (simple.linear.atoms.every(({ id }) => id < limit)) return simple;
      const key = `${keyOf(simple)}%${width}`;
      let result = settled.get(key);
      if (result === undefined) settled.set(key, (result = search(simple, width)));
      if (result.method !== undefined) methods.set(keyOf(result.form), result.method);
      return result.form;
    },
    methodOf: (form) => methods.get(keyOf(form)),
  };
}

function keyOf({ linear, constant }: Form): string {
  return `${linear.id}+${constant}`;
}

function lowBits(series: Series): string {
  return series.map((value) => (value & 1n).toString()).join('');
}

/** Tell whether a form is a multiple of 2^width for all inputs. */
export function isMultiple({ linear, constant }: Form, width: number): boolean {
  const mask = (1n << BigInt(width)) - 1n;
  return (constant & mask) === 0n && linear.coefficients.every((coefficient) => (coefficient & mask) === 0n);
}
