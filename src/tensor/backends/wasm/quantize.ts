/**
 * Rounding to a fixed-point grid for four f32, with the bits of `tensor/quantize.ts`.
 *
 * In f32 where that is exact: a scale of 1 or more loses nothing of a value, differences between a value and its integer
 * neighbours are compared with ½ rightly even where they round, and whole numbers below 2^24 are f32. What overflows is
 * beyond every range. A smaller scale could lose bits to underflow, and is applied in double precision.
 */
import type { FunctionReference, WasmModule } from '../../../wasm/index.ts';
import type { FixedGrid } from '../../quantize.ts';
import { inDoubles, vectorFunction } from './in-doubles.ts';
import type { Arithmetic, Value } from './vector-formula.ts';

/** Round to a whole number; −0 may come out. */
function roundUnits(a: Arithmetic, x: Value, quantization: FixedGrid['quantization']): Value {
  const oneWhere = (mask: Value): Value => a.and(mask, 1);
  switch (quantization) {
    case 'AP_TRN':
      return a.floor(x);
    case 'AP_TRN_ZERO':
      return a.trunc(x);
    case 'AP_RND': {
      const down = a.floor(x);
      return a.add(down, oneWhere(a.ge(a.sub(x, down), 0.5)));
    }
    case 'AP_RND_MIN_INF': {
      const up = a.ceil(x);
      return a.sub(up, oneWhere(a.ge(a.sub(up, x), 0.5)));
    }
    case 'AP_RND_ZERO':
    case 'AP_RND_INF': {
      const size = a.abs(x);
      const down = a.trunc(size);
      const rest = a.sub(size, down);
      const size1 = a.add(down, oneWhere(quantization === 'AP_RND_INF' ? a.ge(rest, 0.5) : a.gt(rest, 0.5)));
      return a.or(size1, a.and(x, -0));
    }
    case 'AP_RND_CONV':
      return a.nearest(x);
    default:
      return quantization satisfies never;
  }
}

/** x in units of the grid, whole. */
function unitsOf(a: Arithmetic, x: Value, { scale, quantization }: FixedGrid): Value {
  return roundUnits(a, a.mul(x, scale), quantization);
}

function snap(a: Arithmetic, x: Value, grid: FixedGrid): Value {
  const { step, lo, hi, span, overflow } = grid;
  const units = unitsOf(a, x, grid);
  // Adding 0 turns −0 into the only zero that hardware has.
  const valueOf = (raw: Value): Value => a.add(a.mul(raw, step), 0);
  if (overflow === 'AP_WRAP') {
    // A finite value whose scaling overflows is a multiple of every span.
    const burst = a.and(a.eq(a.abs(units), Infinity), a.lt(a.abs(x), Infinity));
    const raw = a.andnot(units, burst);
    const positive = a.sub(raw, a.mul(a.floor(a.mul(raw, 1 / span)), span));
    return valueOf(a.sub(positive, a.and(a.gt(positive, hi), span)));
  }
  if (overflow === 'AP_SAT_ZERO') return a.andnot(valueOf(units), a.or(a.gt(units, hi), a.lt(units, lo)));
  return valueOf(a.pmax(a.pmin(units, hi), lo));
}

function inside(a: Arithmetic, x: Value, grid: FixedGrid): Value {
  const units = unitsOf(a, x, grid);
  return a.and(a.and(a.ge(units, grid.lo), a.le(units, grid.hi)), 1);
}

function onGrid(
  module: WasmModule,
  grid: FixedGrid,
  f: (a: Arithmetic, x: Value, grid: FixedGrid) => Value,
): FunctionReference {
  return vectorFunction(module, 1, (s, x) =>
    grid.scale < 1 ? inDoubles(s, (d, half) => f(d, half, grid), x!) : f(s, x!, grid),
  );
}

/** Define (v128) → v128 that snaps four values onto the grid. */
export function quantizeVector(module: WasmModule, grid: FixedGrid): FunctionReference {
  return onGrid(module, grid, snap);
}

/** Define (v128) → v128 that tells with 1 and 0 which of four values lie within the grid's range. */
export function insideGridVector(module: WasmModule, grid: FixedGrid): FunctionReference {
  return onGrid(module, grid, inside);
}
