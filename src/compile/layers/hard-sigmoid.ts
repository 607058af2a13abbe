/**
 * Hard sigmoid clip(slope·x + shift, 0, 1) and hard tanh 2·hardSigmoid(x) − 1, exact up to the result cast.
 *
 * hls4ml's default formats of the constants are `ap_ufixed<16,0>` for the slope and `ap_ufixed<2,0>` for the shift.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { constantMultiple } from '../../circuit/index.ts';
import { type FixedFormat, fractionBits, ufixed } from '../../fixed/index.ts';
import { castResult, type LoweringContext, numberAttribute } from '../lowering.ts';
import { quantizeConstant } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';
import { rectify } from './relu.ts';

export function lowerHardSigmoid(context: LoweringContext): WireVector {
  return castResult(context, hardSigmoid(context));
}

export function lowerHardTanh(context: LoweringContext): WireVector {
  const { builder } = context;
  const one = builder.constant(1n, 0);
  const wires = hardSigmoid(context).map((wire) => builder.subtract(builder.scale(wire, 1), one));
  return castResult(context, wires);
}

function hardSigmoid(context: LoweringContext): Wire[] {
  const { builder, profile, precision } = context;
  const asked = (role: string, standard: FixedFormat): FixedFormat =>
    profile === 'hls4ml' && typeof precision.role(role) !== 'object' ? standard : precision.format(role);
  const slopeFormat = asked('slope', ufixed(16, 0));
  const shiftFormat = asked('shift', ufixed(2, 0));
  const slope = quantizeConstant(numberAttribute(context, 'slope'), slopeFormat, profile);
  const shift = quantizeConstant(numberAttribute(context, 'shift'), shiftFormat, profile);
  const offset = builder.constant(shift, fractionBits(shiftFormat));
  return context.inputs[0]!.wires.map((wire) => {
    const line = constantMultiple(builder, wire, slope, fractionBits(slopeFormat), context.strategy);
    return clipToUnit(builder, builder.add(line, offset));
  });
}

/** min(max(y, 0), 1), exactly. */
function clipToUnit(builder: CircuitBuilder, wire: Wire): Wire {
  const one = builder.constant(1n, 0);
  const positive = rectify(builder, wire);
  const clipped = builder.select(builder.compare('lt', one, positive), one, positive);
  // At most 1 by construction: dropping the integer bits above the first changes nothing and frees them.
  const { fraction } = builder.typeOf(clipped);
  return builder.cast(clipped, ufixed(fraction + 1, 1));
}
