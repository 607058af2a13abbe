/**
 * Floors of shifted forms, and with them all slices of bits.
 *
 * Normal form of floor(f / 2^k): coefficients and constant inside are residues modulo 2^k, and what they lack stands outside; a
 * common power of two is cancelled; its first coefficient is positive; a floor inside is joined with the one around it; a floor of two values is the sign of
 * a sum.
 */
import { greatest, isConstant, least } from './form.ts';
import type { Atom, Form } from './form.ts';
import type { FormStore } from './form-store.ts';
import { addForms, contentOf, scaleForm, subtractForms, withConstant } from './sums.ts';

/** Least s with −2^s ≤ lo and hi < 2^s: all bits from place s on are the sign. */
export function signPlace(lo: bigint, hi: bigint): number {
  const bits = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);
  return Math.max(bits(hi < 0n ? -hi - 1n : hi), bits(lo < 0n ? -lo - 1n : lo));
}

/** floor(form / 2^shift); a negative shift multiplies. */
export function floorForm(store: FormStore, form: Form, shift: number): Form {
  if (shift <= 0) return scaleForm(store, form, 1n << BigInt(-shift));
  const places = BigInt(shift);
  const [first, last] = [least(form) >> places, greatest(form) >> places];
  if (first === last) return store.constant(first);
  if (last - first === 1n) return borderForm(store, form, last << places, first);
  const unit = 1n << places;
  const outer = store.constant(form.constant >> places);
  const inner = form.constant & (unit - 1n);
  const { atoms, coefficients } = form.linear;
  const residue = (c: bigint): bigint => balanced(c, shift);
  const outside = addForms(
    store,
    outer,
    termwise(store, atoms, coefficients, (c) => (c - residue(c)) >> places),
  );
  const rest = withConstant(termwise(store, atoms, coefficients, residue), inner);
  if (isConstant(rest)) return outside;
  return addForms(store, outside, innerFloor(store, rest, shift));
}

/** The residue modulo 2^shift between −2^(shift−1), exclusive, and 2^(shift−1), inclusive. */
function balanced(value: bigint, shift: number): bigint {
  const residue = BigInt.asIntN(shift, value);
  return residue === -(1n << BigInt(shift - 1)) ? -residue : residue;
}

/** The sum with other coefficients, without those that become 0. */
function termwise(
  store: FormStore,
  atoms: readonly Atom[],
  coefficients: readonly bigint[],
  change: (coefficient: bigint) => bigint,
): Form {
  const changed = coefficients.map(change);
  const kept = changed.flatMap((coefficient, k) => (coefficient === 0n ? [] : [k]));
  return {
    linear: store.linear(
      kept.map((k) => atoms[k]!),
      kept.map((k) => changed[k]!),
    ),
    constant: 0n,
  };
}

/** The floor of a form of residues. */
function innerFloor(store: FormStore, form: Form, shift: number): Form {
  const places = BigInt(shift);
  const [first, last] = [least(form) >> places, greatest(form) >> places];
  if (first === last) return store.constant(first);
  const zeros = commonZeros(form.linear.coefficients);
  if (zeros > 0) return floorForm(store, halved(store, form, zeros), shift - zeros);
  if (isMirrored(form, shift)) {
    const mirrored = scaleForm(store, form, -1n);
    const constant = mirrored.constant + (1n << places) - 1n;
    return scaleForm(store, floorForm(store, withConstant(mirrored, constant), shift), -1n);
  }
  return joinFloor(store, form, shift) ?? floorAtom(store, form, shift);
}

/**
 * Tell which of two spellings to take: −y + c has the floor −floor(y − c + 2^k − 1).
 *
 * The first coefficient that has a sign is positive; 2^(k−1) has none, for it is −2^(k−1) modulo 2^k. Where all are so,
 * the spelling without a constant is taken.
 */
function isMirrored(form: Form, shift: number): boolean {
  const half = 1n << BigInt(shift - 1);
  const first = form.linear.coefficients.find((coefficient) => coefficient !== half);
  return first === undefined ? form.constant >= half : first < 0n;
}

function floorAtom(store: FormStore, of: Form, shift: number): Form {
  const places = BigInt(shift);
  return store.ofAtom(store.atom({ kind: 'floor', of, shift }, least(of) >> places, greatest(of) >> places));
}

