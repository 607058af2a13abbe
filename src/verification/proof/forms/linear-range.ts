/**
 * The range of a weighted sum of atoms.
 *
 * Atoms are taken for independent, with one exception that carries all slicing: x and the floors of x at several places
 * are digits of one number. In terms of its digits, low bits such as x − 2^n·floor(x / 2^n) have the range that they
 * have, and not that of two unrelated values.
 */
import type { Atom, Form, Linear } from './form.ts';

interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

function scaled(factor: bigint, lo: bigint, hi: bigint): Range {
  return factor >= 0n ? { lo: factor * lo, hi: factor * hi } : { lo: factor * hi, hi: factor * lo };
}

/** Bound Σ coefficients · atoms. */
export function linearRange(atoms: readonly Atom[], coefficients: readonly bigint[]): Range {
  let lo = 0n;
  let hi = 0n;
  let hasFloors = false;
  atoms.forEach((atom, k) => {
    const part = scaled(coefficients[k]!, atom.lo, atom.hi);
    lo += part.lo;
    hi += part.hi;
    hasFloors ||= atom.meaning.kind === 'floor';
  });
  if (!hasFloors || atoms.length === 1) return { lo, hi };
  const digits = digitRange(atoms, coefficients);
  return { lo: digits.lo > lo ? digits.lo : lo, hi: digits.hi < hi ? digits.hi : hi };
}

interface Floor {
  readonly constant: bigint;
  readonly shift: number;
  readonly coefficient: bigint;
}

/** The same bound with the floors of each sum taken together. */
function digitRange(atoms: readonly Atom[], coefficients: readonly bigint[]): Range {
  const rest = new Map<Atom, bigint>(atoms.map((atom, k) => [atom, coefficients[k]!]));
  const groups = new Map<Linear, Floor[]>();
  atoms.forEach((atom, k) => {
    if (atom.meaning.kind !== 'floor') return;
    const { of, shift } = atom.meaning;
    const group = groups.get(of.linear) ?? [];
    groups.set(of.linear, group);
    group.push({ constant: of.constant, shift, coefficient: coefficients[k]! });
  });
  let lo = 0n;
  let hi = 0n;
  for (const [linear, floors] of groups) {
    floors.sort((a, b) => a.shift - b.shift);
    const { constant } = floors.at(-1)!;
    // Floors of sums with other constants are digits of the same number only where no carry can come between.
    const joint = floors.filter((floor) => (constant - floor.constant) % (1n << BigInt(floor.shift)) === 0n);
    const factor = factorOf(linear, rest);
    if (joint.length < 2 && factor === 0n) continue;
    linear.atoms.forEach((atom, k) => {
      if (factor !== 0n) subtract(rest, atom, factor * linear.coefficients[k]!);
    });
    const base: Form = { linear, constant };
    const part = joinDigits(base, factor, joint);
    lo += part.lo;
    hi += part.hi;
    for (const atom of atoms) {
      if (atom.meaning.kind !== 'floor' || atom.meaning.of.linear !== linear) continue;
      const { of, shift } = atom.meaning;
      if (joint.some((floor) => floor.shift === shift && floor.constant === of.constant)) rest.delete(atom);
    }
  }
  for (const [atom, coefficient] of rest) {
    const part = scaled(coefficient, atom.lo, atom.hi);
    lo += part.lo;
    hi += part.hi;
  }
  return { lo, hi };
}

function subtract(rest: Map<Atom, bigint>, atom: Atom, amount: bigint): void {
  const left = (rest.get(atom) ?? 0n) - amount;
  if (left === 0n) rest.delete(atom);
  else rest.set(atom, left);
}

/** How often a sum is contained in another as a whole; 0 where its atoms have no common factor. */
function factorOf(linear: Linear, within: ReadonlyMap<Atom, bigint>): bigint {
  const first = within.get(linear.atoms[0]!) ?? 0n;
  if (first % linear.coefficients[0]! !== 0n) return 0n;
  const factor = first / linear.coefficients[0]!;
  const isWhole = linear.atoms.every((atom, k) => (within.get(atom) ?? 0n) === factor * linear.coefficients[k]!);
  return isWhole ? factor : 0n;
}

/** Bound factor·x + Σ coefficient·floor((x + …) / 2^shift), where base is x with the constant of the highest floor. */
function joinDigits({ linear, constant }: Form, factor: bigint, floors: readonly Floor[]): Range {
  let offset = -factor * constant;
  let weight = factor;
  let place = 0;
  let lo = 0n;
  let hi = 0n;
  for (const floor of floors) {
    const step = BigInt(floor.shift - place);
    const digit = scaled(weight, 0n, (1n << step) - 1n);
    lo += digit.lo;
    hi += digit.hi;
    weight = (weight << step) + floor.coefficient;
    place = floor.shift;
    offset -= floor.coefficient * ((constant - floor.constant) >> BigInt(floor.shift));
  }
  const shift = BigInt(place);
  const top = scaled(weight, (linear.lo + constant) >> shift, (linear.hi + constant) >> shift);
  return { lo: lo + top.lo + offset, hi: hi + top.hi + offset };
}
