/**
 * Ranges that end just beyond a power of two, looked at more closely.
 *
 * A sum of floors is bounded with all their remainders at their worst, which cannot always happen together. Where such a
 * bound is a few units beyond 0 or a power of two, the word that holds the sum would seem to wrap; there the ranges of the
 * inputs are halved, and their halves, until every part is on the right side or one is found that is not.
 */
import type { Atom } from './form.ts';
import { linearRange } from './linear-range.ts';
import type { AtomRange, Range } from './linear-range.ts';

/** How far beyond a power of two an end may be. */
const NEAR = 8n;
/** Most atoms whose ranges are divided. */
const MOST_ATOMS = 6;
/** Most parts that are looked at for one end. */
const MOST_PARTS = 600;

/** Narrow the range of a sum to the power of two that it just exceeds, where that can be shown. */
export function dividedRange(atoms: readonly Atom[], coefficients: readonly bigint[], range: Range): Range {
  const floors = atoms.filter(({ meaning }) => meaning.kind === 'floor');
  if (floors.length < 2) return range;
  const lowTarget = [0n, -powerBelow(-range.lo)].find((target) => range.lo < target && target - range.lo <= NEAR);
  const highTarget = [powerBelow(range.hi + 1n) - 1n].find((target) => range.hi > target && range.hi - target <= NEAR);
  if (lowTarget === undefined && highTarget === undefined) return range;
  const inner = innerAtoms(atoms);
  if (inner.length > MOST_ATOMS) return range;
  const isWithin = (holds: (part: Range) => boolean): boolean =>
    holdsEverywhere(inner, (rangeOfAtom) => holds(linearRange(atoms, coefficients, rangeOfAtom, 1)));
  const lo = lowTarget !== undefined && isWithin((part) => part.lo >= lowTarget) ? lowTarget : range.lo;
  const hi = highTarget !== undefined && isWithin((part) => part.hi <= highTarget) ? highTarget : range.hi;
  return { lo, hi };
}

/** The greatest power of two below a number; 1 for all that is not above 1. */
function powerBelow(value: bigint): bigint {
  return value <= 1n ? 1n : 1n << BigInt((value - 1n).toString(2).length - 1);
}

/** Atoms that are no floors, looking through floors. */
export function innerAtoms(atoms: readonly Atom[]): readonly Atom[] {
  const found = new Set<Atom>();
  const stack = [...atoms];
  for (let atom = stack.pop(); atom !== undefined; atom = stack.pop()) {
    if (atom.meaning.kind === 'floor') stack.push(...atom.meaning.of.linear.atoms);
    else found.add(atom);
  }
  return [...found];
}

/** Tell whether something holds for all values of some atoms; false where it was not shown. */
function holdsEverywhere(atoms: readonly Atom[], holds: (rangeOfAtom: AtomRange) => boolean): boolean {
  const stack: (readonly Range[])[] = [atoms];
  for (let looked = 0; stack.length > 0; looked++) {
    if (looked > MOST_PARTS) return false;
    const box = stack.pop()!;
    if (holds(rangesWithin(atoms, box))) continue;
    let widest = 0;
    box.forEach(({ lo, hi }, k) => {
      if (hi - lo > box[widest]!.hi - box[widest]!.lo) widest = k;
    });
    const { lo, hi } = box[widest]!;
    if (lo === hi) return false;
    const middle = (lo + hi) >> 1n;
    stack.push(box.with(widest, { lo: middle + 1n, hi }), box.with(widest, { lo, hi: middle }));
  }
  return true;
}

/** Ranges of atoms where some are within a box; floors follow. */
function rangesWithin(atoms: readonly Atom[], box: readonly Range[]): AtomRange {
  const known = new Map<Atom, Range>(atoms.map((atom, k) => [atom, box[k]!]));
  const rangeOfAtom: AtomRange = (atom) => {
    let range = known.get(atom);
    if (range === undefined) {
      const { meaning } = atom;
      if (meaning.kind !== 'floor') return atom;
      const { atoms: inner, coefficients } = meaning.of.linear;
      const inside = linearRange(inner, coefficients, rangeOfAtom, 1);
      const places = BigInt(meaning.shift);
      range = { lo: (inside.lo + meaning.of.constant) >> places, hi: (inside.hi + meaning.of.constant) >> places };
      known.set(atom, range);
    }
    return range;
  };
  return rangeOfAtom;
}