/**
 * A floor of two values: `below` where the form is less than a border, else one more.
 *
 * Spelled as the sign of a sum without a common factor and with a positive first coefficient: m·x + c < 0 exactly where
 * x + floor(c / m) < 0, and −x + c < 0 exactly where not x − c − 1 < 0, for whole numbers.
 */
function borderForm(store: FormStore, form: Form, border: bigint, below: bigint): Form {
  const { atoms, coefficients } = form.linear;
  const content = contentOf(coefficients);
  const isFlipped = coefficients[0]! < 0n;
  const factor = isFlipped ? -content : content;
  const linear = store.linear(
    atoms,
    coefficients.map((c) => c / factor),
  );
  const constant = floorDivide(form.constant - border, content);
  const of: Form = { linear, constant: isFlipped ? -constant - 1n : constant };
  const place = signPlace(least(of), greatest(of));
  // From place 0 on all bits are the sign: the sum is −1 or 0 itself.
  const sign = place === 0 ? of : floorAtom(store, of, place);
  return addForms(store, store.constant(isFlipped ? below : below + 1n), sign, isFlipped ? -1n : 1n);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** Trailing zero bits that all coefficients have. */
function commonZeros(coefficients: readonly bigint[]): number {
  let bits = 0n;
  for (const coefficient of coefficients) {
    bits |= coefficient;
    if ((bits & 1n) === 1n) return 0;
  }
  let zeros = 0;
  while (((bits >> BigInt(zeros)) & 1n) === 0n) zeros++;
  return zeros;
}

/** The form divided by 2^zeros, which divides its coefficients; the constant is rounded down. */
function halved(store: FormStore, form: Form, zeros: number): Form {
  const places = BigInt(zeros);
  const linear = store.linear(
    form.linear.atoms,
    form.linear.coefficients.map((c) => c >> places),
  );
  return { linear, constant: form.constant >> places };
}

/**
 * floor((±floor(x / 2^j) + m) / 2^k) as one floor, if there is exactly one such floor inside.
 *
 * −floor(x / 2^j) = floor((−x + 2^j − 1) / 2^j), and floors of whole numbers nest.
 */
function joinFloor(store: FormStore, form: Form, shift: number): Form | undefined {
  const { atoms, coefficients } = form.linear;
  let found: number | undefined;
  for (let k = 0; k < atoms.length; k++) {
    if (atoms[k]!.meaning.kind !== 'floor' || (coefficients[k] !== 1n && coefficients[k] !== -1n)) continue;
    if (found !== undefined) return undefined;
    found = k;
  }
  if (found === undefined) return undefined;
  const atom: Atom = atoms[found]!;
  if (atom.meaning.kind !== 'floor') return undefined;
  const { of, shift: inside } = atom.meaning;
  const rest = subtractForms(store, form, scaleForm(store, store.ofAtom(atom), coefficients[found]!));
  const unit = 1n << BigInt(inside);
  const signed = coefficients[found] === 1n ? of : withConstant(scaleForm(store, of, -1n), unit - 1n - of.constant);
  const joined = addForms(store, signed, rest, unit);
  // Without this, a sum whose floor moves outside and in again would never end.
  if (joined.linear === form.linear) return undefined;
  return floorForm(store, joined, shift + inside);
}

/** Bits lsb … lsb + width − 1 of a form as a number from 0 to 2^width − 1. */
export function unsignedBits(store: FormStore, form: Form, lsb: number, width: number): Form {
  const high = floorForm(store, form, lsb);
  const unit = 1n << BigInt(width);
  if (least(high) >= 0n && greatest(high) < unit) return high;
  return addForms(store, high, floorForm(store, form, lsb + width), -unit);
}

/** The same bits as a number from −2^(width−1) to 2^(width−1) − 1. */
export function signedBits(store: FormStore, form: Form, lsb: number, width: number): Form {
  const high = floorForm(store, form, lsb);
  const half = 1n << BigInt(width - 1);
  if (least(high) >= -half && greatest(high) < half) return high;
  const top = unsignedBits(store, form, lsb + width - 1, 1);
  return addForms(store, unsignedBits(store, form, lsb, width), top, -2n * half);
}

/** 1 where the form is negative, else 0. */
export function isNegative(store: FormStore, form: Form): Form {
  if (isConstant(form)) return store.constant(form.constant < 0n ? 1n : 0n);
  return scaleForm(store, floorForm(store, form, signPlace(least(form), greatest(form))), -1n);
}
