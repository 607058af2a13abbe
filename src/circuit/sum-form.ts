/**
 * What a wire is as a sum over other wires: raw ≡ Σ floor(c_i · leaf_i / 2^drop) + constant (mod 2^modulus).
 *
 * Shift-and-add graphs, chains of partial sums and products that are each cut to an accumulator's precision all have
 * this form, and whoever evaluates it need not care which operations wrote it. A drop of 0 is a plain linear
 * combination; a finite modulus says that some wrapping cast lost what was above. Everything that is not a sum
 * (choices, tables, rounding of a whole sum, saturation) starts a new leaf.
 *
 * Limits: leaves are wires whose codes fit `leafBits` signed bits; coefficients and constants stay below 2^40, so that
 * they are exact as numbers; casts that round otherwise than down, saturate, or drop bits of a sum are leaves.
 */
import { fractionBits, rawRange, isWrapping } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { roundedInterval } from './cast-interval.ts';
import type { Circuit, Op, Wire, WireType } from './circuit.ts';
import { complementOf } from './complement.ts';

export interface SumForm {
  /** Wires in ascending order, each once. */
  readonly leaves: readonly Wire[];
  /** Non-zero integers, one per leaf. */
  readonly coefficients: readonly number[];
  readonly constant: number;
  /** Bits dropped from each product by rounding down. */
  readonly drop: number;
  /** The sum equals the raw code modulo 2^modulus; Infinity if it equals it. */
  readonly modulus: number;
}

/** Coefficients and constants beyond this are not followed. */
const LARGEST = 2 ** 40;
/** Longer sums are not merged further: their last sums stay operations. */
const MOST_TERMS = 4096;

const isInRange = (...values: readonly number[]): boolean => values.every((value) => Math.abs(value) <= LARGEST);

function constantForm(type: WireType): SumForm | undefined {
  const value = Number(type.lo);
  if (!isInRange(value)) return undefined;
  return { leaves: [], coefficients: [], constant: value, drop: 0, modulus: Infinity };
}

/** c times the form, if that is one: products that are already cut cannot be multiplied. */
function multiplied(form: SumForm, factor: number): SumForm | undefined {
  if (factor === 1) return form;
  if (form.drop > 0) return undefined;
  if (factor === 0) return { leaves: [], coefficients: [], constant: 0, drop: 0, modulus: Infinity };
  const coefficients = form.coefficients.map((coefficient) => coefficient * factor);
  const constant = form.constant * factor;
  return isInRange(constant, ...coefficients) ? { ...form, coefficients, constant } : undefined;
}

function shifted(form: SumForm | undefined, left: number): SumForm | undefined {
  if (form === undefined || left === 0) return form;
  if (left > 40) return undefined;
  const scaled = multiplied(form, 2 ** left);
  return scaled && { ...scaled, modulus: form.modulus + left };
}

/** The same form with `drop` bits dropped from each product. */
function withDrop(form: SumForm, drop: number): SumForm | undefined {
  if (form.drop === drop) return form;
  const coefficients = form.coefficients.map((coefficient) => coefficient * 2 ** (drop - form.drop));
  return isInRange(...coefficients) ? { ...form, coefficients, drop } : undefined;
}

