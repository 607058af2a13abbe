/**
 * Look-up tables: hls4ml's constructions entry by entry, and tables that are exact over every reachable code.
 *
 * hls4ml computes entries in C++ with a mixture of float and double steps (nnet_activation.h); each step is repeated
 * here with `Math.fround` where the C++ has a float, and expf and tanhf are the C library's.
 */
import type { CircuitBuilder, Table, Wire } from '../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, fromDouble, toDouble, ufixed } from '../fixed/index.ts';
import { SELU_ALPHA, SELU_SCALE } from '../network/index.ts';
import { logScalar, sigmoidScalar, tanhScalar } from '../tensor/index.ts';
import { expFloat, tanhFloat } from './c-float-functions.ts';

/** Functions with a table centred at 0. */
export type TableFunction = 'sigmoid' | 'tanh' | 'softplus' | 'softsign' | 'exp';

/** Functions whose table covers negative arguments only; at and above 0 they are linear. */
export type NegativeTableFunction = 'elu' | 'selu';

const { fround } = Math;

/** Half-open input range [−range, range) of hls4ml's centred tables, and the entry that its C++ computes at x. */
const centred: Readonly<Record<TableFunction, { readonly range: number; readonly entry: (x: number) => number }>> = {
  // float addition, then a division in double.
  sigmoid: { range: 8, entry: (x) => fround(1 / fround(1 + expFloat(-x))) },
  tanh: { range: 4, entry: tanhFloat },
  // The literal 1. makes the addition and the logarithm double.
  softplus: { range: 8, entry: (x) => fround(logScalar(expFloat(x) + 1)) },
  softsign: { range: 8, entry: (x) => fround(x / (Math.abs(x) + 1)) },
  exp: { range: 8, entry: expFloat },
};

/** Entries over [−8, 0] as hls4ml's C++ computes them at x ≤ 0. */
const negative: Readonly<Record<NegativeTableFunction, (x: number) => number>> = {
  elu: (x) => fround(expFloat(x) - 1),
  selu: (x) => fround(SELU_SCALE * (SELU_ALPHA * (expFloat(x) - 1))),
};

/** List the raw codes of hls4ml's centred table; entry i stands for the left edge of its bin. */
export function hls4mlTable(name: TableFunction, size: number, format: FixedFormat): bigint[] {
  const { range, entry } = centred[name];
  return Array.from({ length: size }, (_, index) =>
    fromDouble(entry(fround((2 * range * (index - size / 2)) / size)), format, { nonFinite: 'vendor' }),
  );
}

/** List the raw codes of hls4ml's table over [−8, 0]; entry i stands for x = −8·i/size. */
export function hls4mlNegativeTable(name: NegativeTableFunction, size: number, format: FixedFormat): bigint[] {
  return Array.from({ length: size }, (_, index) => fromDouble(negative[name](fround((-8 * index) / size)), format));
}

/**
 * Apply hls4ml's table of `size` entries: index = trunc₀(x·size/(2·range)) + size/2, clamped.
 *
 * @param format - the table's format (`table_t`)
 */
export function hls4mlTableLookup(
  builder: CircuitBuilder,
  wire: Wire,
  name: TableFunction,
  size: number,
  format: FixedFormat,
): Wire {
  const { range } = centred[name];
  const position = truncatedPosition(builder, wire, size, -Math.log2(2 * range));
  const index = builder.add(position, builder.constant(BigInt(Math.floor(size / 2)), 0));
  return indexedTable(builder, index, name, hls4mlTable(name, size, format), format);
}

/** Apply hls4ml's table over [−8, 0]: index = trunc₀(x·size/−8), clamped; meaningful for x < 0 only. */
export function hls4mlNegativeLookup(
  builder: CircuitBuilder,
  wire: Wire,
  name: NegativeTableFunction,
  size: number,
  format: FixedFormat,
): Wire {
  const index = builder.negate(truncatedPosition(builder, wire, size, -3));
  return indexedTable(builder, index, name, hls4mlNegativeTable(name, size, format), format);
}

/** Look up in a table from address 0, the index clamped to its ends. */
export function indexedTable(
  builder: CircuitBuilder,
  index: Wire,
  name: string,
  values: readonly bigint[],
  format: FixedFormat,
): Wire {
  const table: Table = { name, lo: 0n, values, fraction: fractionBits(format) };
  return builder.table(clampIndex(builder, index, values.length), table, 0);
}

/**
 * trunc₀(x·size·2^shift) as C++ converts it: the division keeps the fraction bits of x, even if they are fewer than none,
 * and to_int() truncates toward zero and takes the low 32 bits.
 */
export function truncatedPosition(builder: CircuitBuilder, wire: Wire, size: number, shift: number): Wire {
  const towardZero = { quantization: 'AP_TRN_ZERO' } as const;
  const { fraction } = builder.typeOf(wire);
  const position = builder.scale(builder.multiply(wire, builder.constant(BigInt(size), 0)), shift);
  const quotient = fraction < 0 ? builder.cast(position, fixed(64, 64 - fraction, towardZero)) : position;
  return builder.cast(quotient, fixed(32, 32, towardZero));
}

/** Most input codes for which the exact profile builds a table directly. */
export const MAX_EXACT_ENTRIES = 4096n;

/** Tell whether the exact profile tabulates every code of a wire. */
export function hasDirectTable(builder: CircuitBuilder, wire: Wire): boolean {
  const { lo, hi } = builder.typeOf(wire);
  return hi - lo < MAX_EXACT_ENTRIES;
}

/** Functions that are flat outside a few integer bits, with those integer bits and the function itself. */
const flat: Readonly<
  Record<'sigmoid' | 'tanh', { readonly integerBits: number; readonly exact: (x: number) => number }>
> = {
  sigmoid: { integerBits: 4, exact: sigmoidScalar },
  tanh: { integerBits: 3, exact: tanhScalar },
};

/**
 * Apply sigmoid or tanh by a table with one correctly rounded entry per reachable input code.
 *
 * An input with more than 4,096 codes is first rounded to 12 bits that span the part where the function is not flat.
 *
 * @param format - the format of the entries, which is the layer's result
 */
export function exactTableLookup(
  builder: CircuitBuilder,
  wire: Wire,
  name: keyof typeof flat,
  format: FixedFormat,
): Wire {
  const { integerBits, exact } = flat[name];
  const narrow = hasDirectTable(builder, wire)
    ? wire
    : builder.cast(wire, fixed(12, integerBits, { quantization: 'AP_RND', overflow: 'AP_SAT' }));
  return functionTable(builder, narrow, name, exact, format);
}

/** Apply `f` by a table over every code that the wire can take, entries rounded to `format`. */
export function functionTable(
  builder: CircuitBuilder,
  wire: Wire,
  name: string,
  f: (x: number) => number,
  format: FixedFormat,
): Wire {
  const { lo, hi, fraction } = builder.typeOf(wire);
  const values = Array.from({ length: Number(hi - lo) + 1 }, (_, k) =>
    fromDouble(f(toDouble(lo + BigInt(k), fraction)), format),
  );
  return builder.table(wire, { name, lo, values, fraction: fractionBits(format) }, fraction);
}

/** min(max(index, 0), size − 1). */
function clampIndex(builder: CircuitBuilder, index: Wire, size: number): Wire {
  const bits = Math.ceil(Math.log2(size));
  const saturated = builder.cast(index, ufixed(bits, bits, { overflow: 'AP_SAT' }));
  if (2 ** bits === size) return saturated;
  const last = builder.constant(BigInt(size - 1), 0);
  return builder.select(builder.compare('lt', last, saturated), last, saturated);
}
