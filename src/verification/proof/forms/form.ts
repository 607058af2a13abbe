/**
 * Exact integer expressions in a normal form: what every side of a proof is rewritten to.
 *
 * A form is a weighted sum of atoms and a constant. An atom is an integer that is no sum: an input element, the floor of
 * a shifted form, a choice, a product, a table entry, a cast. Equal forms are the same object, so that two circuits
 * compute the same if their outputs are the same form; the rules are written down in docs/proof.md. Every atom and every
 * sum carries an interval that holds for all inputs, which is how wrap-around is excluded.
 */
import type { FixedFormat } from '../../../fixed/index.ts';

/** A weighted sum of atoms; its own coefficients are not 0, atoms ascend. */
export interface Linear {
  readonly id: number;
  readonly atoms: readonly Atom[];
  readonly coefficients: readonly bigint[];
  /** Least and greatest value, inclusive. */
  readonly lo: bigint;
  readonly hi: bigint;
}

/** A linear combination plus a constant. */
export interface Form {
  readonly linear: Linear;
  readonly constant: bigint;
}

export interface Atom {
  readonly id: number;
  readonly lo: bigint;
  readonly hi: bigint;
  readonly meaning: Meaning;
  /** Whether its value depends on the reset input, or on one in an earlier cycle. */
  readonly resets: boolean;
}

export type Meaning =
  /** An element of an input port, or one bit of control. */
  | { readonly kind: 'input'; readonly name: string }
  /** What is not known: a bit without driver, or a state that feeds back. */
  | { readonly kind: 'opaque'; readonly name: string }
  /** floor(of / 2^shift), shift > 0. */
  | { readonly kind: 'floor'; readonly of: Form; readonly shift: number }
  /** `a` where the condition is 1, `b` where it is 0. */
  | { readonly kind: 'select'; readonly condition: Form; readonly a: Form; readonly b: Form }
  /** 1 where `of` is 0, else 0. */
  | { readonly kind: 'zero'; readonly of: Form }
  | { readonly kind: 'product'; readonly a: Form; readonly b: Form }
  /** Entry of − lo of a table. */
  | { readonly kind: 'table'; readonly of: Form; readonly table: LookUp }
  /** Of the infinitely sign-extended two's complement of its operands. */
  | { readonly kind: 'and' | 'xor'; readonly operands: readonly Form[] }
  /** The cast of of · 2^-drop to a format, in codes of the format; see `cast` of `fixed`. */
  | { readonly kind: 'cast'; readonly of: Form; readonly drop: number; readonly format: FixedFormat }
  /** The value of an atom some cycles earlier. */
  | { readonly kind: 'delayed'; readonly of: Atom; readonly cycles: number };

/** Values by address, from `lo` on; equal contents are the same object. */
export interface LookUp {
  readonly id: number;
  readonly lo: bigint;
  readonly values: readonly bigint[];
}

/** Least value of a form. */
export function least(form: Form): bigint {
  return form.linear.lo + form.constant;
}

/** Greatest value of a form. */
export function greatest(form: Form): bigint {
  return form.linear.hi + form.constant;
}

export function isConstant(form: Form): boolean {
  return form.linear.atoms.length === 0;
}

export function sameForm(a: Form, b: Form): boolean {
  return a.linear === b.linear && a.constant === b.constant;
}

/** List the forms that an atom reads, and for a delayed one the atom. */
export function operandsOf({ meaning }: Atom): readonly Form[] {
  switch (meaning.kind) {
    case 'input':
    case 'opaque':
    case 'delayed':
      return [];
    case 'floor':
    case 'zero':
    case 'table':
    case 'cast':
      return [meaning.of];
    case 'select':
      return [meaning.condition, meaning.a, meaning.b];
    case 'product':
      return [meaning.a, meaning.b];
    case 'and':
    case 'xor':
      return meaning.operands;
    default:
      return meaning satisfies never;
  }
}
