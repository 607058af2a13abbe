/**
 * Linear forms: a wire as an exact weighted sum of wires that are not linear themselves.
 *
 * Adders, shifts and constant multipliers, in whatever tree the compiler left them, become Σ cᵢ·xᵢ + c, which is the
 * row of the weight matrix that they were made from. In front of a wrapping cast the wraps inside the sum vanish too:
 * they differ by multiples of 2^W from the sum without them, and the last cast wraps those away.
 */
import {
  castKeepsValues,
  type Circuit,
  complementOf,
  type Op,
  operandsOf,
  type Wire,
  type WireType,
} from '../../circuit/index.ts';
import { type FixedFormat, fractionBits, isWrapping } from '../../fixed/index.ts';

/** raw · 2^-fraction. */
export interface Rational {
  readonly raw: bigint;
  readonly fraction: number;
}

/** coefficient · wire; where `cast` is given, the product goes through that wire's cast before it is added. */
export interface LinearTerm {
  readonly wire: Wire;
  readonly coefficient: Rational;
  readonly cast?: Wire;
}

export interface LinearForm {
  readonly terms: readonly LinearTerm[];
  readonly constant: Rational;
}

/** The wrapping format whose multiples of 2^width do not matter to a form. */
export type Modulus = FixedFormat | undefined;

export function addRational(a: Rational, b: Rational): Rational {
  const fraction = Math.max(a.fraction, b.fraction);
  return { raw: rawAt(a, fraction) + rawAt(b, fraction), fraction };
}

/** The raw code with `fraction` fraction bits, which must be enough. */
export function rawAt(value: Rational, fraction: number): bigint {
  const shift = fraction - value.fraction;
  return shift >= 0 ? value.raw << BigInt(shift) : value.raw >> BigInt(-shift);
}

function reduced({ raw, fraction }: Rational): Rational {
  if (raw === 0n) return { raw, fraction: 0 };
  let value = raw;
  let places = fraction;
  while ((value & 1n) === 0n) {
    value >>= 1n;
    places--;
  }
  return { raw: value, fraction: places };
}

/** Tell whether a wire is a linear operation, so that its form is not the wire itself. */
export function isLinear(circuit: Circuit, wire: Wire): boolean {
  const op = circuit.ops[wire]!;
  switch (op.kind) {
    case 'add':
    case 'scale':
    case 'negate':
      return true;
    case 'multiply':
      return circuit.ops[op.a]!.kind === 'constant' || circuit.ops[op.b]!.kind === 'constant';
    case 'cast':
      return castKeepsValues(circuit.types[op.a]!, op.format);
    case 'bitwise':
      return complementOf(circuit, wire) !== undefined;
    default:
      return false;
  }
}

/** Tell whether the wraps inside the operand of a cast may be left out. */
export function modulusOf(circuit: Circuit, op: Extract<Op, { kind: 'cast' }>): Modulus {
  const { format } = op;
  const drop = circuit.types[op.a]!.fraction - fractionBits(format);
  const shifts = drop <= 0 || format.quantization === 'AP_TRN' || format.quantization === 'AP_RND';
  return isWrapping(format) && shifts ? format : undefined;
}

