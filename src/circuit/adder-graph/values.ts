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

/** Coefficients of the inputs from `from` on; all others are 0. */
export interface LinearForm {
  readonly from: number;
  readonly factors: Float64Array;
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
  /** Undefined for what is never an operand again: forms are most of the memory. */
  readonly forms: (LinearForm | undefined)[];
}

/** 2^n for the depths of sums: a table is read faster than a power is taken. */
export const POWERS_OF_TWO: Float64Array = Float64Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** Start with the inputs. */
export function startValues(inputs: readonly InputRange[]): Values {
  const values: Values = { inputs, adders: [], magnitude: [], signed: [], depth: [], forms: [] };
  inputs.forEach((_, from) => push(values, { from, factors: Float64Array.of(1) }, 0));
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
  const from = Math.min(first.from, second.from);
  const to = Math.max(first.from + first.factors.length, second.from + second.factors.length);
  const factors = new Float64Array(to - from);
  factors.set(first.factors, first.from - from);
  const offset = second.from - from;
  for (let k = 0; k < second.factors.length; k++) factors[offset + k]! += factor * second.factors[k]!;
  values.adders.push(adder);
  push(values, { from, factors }, Math.max(values.depth[a]!, values.depth[b]!) + 1);
  return values.depth.length - 1;
}

/** Free the memory of a value that is no operand any more. */
export function forgetForm(values: Values, value: number): void {
  values.forms[value] = undefined;
}

function push(values: Values, form: LinearForm, depth: number): void {
  const { from, factors } = form;
  let lo = 0;
  let hi = 0;
  for (let k = 0; k < factors.length; k++) {
    const factor = factors[k]!;
    if (factor === 0) continue;
    const range = values.inputs[from + k]!;
    lo += factor * (factor > 0 ? range.lo : range.hi);
    hi += factor * (factor > 0 ? range.hi : range.lo);
  }
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
