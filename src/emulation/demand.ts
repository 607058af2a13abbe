/**
 * How many low bits of every wire anything ever looks at.
 *
 * Sums, products and choices modulo 2^n need only n low bits of their operands. Where a wrapping cast follows, as after
 * every partial sum of an accumulator, the bits above are never seen, and an earlier wrapping cast need not be written.
 */
import type { Circuit, Op } from '../circuit/index.ts';
import { roundedInterval } from '../circuit/index.ts';
import { fractionBits, rawRange, isWrapping } from '../fixed/index.ts';
import { extremumOf } from './extremum.ts';
import type { Products } from './products.ts';

/** The demand for a whole value, sign included. */
export const ALL_BITS = 64;

/** Return how many low bits of a cast's operand give the low `demand` bits of its result. */
function castDemand(circuit: Circuit, op: Extract<Op, { kind: 'cast' }>, demand: number): number {
  const { format } = op;
  const type = circuit.types[op.a]!;
  const lowBitsSuffice =
    format.quantization === 'AP_TRN' || format.quantization === 'AP_RND' || format.quantization === 'AP_RND_MIN_INF';
  const drop = type.fraction - fractionBits(format);
  if (drop > 0 && !lowBitsSuffice) return ALL_BITS;
  const range = rawRange(format);
  const rounded = roundedInterval(type, format);
  // The symmetric mode also looks at the lowest code.
  const inRange = rounded.lo > range.lo && rounded.hi <= range.hi;
  const wraps = isWrapping(format);
  // Within range nothing is written for the overflow, so what is above the operand's low bits would show.
  if (inRange || (wraps && rounded.lo === range.lo && rounded.hi <= range.hi)) {
    return demand === ALL_BITS ? ALL_BITS : Math.min(ALL_BITS, Math.max(0, demand + drop));
  }
  return wraps ? Math.min(ALL_BITS, Math.max(0, Math.min(demand, format.width) + drop)) : ALL_BITS;
}

/**
 * Return per wire how many of its low bits are ever looked at, at most `ALL_BITS`.
 *
 * Products look at the whole of their leaves; what is inside them is not computed and asks for nothing.
 */
export function demandedBits(circuit: Circuit, { products, needed }: Products): Uint8Array {
  const { ops, types } = circuit;
  const demand = new Uint8Array(ops.length);
  const ask = (wire: number, bits: number): void => {
    if (bits > demand[wire]!) demand[wire] = bits;
  };
  /** Ask an operand for what a result with `bits` low bits needs when the operand is shifted left to `fraction`. */
  const askAligned = (wire: number, bits: number, fraction: number, shift = 0): void => {
    const left = fraction - (types[wire]!.fraction - shift);
    ask(wire, bits === ALL_BITS ? ALL_BITS : Math.max(0, bits - left));
  };
  for (const port of circuit.outputs) for (const wire of port.wires) ask(wire, ALL_BITS);
  for (let wire = ops.length - 1; wire >= 0; wire--) {
    const op = ops[wire]!;
    const bits = demand[wire]!;
    const product = products.get(wire);
    if (product !== undefined) {
      for (const leaf of product.form.leaves) ask(leaf, ALL_BITS);
      continue;
    }
    // A scale has no code of its own and hands on what is asked of it.
    if (needed[wire] === 0 && op.kind !== 'scale') continue;
    const { fraction } = types[wire]!;
    switch (op.kind) {
      case 'input':
      case 'constant':
        break;
      case 'scale':
      case 'negate':
        ask(op.a, bits);
        break;
      case 'multiply':
        ask(op.a, bits);
        ask(op.b, bits);
        break;
      case 'add':
        askAligned(op.a, bits, fraction);
        askAligned(op.b, bits, fraction, op.shift);
        break;
      case 'bitwise':
        askAligned(op.a, bits, fraction);
        askAligned(op.b, bits, fraction);
        break;
      case 'select':
        if (extremumOf(circuit, op) !== undefined) {
          ask(op.a, ALL_BITS);
          ask(op.b, ALL_BITS);
          break;
        }
        ask(op.condition, ALL_BITS);
        askAligned(op.a, bits, fraction);
        askAligned(op.b, bits, fraction);
        break;
      case 'compare':
        ask(op.a, ALL_BITS);
        ask(op.b, ALL_BITS);
        break;
      case 'table':
        ask(op.a, ALL_BITS);
        break;
      case 'cast':
        ask(op.a, castDemand(circuit, op, bits));
        break;
      default:
        op satisfies never;
    }
  }
  return demand;
}
