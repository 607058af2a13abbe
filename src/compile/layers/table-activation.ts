/** Sigmoid, tanh, softplus and softsign: a look-up table per element, built as the profile says (see `tables.ts`). */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { type FixedFormat, fixed, ufixed } from '../../fixed/index.ts';
import { expScalar, log1pScalar } from '../../tensor/index.ts';
import { askedOr, castResult, type LoweringContext, resultFormat } from '../lowering.ts';
import { exactTableLookup, functionTable, hasDirectTable, hls4mlTableLookup } from '../tables.ts';
import type { WireVector } from '../wire-vector.ts';
import { rectify } from './relu.ts';

type TableKind = 'sigmoid' | 'tanh' | 'softplus' | 'softsign';

/** Lower a layer whose kind is the name of its function. */
export function lowerTableActivation(context: LoweringContext): WireVector {
  const { builder, layer, precision, profile, tableSize } = context;
  const name = layer.kind as TableKind;
  const table = askedOr(context, 'table', fixed(18, 8));
  const result = resultFormat(context) ?? precision.fallback;
  const wires = context.inputs[0]!.wires.map((wire) =>
    profile === 'exact' ? exact[name](builder, wire, result) : hls4mlTableLookup(builder, wire, name, tableSize, table),
  );
  return castResult(context, wires);
}

const exact: Readonly<Record<TableKind, (builder: CircuitBuilder, wire: Wire, result: FixedFormat) => Wire>> = {
  sigmoid: (builder, wire, result) => exactTableLookup(builder, wire, 'sigmoid', result),
  tanh: (builder, wire, result) => exactTableLookup(builder, wire, 'tanh', result),
  softplus: exactSoftplus,
  softsign: exactSoftsign,
};

/**
 * ln(1 + e^x), directly where the table is small enough, else as max(x, 0) + ln(1 + e^−|x|), whose second part vanishes
 * above 16 and is addressed by 12 bits.
 */
function exactSoftplus(builder: CircuitBuilder, wire: Wire, result: FixedFormat): Wire {
  const tail = (x: number): number => log1pScalar(expScalar(-Math.abs(x)));
  if (hasDirectTable(builder, wire)) {
    return functionTable(builder, wire, 'softplus', (x) => Math.max(x, 0) + tail(x), result);
  }
  const address = builder.cast(magnitude(builder, wire), ufixed(12, 4, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
  return builder.add(rectify(builder, wire), functionTable(builder, address, 'softplus', tail, result));
}

/**
 * x / (1 + |x|), directly where the table is small enough, else by two tables over |x|: 12 bits below 8, where the
 * function is steep, and the 12 most significant bits of the input above.
 */
function exactSoftsign(builder: CircuitBuilder, wire: Wire, result: FixedFormat): Wire {
  const curve = (x: number): number => x / (1 + Math.abs(x));
  if (hasDirectTable(builder, wire)) return functionTable(builder, wire, 'softsign', curve, result);
  const size = magnitude(builder, wire);
  const part = (integer: number): Wire => {
    const address = builder.cast(size, ufixed(12, integer, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
    return functionTable(builder, address, 'softsign', curve, {
      ...result,
      signed: true,
      width: result.width + 1,
      integer: result.integer + 1,
    });
  };
  const { hi, fraction } = builder.typeOf(size);
  const integer = hi.toString(2).length - fraction;
  const unsigned =
    integer <= 3
      ? part(3)
      : builder.select(builder.compare('lt', size, builder.constant(8n, 0)), part(3), part(integer));
  return builder.select(builder.compare('lt', wire, builder.constant(0n, 0)), builder.negate(unsigned), unsigned);
}

/** |x|, with an interval that shows it. */
function magnitude(builder: CircuitBuilder, wire: Wire): Wire {
  const negative = builder.compare('lt', wire, builder.constant(0n, 0));
  return rectify(builder, builder.select(negative, builder.negate(wire), wire));
}
