/** Sums and multiples of forms: the linear half of the normal form. */
import type { Form } from './form.ts';
import type { FormStore } from './form-store.ts';

/** a + factor · b. */
export function addForms(store: FormStore, a: Form, b: Form, factor = 1n): Form {
  const constant = a.constant + factor * b.constant;
  const [p, q] = [a.linear, b.linear];
  if (q.atoms.length === 0) return { linear: p, constant };
  if (p.atoms.length === 0 && factor === 1n) return { linear: q, constant };
  const atoms = [];
  const coefficients = [];
  let i = 0;
  let j = 0;
  while (i < p.atoms.length || j < q.atoms.length) {
    const left = p.atoms[i]?.id ?? Infinity;
    const right = q.atoms[j]?.id ?? Infinity;
    const coefficient = (left <= right ? p.coefficients[i]! : 0n) + (right <= left ? factor * q.coefficients[j]! : 0n);
    if (coefficient !== 0n) {
      atoms.push(left <= right ? p.atoms[i]! : q.atoms[j]!);
      coefficients.push(coefficient);
    }
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return { linear: store.linear(atoms, coefficients), constant };
}

export function subtractForms(store: FormStore, a: Form, b: Form): Form {
  return addForms(store, a, b, -1n);
}

export function scaleForm(store: FormStore, a: Form, factor: bigint): Form {
  if (factor === 1n) return a;
  if (factor === 0n) return store.constant(0n);
  const { atoms, coefficients } = a.linear;
  return {
    linear: store.linear(
      atoms,
      coefficients.map((c) => c * factor),
    ),
    constant: a.constant * factor,
  };
}

/** The form with another constant. */
export function withConstant(form: Form, constant: bigint): Form {
  return { linear: form.linear, constant };
}

/** −a − 1: every bit of the two's complement inverted. */
export function complementForm(store: FormStore, a: Form): Form {
  const negated = scaleForm(store, a, -1n);
  return withConstant(negated, negated.constant - 1n);
}

/** 1 − a, for a form that is 0 or 1. */
export function notForm(store: FormStore, a: Form): Form {
  const negated = scaleForm(store, a, -1n);
  return withConstant(negated, negated.constant + 1n);
}

/** Greatest common divisor of the coefficients of a sum that is not empty; positive. */
export function contentOf(coefficients: readonly bigint[]): bigint {
  let content = 0n;
  for (const coefficient of coefficients) {
    let [a, b] = [coefficient < 0n ? -coefficient : coefficient, content];
    while (b !== 0n) [a, b] = [b, a % b];
    content = a;
    if (content === 1n) break;
  }
  return content;
}
