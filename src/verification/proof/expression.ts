/**
 * A form as a function of few variables: what is left of it when the sums that it is a function of are cut off.
 *
 * Rounding, limiting and tables of a sum of fifty products are functions of one number, the sum. Cut there, they can be
 * compared for every value of it. A variable is a sum of atoms, or a single one.
 */
import {
  factorOf,
  floorForm,
  greatest,
  isConstant,
  least,
  operandsOf,
  scaleForm,
  subtractForms,
  withConstant,
} from './forms/index.ts';
import type { Atom, Form, FormStore, Linear, Operation } from './forms/index.ts';

/** constant + Σ factor · part. */
export interface Expression {
  readonly constant: bigint;
  readonly terms: readonly { readonly factor: bigint; readonly part: Part }[];
}

export type Part =
  | { readonly kind: 'variable'; readonly index: number }
  | {
      readonly kind: 'operation';
      readonly operation: Operation;
      readonly operands: readonly Expression[];
      /** Interval of the result. */
      readonly lo: bigint;
      readonly hi: bigint;
    };

/** Writes forms over the same variables, which share what is common to them. */
export type ExpressionWriter = (form: Form) => Expression | undefined;

/** Places by which a floor may have been cancelled against the sum that it is a floor of. */
const CANCELLED_PLACES = 16;

/**
 * Make the writer for some variables.
 *
 * It returns undefined where a form depends on anything else.
 */
export function expressionWriter(store: FormStore, variables: readonly Linear[]): ExpressionWriter {
  const parts = new Map<Atom, Part | undefined>();
  const single = new Map<Atom, number>();
  variables.forEach(({ atoms, coefficients }, index) => {
    if (atoms.length === 1 && coefficients[0] === 1n) single.set(atoms[0]!, index);
  });

  const write: ExpressionWriter = (form) => {
    const terms: { factor: bigint; part: Part }[] = [];
    let rest = form;
    variables.forEach((variable, index) => {
      if (variable.atoms.length === 1) return;
      const factor = wholeFactor(rest.linear, variable);
      if (factor === 0n) return;
      terms.push({ factor, part: { kind: 'variable', index } });
      rest = subtractForms(store, rest, scaleForm(store, { linear: variable, constant: 0n }, factor));
    });
    // Each step removes the floor that it finds, and with it the outer terms of that floor.
    for (let left = rest.linear.atoms.length; !rest.linear.atoms.every((atom) => partOf(atom) !== undefined); left--) {
      const floor = left > 0 ? findFloor(rest) : undefined;
      if (floor === undefined) return undefined;
      terms.push(floor.term);
      rest = floor.rest;
    }
    rest.linear.atoms.forEach((atom, k) => {
      terms.push({ factor: rest.linear.coefficients[k]!, part: partOf(atom)! });
    });
    return { constant: rest.constant, terms };
  };

  const partOf = (atom: Atom): Part | undefined => {
    if (parts.has(atom)) return parts.get(atom);
    // The outer terms of a floor may lead back to it; while it is being written, it is not known.
    parts.set(atom, undefined);
    const part = makePart(atom);
    parts.set(atom, part);
    return part;
  };

  const makePart = (atom: Atom): Part | undefined => {
    const index = single.get(atom);
    if (index !== undefined) return { kind: 'variable', index };
    const { meaning, lo, hi } = atom;
    if (meaning.kind === 'input' || meaning.kind === 'opaque' || meaning.kind === 'delayed') return undefined;
    const operands: Expression[] = [];
    for (const operand of operandsOf(atom)) {
      const expression = write(operand);
      if (expression === undefined) return undefined;
      operands.push(expression);
    }
    return { kind: 'operation', operation: meaning, operands, lo, hi };
  };

  const findFloor = (form: Form): ReturnType<typeof floorOfVariable> => {
    for (let place = 0; place < form.linear.atoms.length; place++) {
      if (partOf(form.linear.atoms[place]!) !== undefined) continue;
      const floor = floorOfVariable(form, place);
      if (floor !== undefined) return floor;
    }
    return undefined;
  };

  /**
   * Find floor(variable / 2^shift) in a form of which only the inner part of the floor is left as an atom: its outer terms
   * stand among the other terms.
   */
  const floorOfVariable = (
    form: Form,
    place: number,
  ): { readonly term: Expression['terms'][number]; readonly rest: Form } | undefined => {
    const atom = form.linear.atoms[place]!;
    const coefficient = form.linear.coefficients[place]!;
    const { meaning } = atom;
    if (meaning.kind !== 'floor') return undefined;
    const inner = meaning.of;
    let best: { readonly term: Expression['terms'][number]; readonly rest: Form } | undefined;
    for (const [index, variable] of variables.entries()) {
      if (variable.atoms.length === 1) continue;
      for (const { factor, zeros } of residuesOf(inner.linear, meaning.shift, variable)) {
        const of = withConstant(
          scaleForm(store, { linear: variable, constant: 0n }, factor),
          inner.constant << BigInt(zeros),
        );
        const shift = meaning.shift + zeros;
        const floor = floorForm(store, of, shift);
        const at = floor.linear.atoms.indexOf(atom);
        if (at < 0 || floor.linear.coefficients[at] !== 1n) continue;
        const rest = subtractForms(store, form, scaleForm(store, floor, coefficient));
        // Several multiples may have these residues; the right one takes its outer terms along.
        if (best !== undefined && rest.linear.atoms.length >= best.rest.linear.atoms.length) continue;
        const places = BigInt(shift);
        const part: Part = {
          kind: 'operation',
          operation: { kind: 'floor', of, shift },
          operands: [{ constant: of.constant, terms: [{ factor, part: { kind: 'variable', index } }] }],
          lo: least(of) >> places,
          hi: greatest(of) >> places,
        };
        best = { term: { factor: coefficient, part }, rest };
      }
    }
    return best;
  };

  return (form) => (isConstant(form) ? { constant: form.constant, terms: [] } : write(form));
}

/** Multiples of a variable of which floors are looked for. */
const FACTORS = [1n, -1n, 2n, -2n, 3n, -3n, 4n, -4n, 5n, -5n, 6n, -6n, 7n, -7n, 8n, -8n];

/**
 * List factors and zeros such that a sum times 2^zeros and the variable times the factor have the same residues modulo
 * 2^(shift + zeros): then the floor of the one is that of the other, up to terms outside.
 */
function residuesOf(
  sum: Linear,
  shift: number,
  variable: Linear,
): readonly { readonly factor: bigint; readonly zeros: number }[] {
  const coefficients = new Map(sum.atoms.map((atom, k) => [atom, sum.coefficients[k]!]));
  for (const atom of sum.atoms) if (!variable.atoms.includes(atom)) return [];
  const found: { factor: bigint; zeros: number }[] = [];
  for (let zeros = 0; zeros <= CANCELLED_PLACES; zeros++) {
    const mask = (1n << BigInt(shift + zeros)) - 1n;
    for (const factor of FACTORS) {
      const isResidue = variable.atoms.every((atom, k) => {
        const inside = (coefficients.get(atom) ?? 0n) << BigInt(zeros);
        return ((inside - factor * variable.coefficients[k]!) & mask) === 0n;
      });
      if (isResidue) found.push({ factor, zeros });
    }
  }
  return found;
}

/** How often a sum is contained in another as a whole. */
function wholeFactor(sum: Linear, variable: Linear): bigint {
  return factorOf(variable, new Map(sum.atoms.map((atom, k) => [atom, sum.coefficients[k]!])));
}
