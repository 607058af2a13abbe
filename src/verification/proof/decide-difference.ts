/**
 * Whether two forms have the same low bits, taken apart: what their difference is a sum of.
 *
 * Products that are rounded one by one leave a floor for each of them in the difference, and each is a function of another
 * value. The difference falls into sums that have nothing in common; it is a multiple of 2^width for all inputs exactly
 * where each of them is a constant modulo 2^width and the constants add up to 0.
 */
import { modularForm } from './bits.ts';
import { decideEqual } from './equality.ts';
import type { Bounds, Decision, EqualityMethod } from './equality.ts';
import { addForms, innerAtoms, scaleForm, subtractForms } from './forms/index.ts';
import type { Atom, Form, FormStore } from './forms/index.ts';
import type { Samples } from './samples.ts';

/** Decide whether the low `width` bits of two forms are equal: in parts, else as a whole. */
export function decideDifference(
  store: FormStore,
  samples: Samples,
  a: Form,
  b: Form,
  width: number,
  bounds: Bounds,
): Decision {
  const difference = modularForm(store, subtractForms(store, a, b), width);
  const method = decideParts(store, samples, difference, width, bounds);
  return method === undefined ? decideEqual(store, a, b, width, bounds) : { result: 'equal', method };
}

/** How it was shown that a form is a multiple of 2^width; undefined where it was not. */
function decideParts(
  store: FormStore,
  samples: Samples,
  form: Form,
  width: number,
  bounds: Bounds,
): EqualityMethod | undefined {
  const parts = separateParts(store, form);
  // A part without a floor varies.
  if (parts.some(({ linear }) => linear.atoms.every(({ meaning }) => meaning.kind !== 'floor'))) return undefined;
  let sum = form.constant;
  const constants = parts.map((part) => {
    const series = samples.seriesOf(part);
    sum += series[0]!;
    return series.every((value) => BigInt.asUintN(width, value - series[0]!) === 0n) ? series[0]! : undefined;
  });
  if (constants.includes(undefined) || BigInt.asUintN(width, sum) !== 0n) return undefined;
  let weakest: EqualityMethod = 'enumeration';
  for (const [k, part] of parts.entries()) {
    const decision = decideEqual(store, part, store.constant(constants[k]!), width, bounds);
    if (decision.result !== 'equal') return undefined;
    if (decision.method === 'satisfiability') weakest = decision.method;
  }
  return weakest;
}

/** The sums, without a constant, that a form consists of and that read nothing in common. */
function separateParts(store: FormStore, { linear }: Form): readonly Form[] {
  const owner = new Map<Atom, Atom>();
  const find = (atom: Atom): Atom => {
    let root = atom;
    for (let next = owner.get(root); next !== undefined && next !== root; next = owner.get(root)) root = next;
    return root;
  };
  for (const atom of linear.atoms) {
    for (const base of innerAtoms([atom])) {
      if (!owner.has(base)) owner.set(base, base);
      const root = find(base);
      const own = find(atom);
      if (!owner.has(own)) owner.set(own, own);
      if (root !== own) owner.set(root, own);
    }
  }
  const parts = new Map<Atom, Form>();
  linear.atoms.forEach((atom, k) => {
    const root = find(atom);
    const term = scaleForm(store, store.ofAtom(atom), linear.coefficients[k]!);
    const before = parts.get(root);
    parts.set(root, before === undefined ? term : addForms(store, before, term));
  });
  return [...parts.values()];
}
