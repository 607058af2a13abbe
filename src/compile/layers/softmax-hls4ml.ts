/**
 * Softmax as hls4ml computes it (nnet_softmax.h), one function per implementation.
 *
 * `stable`: d_i = inputNorm(max x − x_i), which wraps for spreads beyond its range; e_i = accum(expTable[top bits of
 * d_i]); s = invInput(Σ e_i, a tree whose nodes are cast to accum); y_i = e_i · invTable[top bits of s].
 * `latency`: the same without the maximum, e_i = accum(expTable[top bits of x_i]). Entries stand for the lower edge of
 * their bin.
 * `legacy`: s_i = Σ_j e^(x_j − x_i) in order, with 1 for j = i and entries of a table over [−8, 8) for the others, every
 * partial sum cast to the table's format; y_i = the entry for s_i of a table of 1/s over [0, 64).
 */
import type { CircuitBuilder, Wire } from '../../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, fromDouble, toDouble, ufixed } from '../../fixed/index.ts';
import { expFloat } from '../c-float-functions.ts';
import { askedOr, type LoweringContext, uniformFormat } from '../lowering.ts';
import { hls4mlTableLookup, indexedTable, truncatedPosition } from '../tables.ts';
import { maximumOf, treeReduce } from './tree-reduce.ts';

const standard = fixed(18, 8, { quantization: 'AP_RND', overflow: 'AP_SAT' });

/** Lower one row of `stable` softmax. */
export function stableSoftmaxRow(context: LoweringContext, wires: readonly Wire[]): Wire[] {
  const { builder } = context;
  const input = uniformFormat(context, context.inputs[0]!);
  const unsigned = input.signed ? ufixed(input.width - 1, input.integer - 1) : plain(input);
  const normalized = askedOr(context, 'inputNorm', unsigned);
  const maximum = maximumOf(builder, wires);
  const distance = (wire: Wire): Wire => builder.cast(builder.subtract(maximum, wire), normalized);
  return normalizedExponentials(context, wires, distance, normalized, -1);
}

/** Lower one row of `latency` softmax. */
export function latencySoftmaxRow(context: LoweringContext, wires: readonly Wire[]): Wire[] {
  return normalizedExponentials(context, wires, (wire) => wire, uniformFormat(context, context.inputs[0]!), 1);
}

/** e^(sign·a_i) / Σ_j e^(sign·a_j) for the addresses a_i of some wires, all of one format. */
function normalizedExponentials(
  context: LoweringContext,
  wires: readonly Wire[],
  address: (wire: Wire) => Wire,
  format: FixedFormat,
  sign: 1 | -1,
): Wire[] {
  const { builder, precision, softmax, tableSize } = context;
  const scale = Math.fround(softmax.expScale ?? 1);
  const expFormat = askedOr(context, 'expTable', standard);
  const inverseInput = askedOr(context, 'invInput', standard);
  const accumulator = precision.format('accum');
  const exponential = topBitsTable(builder, format, softmax.expTableSize ?? tableSize, 'exp', expFormat, (x) =>
    expFloat(sign * Math.fround(x * scale)),
  );
  const inverse = topBitsTable(
    builder,
    inverseInput,
    softmax.invTableSize ?? tableSize,
    'inv',
    askedOr(context, 'invTable', standard),
    (x) => Math.fround(1 / x),
  );
  const exponentials = wires.map((wire) => builder.cast(exponential(address(wire)), accumulator));
  const sum = treeReduce(exponentials, (a, b) => builder.cast(builder.add(a, b), accumulator));
  const factor = inverse(builder.cast(sum, inverseInput));
  return exponentials.map((e) => builder.multiply(e, factor));
}

/** Lower one row of `legacy` softmax. */
export function legacySoftmaxRow(context: LoweringContext, wires: readonly Wire[]): Wire[] {
  const { builder, softmax, tableSize } = context;
  const format = askedOr(context, 'table', fixed(18, 8));
  const inverseSize = softmax.invTableSize ?? tableSize;
  const inverses = Array.from({ length: inverseSize }, (_, index) => {
    const x = Math.fround((64 * index) / inverseSize);
    return fromDouble(x > 0 ? 1 / x : 0, format);
  });
  const one = builder.cast(builder.constant(1n, 0), format);
  return wires.map((own, i) => {
    const terms = wires.map((other, j) =>
      i === j
        ? one
        : hls4mlTableLookup(builder, builder.subtract(other, own), 'exp', softmax.expTableSize ?? tableSize, format),
    );
    const sum = terms.reduce((acc, term) => builder.cast(builder.add(acc, term), format), builder.constant(0n, 0));
    return indexedTable(builder, truncatedPosition(builder, sum, inverseSize, -6), 'inv', inverses, format);
  });
}

/**
 * Look up by the most significant bits of a code. Entry i holds f at the code whose top bits are i and whose other
 * bits are zero, in single precision, cast to `format`; an infinite entry saturates or wraps as the format says.
 */
function topBitsTable(
  builder: CircuitBuilder,
  input: FixedFormat,
  size: number,
  name: string,
  format: FixedFormat,
  f: (x: number) => number,
): (wire: Wire) => Wire {
  const bits = Math.min(Math.ceil(Math.log2(size)), input.width);
  const address: FixedFormat = { ...plain(input), width: bits };
  const lo = address.signed ? -(2 ** (bits - 1)) : 0;
  const values = Array.from({ length: 2 ** bits }, (_, k) => {
    const x = toDouble(BigInt(lo + k), fractionBits(address));
    // ap_fixed reads an infinity as ±2^1024: it saturates, or loses every bit when it wraps.
    return fromDouble(f(x), format, { nonFinite: 'vendor' });
  });
  const table = { name, lo: BigInt(lo), values, fraction: fractionBits(format) };
  return (wire) => builder.table(builder.cast(wire, address), table, fractionBits(address));
}

function plain(format: FixedFormat): FixedFormat {
  return { ...format, quantization: 'AP_TRN', overflow: 'AP_WRAP', saturationBits: 0 };
}
