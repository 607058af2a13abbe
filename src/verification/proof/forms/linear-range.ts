/**
 * The range of a weighted sum of atoms.
 *
 * Atoms are taken for independent, but for floors, which carry all slicing: a floor is also opened, so that its terms meet
 * their like outside. Low bits such as x − 2^n·floor(x / 2^n) then have the range that they have, and not that of two
 * unrelated values; and a floor that tells two sides of a border apart is looked at from each. The narrowest bound counts.
 */
import type { Atom, Linear } from './form.ts';

export interface Range {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Gives the range of an atom. */
export type AtomRange = (atom: Atom) => Range;

const own: AtomRange = (atom) => atom;

/** How often floors within floors are opened; each bound is right, a later one only narrower. */
const OPENED_DEPTH = 3;
/** How often borders are looked at from both sides. */
const BORDER_DEPTH = 1;
const MOST_BORDERS = 8;

function scaled(factor: bigint, lo: bigint, hi: bigint): Range {
  return factor >= 0n ? { lo: factor * lo, hi: factor * hi } : { lo: factor * hi, hi: factor * lo };
}

/**
 * Bound Σ coefficients · atoms.
 *
 * @param rangeOfAtom ranges of the atoms, if they are to be other than their own
 * @param depth how often floors have been opened already, on the way to this sum
 */
export function linearRange(
  atoms: readonly Atom[],
  coefficients: readonly bigint[],
  rangeOfAtom: AtomRange = own,
  depth = 0,
): Range {
  const terms = new Map(atoms.map((atom, k) => [atom, coefficients[k]!]));
  let range = plainRange(terms, rangeOfAtom);
  const hasFloors = atoms.some(({ meaning }) => meaning.kind === 'floor');
  if (!hasFloors || atoms.length === 1 || depth > OPENED_DEPTH) return range;
  range = narrower(range, openedRange(terms, undefined, rangeOfAtom, depth));
  if (depth > BORDER_DEPTH) return range;
  for (const border of atoms.filter(isBorder).slice(0, MOST_BORDERS)) {
    range = narrower(range, openedRange(terms, border, rangeOfAtom, depth));
  }
  return range;
}

function plainRange(terms: ReadonlyMap<Atom, bigint>, rangeOfAtom: AtomRange): Range {
  let lo = 0n;
  let hi = 0n;
  for (const [atom, coefficient] of terms) {
    const range = rangeOfAtom(atom);
    const part = scaled(coefficient, range.lo, range.hi);
    lo += part.lo;
    hi += part.hi;
  }
  return { lo, hi };
}

function narrower(a: Range, b: Range): Range {
  return { lo: a.lo > b.lo ? a.lo : b.lo, hi: a.hi < b.hi ? a.hi : b.hi };
}

/** Tell whether an atom says on which side of a border a sum is. */
function isBorder({ meaning, lo, hi }: Atom): boolean {
  return meaning.kind === 'floor' && hi - lo === 1n;
}

/**
 * The bound with every floor opened: floor(f / 2^k) = (f − r) / 2^k with a remainder r of 0 … 2^k − 1.
 *
 * The terms of f then meet their like outside, and may cancel; only the remainders are taken for independent. A floor of
 * two values may be kept closed instead: each value bounds the sum that it is a floor of.
 */
function openedRange(
  terms: ReadonlyMap<Atom, bigint>,
  border: Atom | undefined,
  rangeOfAtom: AtomRange,
  depth: number,
): Range {
  let most = 0;
  for (const atom of terms.keys()) {
    if (atom !== border && atom.meaning.kind === 'floor') most = Math.max(most, atom.meaning.shift);
  }
  const places = BigInt(most);
  const opened = new Map<Atom, bigint>();
  let lo = 0n;
  let hi = 0n;
  for (const [atom, coefficient] of terms) {
    const { meaning } = atom;
    if (atom === border) continue;
    if (meaning.kind !== 'floor') {
      add(opened, atom, coefficient << places);
      continue;
    }
    const factor = coefficient << BigInt(most - meaning.shift);
    const { linear, constant } = meaning.of;
    linear.atoms.forEach((inner, k) => add(opened, inner, factor * linear.coefficients[k]!));
    const remainder = scaled(-factor, 0n, (1n << BigInt(meaning.shift)) - 1n);
    lo += factor * constant + remainder.lo;
    hi += factor * constant + remainder.hi;
  }
  const inside =
    border === undefined
      ? rangeOf(opened, rangeOfAtom, depth + 1)
      : rangeBesideBorder(opened, border, terms.get(border)! << places, rangeOfAtom, depth + 1);
  return { lo: -(-(lo + inside.lo) >> places), hi: (hi + inside.hi) >> places };
}

function rangeOf(terms: ReadonlyMap<Atom, bigint>, rangeOfAtom: AtomRange, depth: number): Range {
  const sorted = [...terms].toSorted(([a], [b]) => a.id - b.id);
  return linearRange(
    sorted.map(([atom]) => atom),
    sorted.map(([, coefficient]) => coefficient),
    rangeOfAtom,
    depth,
  );
}

/** Bound coefficient · border + Σ terms, case by case: below the border and from it on. */
function rangeBesideBorder(
  terms: ReadonlyMap<Atom, bigint>,
  border: Atom,
  coefficient: bigint,
  rangeOfAtom: AtomRange,
  depth: number,
): Range {
  const { meaning } = border;
  if (meaning.kind !== 'floor') throw new Error('a border is a floor');
  const { linear, constant } = meaning.of;
  const factor = factorOf(linear, terms);
  const rest = new Map(terms);
  linear.atoms.forEach((atom, k) => add(rest, atom, -factor * linear.coefficients[k]!));
  const others = rangeOf(rest, rangeOfAtom, depth);
  const from = (border.hi << BigInt(meaning.shift)) - constant;
  const below = scaled(factor, linear.lo, from - 1n);
  const above = scaled(factor, from, linear.hi);
  const cases = [
    { lo: below.lo + coefficient * border.lo, hi: below.hi + coefficient * border.lo },
    { lo: above.lo + coefficient * border.hi, hi: above.hi + coefficient * border.hi },
  ] as const;
  return {
    lo: others.lo + (cases[0].lo < cases[1].lo ? cases[0].lo : cases[1].lo),
    hi: others.hi + (cases[0].hi > cases[1].hi ? cases[0].hi : cases[1].hi),
  };
}

/** How often a sum is contained in others as a whole; 0 where its atoms have no common factor. */
export function factorOf(linear: Linear, within: ReadonlyMap<Atom, bigint>): bigint {
  const first = within.get(linear.atoms[0]!) ?? 0n;
  if (first % linear.coefficients[0]! !== 0n) return 0n;
  const factor = first / linear.coefficients[0]!;
  const isWhole = linear.atoms.every((atom, k) => (within.get(atom) ?? 0n) === factor * linear.coefficients[k]!);
  return isWhole ? factor : 0n;
}

function add(terms: Map<Atom, bigint>, atom: Atom, coefficient: bigint): void {
  const sum = (terms.get(atom) ?? 0n) + coefficient;
  if (sum === 0n) terms.delete(atom);
  else terms.set(atom, sum);
}
