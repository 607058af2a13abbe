/**
 * Floors of shifted forms, and with them all slices of bits.
 *
 * Normal form of floor(f / 2^k): terms that 2^k divides stand outside, and so does the multiple of 2^k in the constant; a
 * common power of two is cancelled; its first coefficient is positive; a floor inside is joined with the one around it; a place above the sign is the sign.
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
  const unit = 1n << places;
  const outer = store.constant(form.constant >> places);
  const inner = form.constant & (unit - 1n);
  const { atoms, coefficients } = form.linear;
  const kept: number[] = [];
  const moved: number[] = [];
  coefficients.forEach((coefficient, k) => ((coefficient & (unit - 1n)) === 0n ? moved : kept).push(k));
  const pick = (places_: readonly number[], map: (c: bigint) => bigint): Form => ({
    linear: store.linear(
      places_.map((k) => atoms[k]!),
      places_.map((k) => map(coefficients[k]!)),
    ),
    constant: 0n,
  });
  const outside = addForms(
    store,
    outer,
    pick(moved, (c) => c >> places),
  );
  if (kept.length === 0) return outside;
  const rest = withConstant(kept.length === atoms.length ? { ...form, constant: 0n } : pick(kept, (c) => c), inner);
  return addForms(store, outside, innerFloor(store, rest, shift));
}

/** The floor of what has no term outside. */
function innerFloor(store: FormStore, form: Form, shift: number): Form {
  const places = BigInt(shift);
  const [first, last] = [least(form) >> places, greatest(form) >> places];
  if (first === last) return store.constant(first);
  // −y + c has the floor −floor(y − c + 2^k − 1): sums in a floor begin with a positive coefficient.
  if (form.linear.coefficients[0]! < 0n) {
    const mirrored = scaleForm(store, form, -1n);
    const constant = mirrored.constant + (1n << places) - 1n;
    return scaleForm(store, floorForm(store, withConstant(mirrored, constant), shift), -1n);
  }
  const zeros = commonZeros(form.linear.coefficients);
  if (zeros > 0) return floorForm(store, halved(store, form, zeros), shift - zeros);
  const joined = joinFloor(store, form, shift);
  if (joined !== undefined) return joined;
  const sign = signPlace(least(form), greatest(form));
  if (shift < sign) return floorAtom(store, form, shift);
  return signFloor(store, form);
}

function floorAtom(store: FormStore, of: Form, shift: number): Form {
  const places = BigInt(shift);
  return store.ofAtom(store.atom({ kind: 'floor', of, shift }, least(of) >> places, greatest(of) >> places));
}

/** −1 where the form is negative, else 0. m·x + c < 0 exactly where x + floor(c / m) < 0, for whole numbers. */
function signFloor(store: FormStore, form: Form): Form {
  const content = contentOf(form.linear.coefficients);
  let divided = form;
  if (content > 1n) {
    const linear = store.linear(
      form.linear.atoms,
      form.linear.coefficients.map((c) => c / content),
    );
    divided = { linear, constant: floorDivide(form.constant, content) };
  }
  const place = signPlace(least(divided), greatest(divided));
  // From place 0 on all bits are the sign: what was divided is −1 or 0 itself.
  return place === 0 ? divided : floorAtom(store, divided, place);
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
  const signed =
    coefficients[found] === 1n ? of : withConstant(scaleForm(store, of, -1n), unit - 1n - of.constant);
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
