/**
 * Which wires are computed as dot products instead of by their operations.
 *
 * A wire whose sum form (see `sumForms`) has 16-bit leaves and 16-bit coefficients is one column of a matrix product:
 * two leaves travel as a pair in the 16-bit halves of a 32-bit lane, and `i32x4.dot_i16x8_s` multiplies and adds both
 * for four samples. Sums are right modulo 2^32, which is enough where the value fits 32 bits or wraps.
 *
 * Products that are each rounded down to D fewer bits before they are summed, as in hls4ml's accumulators, follow from
 *
 *     Σ floor(p_i / 2^D) = (Σ p_i − Σ (p_i mod 2^D)) / 2^D,
 *
 * where the remainders need the low 16 bits of the products only (`i16x8.mul`).
 *
 * Rule of choice: a wire is computed as a product if that takes fewer vector instructions than its share of the
 * operations between it and the leaves, an operation being shared evenly by its readers.
 */
import { isLeaf, operandsOf, roundedInterval, sumForms } from '../circuit/index.ts';
import type { Circuit, Op, SumForm, Wire } from '../circuit/index.ts';
import { fractionBits, rawRange, isWrapping } from '../fixed/index.ts';
import type { FixedFormat } from '../fixed/index.ts';
import { codeOperands, extremumOf } from './extremum.ts';
import { fitsBits } from './lanes.ts';

/** What is done to a sum in the kernel: (sum + bias) << left >> right, then brought between `lo` and `hi`. */
export interface Finish {
  readonly bias: number;
  readonly left: number;
  readonly right: number;
  /** Whether the right shift is with sign. */
  readonly signed: boolean;
  readonly lo?: number;
  readonly hi?: number;
}

/** A wire computed as a dot product: its sum, and the cast and the choice of a minimum or maximum that follow. */
export interface Product {
  readonly wire: Wire;
  readonly form: SumForm;
  /** The low bits of the sum that are right; the value is their signed (or unsigned) reading. */
  readonly bits: number;
  readonly signed: boolean;
  /** Undefined where the sum itself is the value. */
  readonly finish?: Finish;
}

export interface Products {
  /** By wire. */
  readonly products: ReadonlyMap<Wire, Product>;
  /** 1 for wires that are computed: products, and the operations that are not inside one. */
  readonly needed: Uint8Array;
}

/** Bits of a leaf and of a coefficient. */
const FACTOR_BITS = 16;
/** Remainders are sums of 16-bit lanes, so several must fit. */
const MOST_DROP = 14;

/** Vector instructions of a product of n terms. */
function productCost({ leaves, drop }: SumForm): number {
  const pairs = Math.ceil(leaves.length / 2);
  return drop === 0 ? 3.5 * pairs + 2 : 6.5 * pairs + 6;
}

/** Vector instructions of an operation, about. */
function operationCost(circuit: Circuit, op: Op): number {
  if (op.kind === 'scale' || op.kind === 'constant') return 0;
  if (op.kind === 'cast') return 2;
  if (op.kind === 'add') {
    const moved = circuit.types[op.a]!.fraction !== circuit.types[op.b]!.fraction - op.shift;
    return moved ? 2 : 1;
  }
  return op.kind === 'multiply' ? 2 : 1;
}

/** Return how a wire is computed as a product, or undefined if its form does not allow it. */
function productOf(circuit: Circuit, wire: Wire, form: SumForm | undefined): Product | undefined {
  if (form === undefined || isLeaf(form, wire) || form.leaves.length === 0 || form.drop > MOST_DROP) return undefined;
  const limit = 2 ** (FACTOR_BITS - 1);
  if (form.coefficients.some((coefficient) => coefficient < -limit || coefficient >= limit)) return undefined;
  const type = circuit.types[wire]!;
  if (!fitsBits(type, 32)) return undefined;
  const bits = Math.min(form.modulus, 32 - form.drop);
  if (bits < 1) return undefined;
  const half = 1n << BigInt(bits - 1);
  if (type.lo >= -half && type.hi < half) return { wire, form, bits, signed: true };
  return type.lo >= 0n && type.hi < 2n * half ? { wire, form, bits, signed: false } : undefined;
}

/** Return how a cast of a plain sum is finished, or undefined where it needs more than shifts and limits. */
function castFinish(circuit: Circuit, { wire, form, bits, signed }: Product, format: FixedFormat): Finish | undefined {
  const type = circuit.types[wire]!;
  const right = type.fraction - fractionBits(format);
  const rounds = format.quantization === 'AP_RND' && right > 0;
  if (form.drop > 0 || right < 0 || right > 30 || !(rounds || format.quantization === 'AP_TRN')) return undefined;
  const bias = rounds ? 2 ** (right - 1) : 0;
  const rounded = roundedInterval(type, format);
  const range = rawRange(format);
  const whole = bits === 32 && signed && fitsBits({ lo: type.lo, hi: type.hi + BigInt(bias) }, 32);
  if (format.overflow === 'AP_SAT') {
    const limits = { lo: Number(range.lo), hi: Number(range.hi) };
    return whole && fitsBits(range, 32) ? { bias, left: 0, right, signed: true, ...limits } : undefined;
  }
  if (whole && rounded.lo >= range.lo && rounded.hi <= range.hi && format.overflow === 'AP_WRAP') {
    return { bias, left: 0, right, signed: true };
  }
  if (!isWrapping(format) || right + format.width > bits || (!format.signed && format.width > 31)) return undefined;
  return { bias, left: 32 - right - format.width, right: 32 - format.width, signed: format.signed };
}

