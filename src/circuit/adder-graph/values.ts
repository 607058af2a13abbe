/**
 * The growing list of values of an adder graph under construction: inputs first, then one per adder.
 *
 * A value knows its linear form over the inputs, and with it the exact range that it takes. Ranges by interval
 * arithmetic over the operands are wider wherever both hold the same input.
 */
import type { Adder, InputRange } from './adder-graph.ts';

/** ± value·2^shift in a sum. */
export interface Term {
  readonly value: number;
  readonly shift: number;
  readonly negative: boolean;
}

/** Stateful: values are added at the end and never change. */
export interface Values {
  readonly inputs: readonly InputRange[];
  readonly adders: Adder[];
  /** Bits of the magnitude: the largest that the value takes in either direction is below 2^magnitude. */
  readonly magnitude: number[];
  /** 1 if the value can be negative. */
  readonly signed: number[];
  /** Adders between an input and the value. */
  readonly depth: number[];
  /** Coefficients of the inputs. */
  readonly forms: Float64Array[];
}

/** Start with the inputs. */
export function startValues(inputs: readonly InputRange[]): Values {
  const values: Values = { inputs, adders: [], magnitude: [], signed: [], depth: [], forms: [] };
  inputs.forEach((_, k) => {
    const form = new Float64Array(inputs.length);
    form[k] = 1;
    push(values, form, 0);
  });
  return values;
}

/** Full-adder bits of a ± b·2^shift: from the lowest bit of the shifted operand to the top of the wider one. */
export function adderBits(values: Values, a: number, b: number, shift: number): number {
  const top = Math.max(values.magnitude[a]! - shift, values.magnitude[b]!);
  return top + (values.signed[a]! | values.signed[b]!);
}

/** Bits of a value, its sign included. */
export const valueWidth = (values: Values, value: number): number => values.magnitude[value]! + values.signed[value]!;

/** Add an adder; return its value. */
export function addAdder(values: Values, adder: Adder): number {
  const { a, b, shift, subtract } = adder;
  const factor = (subtract ? -1 : 1) * 2 ** shift;
  const first = values.forms[a]!;
  const second = values.forms[b]!;
  const form = new Float64Array(first.length);
  for (let k = 0; k < form.length; k++) form[k] = first[k]! + factor * second[k]!;
  values.adders.push(adder);
  push(values, form, Math.max(values.depth[a]!, values.depth[b]!) + 1);
  return values.depth.length - 1;
}

function push(values: Values, form: Float64Array, depth: number): void {
  let lo = 0;
  let hi = 0;
  values.inputs.forEach((range, k) => {
    const factor = form[k]!;
    lo += factor * (factor > 0 ? range.lo : range.hi);
    hi += factor * (factor > 0 ? range.hi : range.lo);
  });
  values.forms.push(form);
  values.depth.push(depth);
  values.signed.push(lo < 0 ? 1 : 0);
  // -2^n needs n bits of magnitude beside the sign, 2^n one more.
  values.magnitude.push(bitsOf(Math.max(hi, -lo - 1)));
}

/** Bits of a non-negative integer below 2^53. */
function bitsOf(value: number): number {
  if (value <= 0) return 0;
  let bits = Math.floor(Math.log2(value)) + 1;
  if (2 ** bits <= value) bits += 1;
  else if (2 ** (bits - 1) > value) bits -= 1;
  return bits;
}
