/**
 * Binary tanh: 1 where x ≥ 0, else −1.
 *
 * A result of one unsigned bit holds no −1: in the hls4ml profile its codes 0 and 1 stand for −1 and 1, and the dense
 * layers behind it read them so; the exact profile refuses it.
 */
import { UnsupportedError } from '../../errors.ts';
import { castResult, type LoweringContext, resultFormat } from '../lowering.ts';
import type { WireVector } from '../wire-vector.ts';
import { isBinary } from './weighted-sum.ts';

export function lowerBinaryTanh(context: LoweringContext): WireVector {
  const { builder, layer, profile } = context;
  const zero = builder.constant(0n, 0);
  const positive = context.inputs[0]!.wires.map((wire) => builder.compare('le', zero, wire));
  const format = resultFormat(context);
  if (format !== undefined && isBinary(format)) {
    if (profile === 'hls4ml') return { ...castResult(context, positive), binary: true };
    throw new UnsupportedError(
      `Layer "${layer.name}" has a result of one unsigned bit, which holds no −1 in the exact profile; ask for ap_int<2>.`,
    );
  }
  const one = builder.constant(1n, 0);
  const minusOne = builder.constant(-1n, 0);
  return castResult(
    context,
    positive.map((condition) => builder.select(condition, one, minusOne)),
  );
}
