/**
 * Ternary tanh, 1, 0 or −1, as hls4ml computes it: d = input(2·x), a cast that can wrap; 1 if d > 1, 0 if
 * −1 < d ≤ 1, else −1. In the exact profile the doubling does not wrap.
 */
import { castResult, type LoweringContext } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerTernaryTanh(context: LoweringContext): WireVector {
  const { builder, profile } = context;
  const one = builder.constant(1n, 0);
  const zero = builder.constant(0n, 0);
  const minusOne = builder.constant(-1n, 0);
  const { wires, formats } = context.inputs[0]!;
  const signs = wires.map((wire, k) => {
    const exact = builder.scale(wire, 1);
    const doubled = profile === 'hls4ml' ? builder.cast(exact, formats[k]!) : exact;
    const notNegative = builder.select(builder.compare('lt', one, doubled), one, zero);
    return builder.select(builder.compare('le', doubled, minusOne), minusOne, notNegative);
  });
  return castResult(context, signs);
}
