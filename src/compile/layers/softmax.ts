/**
 * Softmax in its numerically stable form: y_i = e^(x_i − m) / Σ_j e^(x_j − m) with m = max_j x_j.
 *
 * hls4ml (nnet_softmax.h, `stable`): d_i = inputNorm(m − x_i), which wraps for spreads beyond its range;
 * e_i = accum(expTable[top bits of d_i]); s = invInput(Σ e_i, a tree whose nodes are cast to accum);
 * y_i = result(e_i · invTable[top bits of s]). Entries stand for the lower edge of their bin.
 *
 * The exact profile keeps m − x_i exactly, saturates it where e^-d has fallen below half a unit of the table, and
 * rounds entries to nearest, with three guard bits beyond the result; the sum is exact and 1/s comes from a table over
 * the sum rounded to 10 bits.
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { widthOf } from '../../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, fromDouble, toDouble, ufixed } from '../../fixed/index.ts';
import { expScalar } from '../../tensor/index.ts';
import { castResult, type LoweringContext, resultFormat, uniformFormat } from '../lowering.ts';
import { functionTable } from '../tables.ts';
import type { WireVector } from '../wire-vector.ts';

export function lowerSoftmax(context: LoweringContext): WireVector {
  return context.profile === 'exact' ? exactSoftmax(context) : hls4mlSoftmax(context);
}

function hls4mlSoftmax(context: LoweringContext): WireVector {
  const { builder, precision, expTableSize = context.tableSize, invTableSize = context.tableSize } = context;
  const inputs = context.inputs[0]!;
  const input = uniformFormat(context, inputs);
  const standard = fixed(18, 8, { quantization: 'AP_RND', overflow: 'AP_SAT' });
  const asked = (role: string, otherwise: FixedFormat): FixedFormat => {
    const format = precision.role(role);
    return format === undefined || format === 'auto' ? otherwise : format;
  };
  const normalized = asked('inputNorm', input.signed ? ufixed(input.width - 1, input.integer - 1) : plain(input));
  const expFormat = asked('expTable', standard);
  const inverseFormat = asked('invTable', standard);
  const inverseInput = asked('invInput', standard);
  const accumulator = precision.format('accum');

  const maximum = treeReduce(inputs.wires, (a, b) => builder.select(builder.compare('lt', a, b), b, a));
  const exponentials = inputs.wires.map((wire) => {
    const distance = builder.cast(builder.subtract(maximum, wire), normalized);
    const looked = topBitsTable(builder, distance, normalized, expTableSize, 'exp', expFormat, (x) =>
      Math.fround(expScalar(-x)),
    );
    return builder.cast(looked, accumulator);
  });
  const sum = treeReduce(exponentials, (a, b) => builder.cast(builder.add(a, b), accumulator));
  const inverse = topBitsTable(
    builder,
    builder.cast(sum, inverseInput),
    inverseInput,
    invTableSize,
    'inv',
    inverseFormat,
    (x) => Math.fround(1 / x),
  );
  return castResult(
    context,
    exponentials.map((e) => builder.multiply(e, inverse)),
  );
}

/**
 * Look up by the most significant bits of a code. Entry i holds f at the code whose top bits are i and whose other
 * bits are zero, in single precision, cast to `format`; an infinite entry saturates or wraps as the format says.
 */
function topBitsTable(
  builder: CircuitBuilder,
  wire: Wire,
  input: FixedFormat,
  size: number,
  name: string,
  format: FixedFormat,
  f: (x: number) => number,
): Wire {
  const bits = Math.min(Math.ceil(Math.log2(size)), input.width);
  const address: FixedFormat = { ...plain(input), width: bits };
  const lo = address.signed ? -(2 ** (bits - 1)) : 0;
  const values = Array.from({ length: 2 ** bits }, (_, k) => {
    const x = toDouble(BigInt(lo + k), fractionBits(address));
    // ap_fixed reads an infinity as ±2^1024: it saturates, or loses every bit when it wraps.
    return fromDouble(f(x), format, { nonFinite: 'vendor' });
  });
  const table = { name, lo: BigInt(lo), values, fraction: fractionBits(format) };
  return builder.table(builder.cast(wire, address), table, fractionBits(address));
}

function exactSoftmax(context: LoweringContext): WireVector {
  const { builder, precision } = context;
  const { wires } = context.inputs[0]!;
  const result = resultFormat(context) ?? precision.fallback;
  const guarded = fractionBits(result) + 3;
  const maximum = treeReduce(wires, (a, b) => builder.select(builder.compare('lt', a, b), b, a));
  const exponentials = wires.map((wire) => {
    const distance = nonNegative(builder, builder.subtract(maximum, wire));
    const reach = Math.ceil(Math.log2((guarded + 1) * Math.LN2));
    const address = builder.cast(distance, ufixed(10, reach, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
    return functionTable(
      builder,
      address,
      'exp',
      (x) => expScalar(-x),
      ufixed(guarded + 1, 1, { quantization: 'AP_RND' }),
    );
  });
  const sum = treeReduce(exponentials, (a, b) => builder.add(a, b));
  const integerBits = Math.ceil(Math.log2(wires.length)) + 1;
  const address = builder.cast(sum, ufixed(10, integerBits, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
  const inverse = functionTable(
    builder,
    address,
    'inv',
    // The sum is at least 1: entry 0 and the codes below 1 are never read.
    (x) => 1 / Math.max(x, 1),
    ufixed(guarded + 1, 1, { quantization: 'AP_RND' }),
  );
  return {
    wires: exponentials.map((e) => builder.cast(builder.multiply(e, inverse), result)),
    formats: wires.map(() => result),
  };
}

/** Drop the sign of a value that is non-negative by construction, which the interval alone does not show. */
function nonNegative(builder: CircuitBuilder, wire: Wire): Wire {
  const { hi, fraction } = builder.typeOf(wire);
  const width = widthOf({ lo: 0n, hi, fraction });
  return builder.cast(wire, ufixed(width, width - fraction));
}

/** Reduce with a tree that splits at the largest power of two below the length, as hls4ml's `reduce` does. */
function treeReduce(wires: readonly Wire[], combine: (a: Wire, b: Wire) => Wire): Wire {
  if (wires.length === 1) return wires[0]!;
  let split = 1;
  while (split * 2 < wires.length) split *= 2;
  return combine(treeReduce(wires.slice(0, split), combine), treeReduce(wires.slice(split), combine));
}

function plain(format: FixedFormat): FixedFormat {
  return { ...format, quantization: 'AP_TRN', overflow: 'AP_WRAP', saturationBits: 0 };
}
