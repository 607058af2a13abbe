/**
 * Choices, tests and bitwise logic as atoms, each in one spelling: a condition is not a complement, operands are sorted,
 * complements stand outside.
 */
import { greatest, isConstant, least, sameForm } from './form.ts';
import type { Form } from './form.ts';
import type { FormStore } from './form-store.ts';
import { addForms, complementForm, contentOf, notForm, scaleForm, subtractForms } from './sums.ts';
import { rangeWhere } from './conditional-range.ts';
import { isNegative, signPlace } from './floor.ts';

/** Tell whether a form is 0 or 1 for all inputs. */
export function isBit(form: Form): boolean {
  return least(form) >= 0n && greatest(form) <= 1n;
}

/** Tell whether a bit reads better as the complement of another: 1 − x. */
function isComplement(form: Form): boolean {
  return form.constant === 1n && form.linear.coefficients[0] === -1n;
}

/** `a` where the bit `condition` is 1, else `b`. */
export function selectForm(store: FormStore, condition: Form, a: Form, b: Form): Form {
  if (isConstant(condition)) return condition.constant === 0n ? b : a;
  if (sameForm(a, b)) return a;
  if (isComplement(condition)) return selectForm(store, notForm(store, condition), b, a);
  const difference = subtractForms(store, a, b);
  // Two results that differ by a number are that number times the bit.
  if (isConstant(difference)) return addForms(store, b, condition, difference.constant);
  const first = rangeWhere(a, condition, true);
  const second = rangeWhere(b, condition, false);
  const lo = first.lo < second.lo ? first.lo : second.lo;
  const hi = first.hi > second.hi ? first.hi : second.hi;
  return store.ofAtom(store.atom({ kind: 'select', condition, a, b }, lo, hi));
}

/** 1 where the form is 0, else 0. */
export function isZero(store: FormStore, form: Form): Form {
  if (isConstant(form)) return store.constant(form.constant === 0n ? 1n : 0n);
  if (least(form) > 0n || greatest(form) < 0n) return store.constant(0n);
  if (isBit(form)) return notForm(store, form);
  const content = contentOf(form.linear.coefficients);
  if (form.constant % content !== 0n) return store.constant(0n);
  const factor = form.linear.coefficients[0]! < 0n ? -content : content;
  const of: Form = {
    linear: store.linear(
      form.linear.atoms,
      form.linear.coefficients.map((c) => c / factor),
    ),
    constant: form.constant / factor,
  };
  if (isBit(of)) return notForm(store, of);
  if (least(of) === -1n && greatest(of) === 0n) return addForms(store, store.constant(1n), of);
  return store.ofAtom(store.atom({ kind: 'zero', of }, 0n, 1n));
}

/** 1 where a < b, else 0. */
export function isLess(store: FormStore, a: Form, b: Form): Form {
  return isNegative(store, subtractForms(store, a, b));
}

function sorted(operands: readonly Form[]): readonly Form[] {
  return operands.toSorted((p, q) => p.linear.id - q.linear.id || (p.constant < q.constant ? -1 : 1));
}

/** Bitwise and of the infinitely extended two's complement. */
export function andForms(store: FormStore, a: Form, b: Form): Form {
  const flat: Form[] = [];
  for (const operand of [a, b]) {
    const { atoms, coefficients } = operand.linear;
    const only =
      atoms.length === 1 && coefficients[0] === 1n && operand.constant === 0n ? atoms[0]!.meaning : undefined;
    if (only?.kind === 'and') flat.push(...only.operands);
    else flat.push(operand);
  }
  let mask = -1n;
  const operands: Form[] = [];
  for (const operand of flat) {
    if (isConstant(operand)) mask &= operand.constant;
    else if (!operands.some((other) => sameForm(other, operand))) operands.push(operand);
  }
  // Of constants alone no bits are known to be 0.
  if (operands.length === 0) return store.constant(mask);
  const bits = operands.every(isBit);
  if (mask === 0n || (bits && (mask & 1n) === 0n)) return store.constant(0n);
  const opposite = (p: Form): Form => (bits ? notForm(store, p) : complementForm(store, p));
  for (const p of operands) if (operands.some((q) => sameForm(opposite(p), q))) return store.constant(0n);
  if (mask !== -1n && !bits) operands.push(store.constant(mask));
  if (operands.length === 1) return operands[0]!;
  const { lo, hi } = andRange(operands);
  return store.ofAtom(store.atom({ kind: 'and', operands: sorted(operands) }, lo, hi));
}

