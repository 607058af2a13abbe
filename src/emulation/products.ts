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
import { isLeaf, operandsOf, sumForms } from '../circuit/index.ts';
import type { Circuit, Op, SumForm, Wire } from '../circuit/index.ts';
import { codeOperands } from './extremum.ts';
import { fitsBits } from './lanes.ts';

/** A wire computed as a dot product. */
export interface Product {
  readonly wire: Wire;
  readonly form: SumForm;
  /** The low bits of the sum that are right; the value is their signed (or unsigned) reading. */
  readonly bits: number;
  readonly signed: boolean;
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
  const products = new Map<Wire, Product>();
  const needed = new Uint8Array(ops.length);
  const need = (wire: Wire): void => {
    const source = root[wire]!;
    if (types[source]!.lo !== types[source]!.hi) needed[source] = 1;
  };
  for (const port of outputs) for (const wire of port.wires) need(wire);
  for (let wire = ops.length - 1; wire >= 0; wire--) {
    if (needed[wire] === 0) continue;
    const product = productOf(circuit, wire, forms[wire]);
    if (product !== undefined && share[wire]! > productCost(product.form)) {
      products.set(wire, product);
      for (const leaf of product.form.leaves) need(leaf);
    } else {
      for (const operand of codeOperands(circuit, ops[wire]!)) need(operand);
    }
  }
  return { products, needed };
}