/** The sum of two forms. Products of one leaf join if at most one of them is really cut. */
function added(p: SumForm | undefined, q: SumForm | undefined): SumForm | undefined {
  if (p === undefined || q === undefined) return undefined;
  const drop = Math.max(p.drop, q.drop);
  const a = withDrop(p, drop);
  const b = withDrop(q, drop);
  if (a === undefined || b === undefined || a.leaves.length + b.leaves.length > MOST_TERMS) return undefined;
  const unit = 2 ** drop;
  const leaves: Wire[] = [];
  const coefficients: number[] = [];
  const constant = a.constant + b.constant;
  if (!isInRange(constant)) return undefined;
  for (let i = 0, j = 0; i < a.leaves.length || j < b.leaves.length;) {
    const left = a.leaves[i] ?? Infinity;
    const right = b.leaves[j] ?? Infinity;
    let coefficient = 0;
    if (left <= right) coefficient += a.coefficients[i]!;
    if (right <= left) coefficient += b.coefficients[j]!;
    if (left === right && a.coefficients[i]! % unit !== 0 && b.coefficients[j]! % unit !== 0) return undefined;
    if (!isInRange(coefficient)) return undefined;
    if (coefficient !== 0) {
      leaves.push(Math.min(left, right));
      coefficients.push(coefficient);
    }
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return { leaves, coefficients, constant, drop, modulus: Math.min(a.modulus, b.modulus) };
}

/** The form after a cast, if the cast rounds down and wraps. */
function castForm(form: SumForm | undefined, type: WireType, format: FixedFormat): SumForm | undefined {
  if (form === undefined || !isWrapping(format)) return undefined;
  const dropped = type.fraction - fractionBits(format);
  const rounded = roundedInterval(type, format);
  const { lo, hi } = rawRange(format);
  const limit = rounded.lo >= lo && rounded.hi <= hi ? Infinity : format.width;
  let result: SumForm | undefined;
  if (dropped <= 0) {
    result = shifted(form, -dropped);
  } else {
    if (format.quantization !== 'AP_TRN' || dropped > 40 || form.modulus <= dropped) return undefined;
    const modulus = form.modulus - dropped;
    const unit = 2 ** dropped;
    const { coefficients, constant } = form;
    if (form.drop === 0 && constant % unit === 0 && coefficients.every((coefficient) => coefficient % unit === 0)) {
      result = { ...form, coefficients: coefficients.map((c) => c / unit), constant: constant / unit, modulus };
    } else if (coefficients.length === 1 && constant === 0) {
      // floor(floor(x / 2^p) / 2^q) = floor(x / 2^(p+q))
      result = { ...form, drop: form.drop + dropped, modulus };
    }
  }
  return result && { ...result, modulus: Math.min(result.modulus, limit) };
}

/**
 * Return the form of every wire, or undefined for a wire that has none and does not fit a leaf.
 *
 * A wire that is no sum is its own form: one leaf, coefficient 1.
 *
 * @param leafBits width of a leaf, in bits, sign included
 */
export function sumForms(circuit: Circuit, leafBits: number): (SumForm | undefined)[] {
  const { ops, types } = circuit;
  const limit = 1n << BigInt(leafBits - 1);
  const forms: (SumForm | undefined)[] = [];
  /** The wire itself, or the wire that it is with another binary point. */
  const asLeaf = (wire: Wire): SumForm | undefined => {
    const op = ops[wire]!;
    if (op.kind === 'scale') return asLeaf(op.a);
    const { lo, hi } = types[wire]!;
    if (lo < -limit || hi >= limit) return undefined;
    return { leaves: [wire], coefficients: [1], constant: 0, drop: 0, modulus: Infinity };
  };
  /** Follow the operands into their own sums; where that fails, take them as leaves. */
  const throughOne = (a: Wire, rule: (form: SumForm | undefined) => SumForm | undefined): SumForm | undefined =>
    rule(forms[a]) ?? (isLeaf(forms[a], a) ? undefined : rule(asLeaf(a)));
  const derived = (op: Op, wire: Wire): SumForm | undefined => {
    switch (op.kind) {
      case 'scale':
        return forms[op.a];
      case 'negate':
        return throughOne(op.a, (form) => form && multiplied(form, -1));
      case 'multiply': {
        const [a, b] = types[op.a]!.lo === types[op.a]!.hi ? [op.b, op.a] : [op.a, op.b];
        const { lo, hi } = types[b]!;
        const factor = Number(lo);
        if (lo !== hi || !isInRange(factor)) return undefined;
        return throughOne(a, (form) => form && multiplied(form, factor));
      }
      case 'add': {
        const { fraction } = types[wire]!;
        const left = fraction - types[op.a]!.fraction;
        const right = fraction - (types[op.b]!.fraction - op.shift);
        const sum = (a: SumForm | undefined, b: SumForm | undefined): SumForm | undefined => {
          const second = shifted(b, right);
          return added(shifted(a, left), second && op.subtract ? multiplied(second, -1) : second);
        };
        return (
          sum(forms[op.a], forms[op.b]) ??
          sum(forms[op.a], asLeaf(op.b)) ??
          sum(asLeaf(op.a), forms[op.b]) ??
          sum(asLeaf(op.a), asLeaf(op.b))
        );
      }
      case 'cast':
        return throughOne(op.a, (form) => castForm(form, types[op.a]!, op.format));
      case 'bitwise': {
        const inverted = complementOf(circuit, wire);
        const one: SumForm = { leaves: [], coefficients: [], constant: -1, drop: 0, modulus: Infinity };
        return inverted === undefined
          ? undefined
          : throughOne(inverted, (form) => form && added(multiplied(form, -1), one));
      }
      default:
        return undefined;
    }
  };
  for (const [wire, op] of ops.entries()) {
    const type = types[wire]!;
    if (type.lo === type.hi) forms.push(constantForm(type));
    else forms.push(derived(op, wire) ?? asLeaf(wire));
  }
  return forms;
}

/** Tell whether a form is that of a leaf: the wire itself. */
export function isLeaf(form: SumForm | undefined, wire: Wire): boolean {
  return form !== undefined && form.leaves.length === 1 && form.leaves[0] === wire && form.coefficients[0] === 1;
}