/** Return how the whole value of a product is read from its sum. */
export function plainFinish({ form, bits, signed }: Product): Finish {
  const left = 32 - form.drop - bits;
  return { bias: 0, left, right: left + form.drop, signed };
}

/** Add a limit to what follows a sum. */
function limited(finish: Finish, extremum: 'minimum' | 'maximum', limit: number): Finish {
  // Limits are applied in the order lo, hi; a limit beyond the other one is left to its operation.
  if (extremum === 'maximum') {
    const lo = Math.max(finish.lo ?? limit, limit);
    return { ...finish, lo };
  }
  const hi = Math.min(finish.hi ?? limit, limit);
  return { ...finish, hi };
}

/** Choose the products of a circuit without dead operations; `root` resolves wires that only move the binary point. */
export function chooseProducts(circuit: Circuit, root: Int32Array): Products {
  const { ops, types, outputs } = circuit;
  const forms = sumForms(circuit, FACTOR_BITS);
  const readers = new Int32Array(ops.length);
  for (const op of ops) for (const operand of operandsOf(op)) readers[operand]!++;
  for (const port of outputs) for (const wire of port.wires) readers[wire]!++;
  const share = new Float64Array(ops.length);
  for (const [wire, op] of ops.entries()) {
    if (isLeaf(forms[wire], wire) || forms[wire] === undefined) continue;
    share[wire] = operationCost(circuit, op);
    for (const operand of operandsOf(op)) share[wire]! += share[operand]! / readers[operand]!;
  }
  /** The product that a wire is by its own form. */
  const sumAt = (wire: Wire): Product | undefined => {
    const product = productOf(circuit, wire, forms[wire]);
    return product !== undefined && share[wire]! > productCost(product.form) ? product : undefined;
  };
  /** The product that a wire is by its form or as a cast of one that nothing else reads. */
  const castAt = (wire: Wire): Product | undefined => {
    const product = sumAt(wire);
    const op = ops[wire]!;
    if (product !== undefined || op.kind !== 'cast' || root[op.a] !== op.a || readers[op.a] !== 1) return product;
    const sum = sumAt(op.a);
    const finish = sum && castFinish(circuit, sum, op.format);
    return sum && finish && { ...sum, wire, finish };
  };
  /** The product that a wire is by those or as an extremum of one of them and a constant. */
  const productAt = (wire: Wire): Product | undefined => {
    const product = castAt(wire);
    const op = ops[wire]!;
    const extremum = extremumOf(circuit, op);
    if (product !== undefined || op.kind !== 'select' || extremum === undefined) return product;
    const [x, limit] = types[op.a]!.lo === types[op.a]!.hi ? [op.b, op.a] : [op.a, op.b];
    const bound = types[limit]!;
    const left = types[x]!.fraction - bound.fraction;
    // The comparison and the choice are the only readers of x, and the choice that of the comparison.
    if (bound.lo !== bound.hi || left < 0 || root[x] !== x || readers[x] !== 2 || readers[op.condition] !== 1) {
      return undefined;
    }
    const value = castAt(x);
    const limitValue = bound.lo << BigInt(left);
    if (value === undefined || !fitsBits({ lo: limitValue, hi: limitValue }, 32)) return undefined;
    const finish = limited(value.finish ?? plainFinish(value), extremum, Number(limitValue));
    if (finish.lo !== undefined && finish.hi !== undefined && finish.lo > finish.hi) return undefined;
    return { ...value, wire, finish };
  };
  const products = new Map<Wire, Product>();
  const needed = new Uint8Array(ops.length);
  const need = (wire: Wire): void => {
    const source = root[wire]!;
    if (types[source]!.lo !== types[source]!.hi) needed[source] = 1;
  };
  for (const port of outputs) for (const wire of port.wires) need(wire);
  for (let wire = ops.length - 1; wire >= 0; wire--) {
    if (needed[wire] === 0) continue;
    const product = productAt(wire);
    if (product !== undefined) {
      products.set(wire, product);
      for (const leaf of product.form.leaves) need(leaf);
    } else {
      for (const operand of codeOperands(circuit, ops[wire]!)) need(operand);
    }
  }
  return { products, needed };
}
