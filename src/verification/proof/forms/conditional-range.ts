/**
 * The range of a form where a condition holds.
 *
 * Knows what rectifiers and clamps need: on one side of a border, what the range of multiples and floors of x is.
 */
import { greatest, isConstant, least } from './form.ts';
import type { Form, Linear } from './form.ts';

interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Bound a form where the bit `condition` is 1 (`holds`) or 0. */
export function rangeWhere(form: Form, condition: Form, holds: boolean): Range {
  const whole = { lo: least(form), hi: greatest(form) };
  const bound = signBound(condition, holds);
  if (bound === undefined) return whole;
  const limited = rangeWithin(form, bound.linear, bound);
  if (limited === undefined) return whole;
  const lo = limited.lo > whole.lo ? limited.lo : whole.lo;
  const hi = limited.hi < whole.hi ? limited.hi : whole.hi;
  // A condition that never holds leaves nothing; any range will do, so the wide one stays.
  return lo <= hi ? { lo, hi } : whole;
}

/** What a condition that is a floor of x with two values says of the sum x: on which side of a border it is. */
function signBound(condition: Form, holds: boolean): (Range & { readonly linear: Linear }) | undefined {
  const { atoms, coefficients } = condition.linear;
  const atom = atoms.length === 1 ? atoms[0]! : undefined;
  if (atom?.meaning.kind !== 'floor' || atom.hi - atom.lo !== 1n) return undefined;
  const { of, shift } = atom.meaning;
  // The least x at which the floor has its greater value.
  const border = (atom.hi << BigInt(shift)) - of.constant;
  const isAbove = coefficients[0]! > 0n === holds;
  return isAbove
    ? { linear: of.linear, lo: border, hi: of.linear.hi }
    : { linear: of.linear, lo: of.linear.lo, hi: border - 1n };
}

/** Bound a form where a sum is within bounds, if the form is a multiple of it or a floor of one. */
function rangeWithin(form: Form, linear: Linear, { lo, hi }: Range): Range | undefined {
  if (isConstant(form)) return undefined;
  const factor = multipleOf(form.linear, linear);
  if (factor !== undefined) {
    const ends = [factor * lo + form.constant, factor * hi + form.constant];
    return factor > 0n ? { lo: ends[0]!, hi: ends[1]! } : { lo: ends[1]!, hi: ends[0]! };
  }
  const { atoms, coefficients } = form.linear;
  const meaning = atoms.length === 1 ? atoms[0]!.meaning : undefined;
  if (meaning?.kind !== 'floor' || coefficients[0] !== 1n) return undefined;
  const inside = rangeWithin(meaning.of, linear, { lo, hi });
  if (inside === undefined) return undefined;
  const places = BigInt(meaning.shift);
  return { lo: (inside.lo >> places) + form.constant, hi: (inside.hi >> places) + form.constant };
}

/** How many times one sum another is, if it is. */
function multipleOf(sum: Linear, of: Linear): bigint | undefined {
  if (sum.atoms.length !== of.atoms.length) return undefined;
  if (sum.atoms[0] !== of.atoms[0] || sum.coefficients[0]! % of.coefficients[0]! !== 0n) return undefined;
  const factor = sum.coefficients[0]! / of.coefficients[0]!;
  const isMultiple = sum.atoms.every(
    (atom, k) => atom === of.atoms[k] && sum.coefficients[k] === factor * of.coefficients[k]!,
  );
  return isMultiple ? factor : undefined;
}
