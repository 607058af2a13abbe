/**
 * Look-up tables: hls4ml's constructions entry by entry, and tables that are exact over every reachable code.
 *
 * hls4ml computes entries in C++ with a mixture of float and double steps (nnet_activation.h, nnet_softmax.h); each
 * step is repeated here with `Math.fround` where the C++ has a float.
 */
import type { CircuitBuilder, Table, Wire } from '../circuit/index.ts';
import { type FixedFormat, fixed, fractionBits, fromDouble, toDouble, ufixed } from '../fixed/index.ts';
import { expScalar, sigmoidScalar, tanhScalar } from '../tensor/index.ts';

export type TableFunction = 'sigmoid' | 'tanh';

interface FunctionTable {
  /** Half-open input range [−range, range) that hls4ml's table covers. */
  readonly range: number;
  /** Integer bits of the exact profile's widest table input; the function is flat outside. */
  readonly integerBits: number;
  /** The entry as hls4ml's C++ computes it from the float x. */
  entry(x: number): number;
  /** The function itself in double precision. */
  exact(x: number): number;
}

const functions: Readonly<Record<TableFunction, FunctionTable>> = {
  sigmoid: {
    range: 8,
    integerBits: 4,
    // float expf and float addition, then a division in double.
    entry: (x) => Math.fround(1 / Math.fround(1 + Math.fround(expScalar(-x)))),
    exact: sigmoidScalar,
  },
  tanh: { range: 4, integerBits: 3, entry: (x) => Math.fround(tanhScalar(x)), exact: tanhScalar },
};

/**
 * Apply hls4ml's table of `size` entries: index = trunc₀(x·size/(2·range)) + size/2, clamped; the entry stands for the
 * left edge of its bin.
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
  const { range, entry } = functions[name];
  const values = Array.from({ length: size }, (_, index) =>
    fromDouble(entry(Math.fround((2 * range * (index - size / 2)) / size)), format),
  );
  const table: Table = { name, lo: 0n, values, fraction: fractionBits(format) };
  const position = builder.scale(builder.multiply(wire, builder.constant(BigInt(size), 0)), -Math.log2(2 * range));
  // C++ converts the position with to_int(): toward zero, then the low 32 bits.
  const truncated = builder.cast(position, fixed(32, 32, { quantization: 'AP_TRN_ZERO' }));
  const centred = builder.add(truncated, builder.constant(BigInt(Math.floor(size / 2)), 0));
  return builder.table(clampIndex(builder, centred, size), table, 0);
}

/** Most input codes for which the exact profile builds a table directly. */
const MAX_EXACT_ENTRIES = 4096n;

/**
 * Apply a function by a table with one correctly rounded entry per reachable input code.
 *
 * An input with more than 4,096 codes is first rounded to 12 bits that span the part where the function is not flat.
 *
 * @param format - the format of the entries, which is the layer's result
 */
export function exactTableLookup(builder: CircuitBuilder, wire: Wire, name: TableFunction, format: FixedFormat): Wire {
  const { integerBits, exact } = functions[name];
  const own = builder.typeOf(wire);
  const narrow =
    own.hi - own.lo < MAX_EXACT_ENTRIES
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
  const clamped = builder.select(builder.compare('lt', last, saturated), last, saturated);
  return clamped;
}
