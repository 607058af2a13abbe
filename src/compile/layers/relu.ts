/**
 * Rectified linear unit: y = result(x) where x > 0, else 0.
 *
 * The rectified value is a saturating cast to an unsigned format that holds every positive x, so its interval is
 * known to be non-negative before the result cast; casting 0 gives 0 in every mode, which makes the order of the two
 * steps irrelevant.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { widthOf } from '../../circuit/index.ts';
import { ufixed } from '../../fixed/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { castResult, elementFormats, type LoweringContext, resultFormat } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerRelu(context: LoweringContext): WireVector {
  const { builder } = context;
  const elements = elementFormats(context);
  const common = elements === undefined ? resultFormat(context) : undefined;
  // An unsigned saturating result format rectifies by itself: negative values round to at most zero and clip there.
  const saturates = (format: FixedFormat | undefined): boolean =>
    format !== undefined && !format.signed && format.overflow.startsWith('AP_SAT');
  const wires = context.inputs[0]!.wires.map((wire, k) =>
    saturates(elements?.[k] ?? common) ? wire : rectify(builder, wire),
  );
  return castResult(context, wires);
}

/** max(x, 0), exactly. */
export function rectify(builder: CircuitBuilder, wire: Wire): Wire {
  const { lo, hi, fraction } = builder.typeOf(wire);
  if (lo >= 0n) return wire;
  if (hi <= 0n) return builder.constant(0n, fraction);
  const width = widthOf({ lo: 0n, hi, fraction });
  return builder.cast(wire, ufixed(width, width - fraction, { overflow: 'AP_SAT' }));
}
