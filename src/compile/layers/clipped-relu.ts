/** Rectifier with a limit: 0 where x < 0, result(limit) where x > limit, else result(x); hls4ml's limits are integers. */
import { UnsupportedError } from '../../errors.ts';
import { fractionBits } from '../../fixed/index.ts';
import { castResult, type LoweringContext, numberAttribute } from '../lowering.ts';
import { quantizeConstant } from '../parameters.ts';
import type { WireVector } from '../wire-vector.ts';
import { rectify } from './relu.ts';

export function lowerClippedRelu(context: LoweringContext): WireVector {
  const { builder, layer, precision, profile } = context;
  const limit = numberAttribute(context, 'limit');
  if (profile === 'hls4ml' && !Number.isInteger(limit)) {
    throw new UnsupportedError(
      `Layer "${layer.name}" has limit ${limit}; in the hls4ml profile a limit must be an integer.`,
    );
  }
  const format = precision.format('param');
  const top = Number.isInteger(limit)
    ? builder.constant(BigInt(limit), 0)
    : builder.constant(quantizeConstant(limit, format, profile), fractionBits(format));
  const wires = context.inputs[0]!.wires.map((wire) => {
    const positive = rectify(builder, wire);
    return builder.select(builder.compare('lt', top, positive), top, positive);
  });
  return castResult(context, wires);
}