/** Write the value of a wire as a linear form; see the header for `modulus`. */
export function linearForm(circuit: Circuit, root: Wire, modulus: Modulus): LinearForm {
  const { ops, types } = circuit;
  // Operands have smaller indices: with the largest index first, a coefficient is complete when its wire is reached.
  const coefficients = new Map<Wire, Rational>([[root, { raw: 1n, fraction: 0 }]]);
  const pending = new Set<Wire>([root]);
  const heap = reachable(circuit, root, modulus);
  const terms: LinearTerm[] = [];
  let constant: Rational = { raw: 0n, fraction: 0 };
  const give = (wire: Wire, by: Rational): void => {
    const before = coefficients.get(wire);
    coefficients.set(wire, reduced(before === undefined ? by : addRational(before, by)));
    pending.add(wire);
  };
  for (const wire of heap) {
    if (!pending.has(wire)) continue;
    const own = coefficients.get(wire)!;
    if (own.raw === 0n) continue;
    const op = ops[wire]!;
    const scaled = (shift: number): Rational => ({ raw: own.raw, fraction: own.fraction - shift });
    if (op.kind === 'constant') {
      const { lo, fraction } = types[wire]!;
      constant = addRational(constant, { raw: own.raw * lo, fraction: own.fraction + fraction });
    } else if (op.kind === 'add') {
      give(op.a, own);
      const b = scaled(op.shift);
      give(op.b, op.subtract ? { raw: -b.raw, fraction: b.fraction } : b);
    } else if (op.kind === 'scale') {
      give(op.a, scaled(op.shift));
    } else if (op.kind === 'negate') {
      give(op.a, { raw: -own.raw, fraction: own.fraction });
    } else if (op.kind === 'multiply' && isLinear(circuit, wire)) {
      const [factor, other] = ops[op.a]!.kind === 'constant' ? [op.a, op.b] : [op.b, op.a];
      const { lo, fraction } = types[factor]!;
      give(other, { raw: own.raw * lo, fraction: own.fraction + fraction });
    } else if (op.kind === 'bitwise' && isLinear(circuit, wire)) {
      // ~x = −x − 1 in units of the lowest bit.
      give(op.a, { raw: -own.raw, fraction: own.fraction });
      constant = addRational(constant, { raw: -own.raw, fraction: own.fraction + types[wire]!.fraction });
    } else if (op.kind === 'cast' && isLinear(circuit, wire)) {
      give(op.a, own);
    } else if (op.kind === 'cast' && wrapsAway(circuit, op, modulus) && own.fraction <= 0) {
      give(op.a, own);
    } else {
      const product = own.raw === 1n && own.fraction === 0 ? singleProduct(circuit, wire) : undefined;
      terms.push(product ?? { wire, coefficient: own });
    }
  }
  return { terms: terms.toSorted((a, b) => a.wire - b.wire), constant: reduced(constant) };
}

/** A cast inside a sum that rounds nothing and wraps at no less than the sum does. */
function wrapsAway(circuit: Circuit, op: Extract<Op, { kind: 'cast' }>, modulus: Modulus): boolean {
  if (modulus === undefined || !isWrapping(op.format)) return false;
  const fraction = fractionBits(op.format);
  return (
    circuit.types[op.a]!.fraction <= fraction && op.format.width - fraction >= modulus.width - fractionBits(modulus)
  );
}

/** A cast of one weighted wire, as every product of an accumulator's sum is. */
function singleProduct(circuit: Circuit, wire: Wire): LinearTerm | undefined {
  const op = circuit.ops[wire]!;
  if (op.kind !== 'cast' || !isLinear(circuit, op.a)) return undefined;
  const form = linearForm(circuit, op.a, undefined);
  const term = form.terms[0];
  if (form.terms.length !== 1 || form.constant.raw !== 0n || term!.cast !== undefined) return undefined;
  return { ...term!, cast: wire };
}

/** The wires that a form may pass through or end at, largest first. */
function reachable(circuit: Circuit, root: Wire, modulus: Modulus): Wire[] {
  const seen = new Set<Wire>([root]);
  const stack = [root];
  for (let wire = stack.pop(); wire !== undefined; wire = stack.pop()) {
    const op = circuit.ops[wire]!;
    const passes = isLinear(circuit, wire) || (op.kind === 'cast' && wrapsAway(circuit, op, modulus));
    if (!passes) continue;
    for (const operand of operandsOf(op)) {
      if (seen.has(operand)) continue;
      seen.add(operand);
      stack.push(operand);
    }
  }
  return [...seen].toSorted((a, b) => b - a);
}

/** Bound coefficient · wire. */
export function productType({ lo, hi, fraction }: WireType, { raw, fraction: places }: Rational): WireType {
  const ends = [lo * raw, hi * raw];
  const product = raw < 0n ? { lo: ends[1]!, hi: ends[0]! } : { lo: ends[0]!, hi: ends[1]! };
  return { ...product, fraction: fraction + places };
}
