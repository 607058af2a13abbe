/**
 * Multiplication by constants, sum by sum: y = Σ c_k · x_k + bias with every c_k known.
 *
 * `shift-add` writes each coefficient in canonical signed digits and adds the shifted operands in one balanced tree;
 * `multiplier` keeps one multiplication per coefficient and leaves its form to synthesis. Both are exact, so they differ
 * in cost only. Sums that share their adders are made by `constantProducts` (adder-graph/).
 */
import { signedDigits } from './adder-graph/signed-digits.ts';
import type { CircuitBuilder } from './builder.ts';
import type { Wire } from './circuit.ts';

/**
 * How constants are multiplied: all sums of a layer in one adder graph, each sum by itself in shifts and additions, or
 * with multiplications.
 */
export type MultiplicationStrategy = 'adder-graph' | 'shift-add' | 'multiplier';

/** One operand of a sum: ± wire · 2^shift. */
export interface Term {
  readonly wire: Wire;
  readonly shift: number;
  readonly negative: boolean;
}

/**
 * Add terms exactly in a tree of least depth.
 *
 * Signs travel outwards through additions and subtractions, so at most one negation remains, at the root.
 * An empty list is the constant 0.
 */
export function sumTerms(builder: CircuitBuilder, terms: readonly Term[]): Wire {
  if (terms.length === 0) return builder.constant(0n, 0);
  let level = [...terms];
  while (level.length > 1) {
    // Neighbours in weight make narrow sums, and equal pairs in equal order meet in the builder's sharing.
    level.sort((p, q) => weightOf(builder, p) - weightOf(builder, q) || p.wire - q.wire || p.shift - q.shift);
    const next: Term[] = [];
    for (let k = 0; k + 1 < level.length; k += 2) next.push(addTerms(builder, level[k]!, level[k + 1]!));
    if (level.length % 2 === 1) next.push(level.at(-1)!);
    level = next;
  }
  const root = level[0]!;
  const scaled = builder.scale(root.wire, root.shift);
  return root.negative ? builder.negate(scaled) : scaled;
}

/** Multiply a wire by raw · 2^-fraction exactly. */
export function constantMultiple(
  builder: CircuitBuilder,
  wire: Wire,
  raw: bigint,
  fraction: number,
  strategy: MultiplicationStrategy,
): Wire {
  if (strategy === 'multiplier') return builder.multiply(wire, builder.constant(raw, fraction));
  // Odd multiples only: 3x and 6x share one adder.
  let odd = raw;
  let exponent = -fraction;
  while (odd !== 0n && (odd & 1n) === 0n) {
    odd >>= 1n;
    exponent++;
  }
  const terms = signedDigits(odd).map((digit) => ({ wire, ...digit }));
  return builder.scale(sumTerms(builder, terms), exponent);
}

/**
 * Compute Σ coefficients[k] · 2^-fraction · wires[k] + bias exactly.
 *
 * @param coefficients - raw integers, one per wire; zeros cost nothing
 * @param bias - an optional wire added at the end (a constant, as a rule)
 */
export function linearCombination(
  builder: CircuitBuilder,
  wires: readonly Wire[],
  coefficients: readonly bigint[],
  fraction: number,
  bias: Wire | undefined,
  strategy: MultiplicationStrategy,
): Wire {
  const terms: Term[] = [];
  for (let k = 0; k < wires.length; k++) {
    const coefficient = coefficients[k]!;
    const wire = wires[k]!;
    if (coefficient === 0n) continue;
    if (strategy === 'multiplier') {
      const magnitude = coefficient < 0n ? -coefficient : coefficient;
      const product = builder.multiply(wire, builder.constant(magnitude, fraction));
      terms.push({ wire: product, shift: 0, negative: coefficient < 0n });
    } else {
      for (const digit of signedDigits(coefficient)) {
        terms.push({ wire, shift: digit.shift - fraction, negative: digit.negative });
      }
    }
  }
  if (bias !== undefined) terms.push({ wire: bias, shift: 0, negative: false });
  return sumTerms(builder, terms);
}

function addTerms(builder: CircuitBuilder, p: Term, q: Term): Term {
  if (p.negative === q.negative) {
    const [first, second] = p.wire <= q.wire ? [p, q] : [q, p];
    const wire = builder.add(first.wire, second.wire, second.shift - first.shift);
    return { wire, shift: first.shift, negative: p.negative };
  }
  const [plus, minus] = p.negative ? [q, p] : [p, q];
  return {
    wire: builder.subtract(plus.wire, minus.wire, minus.shift - plus.shift),
    shift: plus.shift,
    negative: false,
  };
}

/** Exponent of the term's least significant bit. */
function weightOf(builder: CircuitBuilder, term: Term): number {
  return term.shift - builder.typeOf(term.wire).fraction;
}