/** An and is at most as great as each operand that is never negative, and negative only if all can be. */
function andRange(operands: readonly Form[]): { readonly lo: bigint; readonly hi: bigint } {
  const whole = operands.filter((operand) => least(operand) >= 0n);
  if (whole.length > 0) {
    return { lo: 0n, hi: whole.map(greatest).reduce((p, q) => (p < q ? p : q)) };
  }
  const places = Math.max(...operands.map((operand) => signPlace(least(operand), greatest(operand))));
  return { lo: -(1n << BigInt(places)), hi: (1n << BigInt(places)) - 1n };
}

/** Bitwise or. */
export function orForms(store: FormStore, a: Form, b: Form): Form {
  const opposite = isBit(a) && isBit(b) ? notForm : complementForm;
  return opposite(store, andForms(store, opposite(store, a), opposite(store, b)));
}

/** Bitwise exclusive or. */
export function xorForms(store: FormStore, a: Form, b: Form): Form {
  if (isConstant(a) && isConstant(b)) return store.constant(a.constant ^ b.constant);
  if (isConstant(a)) return xorForms(store, b, a);
  if (sameForm(a, b)) return store.constant(0n);
  if (isConstant(b) && b.constant === 0n) return a;
  const bits = isBit(a) && isBit(b);
  if (isConstant(b) && (b.constant === -1n || (bits && b.constant === 1n))) {
    return bits ? notForm(store, a) : complementForm(store, a);
  }
  const opposite = bits ? notForm : complementForm;
  const isInverted = (form: Form): boolean =>
    bits ? isComplement(form) : form.constant < 0n && (form.linear.coefficients[0] ?? 1n) < 0n;
  if (isInverted(a)) return opposite(store, xorForms(store, opposite(store, a), b));
  if (isInverted(b)) return opposite(store, xorForms(store, a, opposite(store, b)));
  const places = Math.max(...[a, b].map((operand) => signPlace(least(operand), greatest(operand))));
  const whole = least(a) >= 0n && least(b) >= 0n;
  const hi = (1n << BigInt(places)) - 1n;
  const atom = store.atom({ kind: 'xor', operands: sorted([a, b]) }, whole ? 0n : -hi - 1n, hi);
  return store.ofAtom(atom);
}

/** a · b. */
export function multiplyForms(store: FormStore, a: Form, b: Form): Form {
  if (isConstant(a)) return scaleForm(store, b, a.constant);
  if (isConstant(b)) return scaleForm(store, a, b.constant);
  const [p, q] = [primitive(store, a), primitive(store, b)];
  const isSquare = sameForm(p.form, q.form);
  const corners = [
    least(p.form) * least(q.form),
    least(p.form) * greatest(q.form),
    greatest(p.form) * least(q.form),
    greatest(p.form) * greatest(q.form),
  ];
  let lo = corners.reduce((x, y) => (x < y ? x : y));
  const hi = corners.reduce((x, y) => (x > y ? x : y));
  if (isSquare)
    lo = least(p.form) < 0n && greatest(p.form) > 0n ? 0n : corners[0]! < corners[3]! ? corners[0]! : corners[3]!;
  const [first, second] = sorted([p.form, q.form]);
  const atom = store.atom({ kind: 'product', a: first!, b: second! }, lo, hi);
  return scaleForm(store, store.ofAtom(atom), p.factor * q.factor);
}

/** A form as factor · form with a positive first coefficient and no common factor. */
function primitive(store: FormStore, form: Form): { readonly factor: bigint; readonly form: Form } {
  let content = contentOf([...form.linear.coefficients, ...(form.constant === 0n ? [] : [form.constant])]);
  if (form.linear.coefficients[0]! < 0n) content = -content;
  const linear = store.linear(
    form.linear.atoms,
    form.linear.coefficients.map((c) => c / content),
  );
  return { factor: content, form: { linear, constant: form.constant / content } };
}

/** Entry `form − lo` of a table; the form must be within it for all inputs, even if its interval is not. */
export function tableForm(store: FormStore, form: Form, lo: bigint, values: readonly bigint[]): Form {
  const entry = (value: bigint): bigint => values[Number(value - lo)]!;
  if (isConstant(form)) return store.constant(entry(form.constant));
  const end = lo + BigInt(values.length) - 1n;
  const from = least(form) > lo ? least(form) : lo;
  const to = greatest(form) < end ? greatest(form) : end;
  const used = values.slice(Number(from - lo), Number(to - lo) + 1);
  let [low, high] = [used[0]!, used[0]!];
  for (const value of used) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low === high) return store.constant(low);
  const table = store.lookUp(from, used);
  return store.ofAtom(store.atom({ kind: 'table', of: form, table }, low, high));
}
