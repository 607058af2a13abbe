/**
 * Exponential linear units: y = result(λ·x) where x ≥ 0, else a table of the exponential part.
 *
 * hls4ml (nnet_activation.h): the table covers [−8, 0], with index trunc₀(x·size/−8); ELU multiplies the entry by α of
 * the format of role `param` afterwards, SELU's table holds the product and its λ is an `ap_ufixed<16,1>`.
 * The exact profile tabulates the whole exponential part over |x|; an input with more than 4,096 codes is first rounded
 * to 12 bits below 16, where the function is flat.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { constantMultiple } from '../../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, fromDouble, ufixed } from '../../fixed/index.ts';
import { SELU_ALPHA, SELU_SCALE } from '../../network/index.ts';
import { expm1Scalar } from '../../tensor/index.ts';
import { constantFormat } from '../inferred-format.ts';
import { askedOr, castResult, inferredOr, type LoweringContext, numberAttribute, resultFormat } from '../lowering.ts';
import { quantizeConstant } from '../parameters.ts';
import { functionTable, hasDirectTable, hls4mlNegativeLookup } from '../tables.ts';
import type { WireVector } from '../wire-vector.ts';
import { rectify } from './relu.ts';

export function lowerElu(context: LoweringContext): WireVector {
  const { builder, profile, tableSize } = context;
  const alpha = numberAttribute(context, 'alpha');
  const format = inferredOr(context, 'param', () => constantFormat(alpha));
  const factor = quantizeConstant(alpha, format, profile);
  const table = askedOr(context, 'table', fixed(18, 8));
  const wires = context.inputs[0]!.wires.map((wire) => {
    if (profile === 'exact') return piecewise(builder, wire, wire, exactBranch(context, wire, alpha));
    const entry = hls4mlNegativeLookup(builder, wire, 'elu', tableSize, table);
    const scaled = constantMultiple(builder, entry, factor, fractionBits(format), context.strategy);
    return piecewise(builder, wire, wire, scaled);
  });
  return castResult(context, wires);
}

export function lowerSelu(context: LoweringContext): WireVector {
  const { builder, profile, tableSize, strategy } = context;
  const scaleFormat = profile === 'hls4ml' ? ufixed(16, 1) : ufixed(24, 1, { quantization: 'AP_RND' });
  const scale = fromDouble(SELU_SCALE, scaleFormat);
  const table = askedOr(context, 'table', fixed(18, 8));
  const wires = context.inputs[0]!.wires.map((wire) => {
    const linear = constantMultiple(builder, wire, scale, fractionBits(scaleFormat), strategy);
    const branch =
      profile === 'exact'
        ? exactBranch(context, wire, SELU_SCALE * SELU_ALPHA)
        : hls4mlNegativeLookup(builder, wire, 'selu', tableSize, table);
    return piecewise(builder, wire, linear, branch);
  });
  return castResult(context, wires);
}

function piecewise(builder: CircuitBuilder, wire: Wire, linear: Wire, exponential: Wire): Wire {
  return builder.select(builder.compare('le', builder.constant(0n, 0), wire), linear, exponential);
}

/** factor·(e^x − 1) for x < 0 by a table over −x, in the format of the result. */
function exactBranch(context: LoweringContext, wire: Wire, factor: number): Wire {
  const { builder, precision } = context;
  const format: FixedFormat = resultFormat(context) ?? precision.fallback;
  const depth = rectify(builder, builder.negate(wire));
  const address = hasDirectTable(builder, depth)
    ? depth
    : builder.cast(depth, ufixed(12, 4, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
  return functionTable(builder, address, 'expm1', (x) => factor * expm1Scalar(-x), format);
}
