/**
 * The elementary functions of four f32, as WebAssembly functions that a module defines when it needs them.
 *
 * Each lane has the bits of the scalar function of `tensor/elementary` rounded to f32 (NaN is NaN, with any payload): the
 * same operations in double precision, in the same order, on two lanes at a time. Where that function branches, both
 * ways are computed and one is chosen. Arguments whose results f32 rounds to 0, to infinity or to a limit anyway are
 * first brought to where one formula holds; what remains of special cases is put right after rounding.
 */
import { UnsupportedError } from '../../../errors.ts';
import type { FunctionReference, WasmModule } from '../../../wasm/index.ts';
import { erf } from './elementary/error-function.ts';
import { exp, expm1 } from './elementary/exponential.ts';
import { asinh, cosh, sigmoid, sinh, softplus, tanh } from './elementary/hyperbolic.ts';
import { largeArgument } from './elementary/large-argument.ts';
import { log, log1p, log2 } from './elementary/logarithms.ts';
import { pow, powScalar } from './elementary/power.ts';
import { atan, atan2, cos, sin } from './elementary/trigonometric.ts';
import { inDoubles, vectorFunction } from './in-doubles.ts';
import type { Arithmetic, Value } from './vector-formula.ts';

/** e^x is rounded to infinity from here on, and to 0 up to there. */
const TOP = 100;
const BOTTOM = -110;

/** Limit x; NaN stays. */
function limit(s: Arithmetic, x: Value, lo: number, hi: number): Value {
  return s.pmax(s.pmin(x, hi), lo);
}

/** Give a result for |x| the sign of x. */
function withSign(s: Arithmetic, size: Value, x: Value): Value {
  return s.or(size, s.and(x, -0));
}

/** Give −0 for −0, where the formula gives +0. */
function keepZero(s: Arithmetic, y: Value, x: Value): Value {
  return s.select(s.eq(x, 0), x, y);
}

/** A logarithm that is −∞ at `pole`, NaN below it, and infinite at infinity. */
function above(s: Arithmetic, pole: 0 | -1, f: (d: Arithmetic, x: Value) => Value, x: Value): Value {
  const special = s.select(s.eq(x, pole), -Infinity, s.select(s.gt(x, pole), x, NaN));
  const ordinary = s.and(s.gt(x, pole), s.lt(x, Infinity));
  return s.select(ordinary, inDoubles(s, f, x), special);
}

type Unary = (s: Arithmetic, x: Value, module: ModuleFunctions) => Value;

/** What functions of the module a formula may call. */
interface ModuleFunctions {
  readonly largeArgument: () => FunctionReference;
}

const unary = {
  exp: (s, x) => inDoubles(s, exp, limit(s, x, BOTTOM, TOP)),
  expm1: (s, x) => keepZero(s, inDoubles(s, expm1, limit(s, x, -40, TOP)), x),
  log: (s, x) => above(s, 0, log, x),
  log1p: (s, x) => keepZero(s, above(s, -1, log1p, x), x),
  log2: (s, x) => above(s, 0, log2, x),
  sigmoid: (s, x) => inDoubles(s, sigmoid, limit(s, x, BOTTOM, TOP)),
  tanh: (s, x) => withSign(s, inDoubles(s, tanh, s.pmin(s.abs(x), 22)), x),
  softplus: (s, x) => inDoubles(s, softplus, x),
  sinh: (s, x) => withSign(s, inDoubles(s, sinh, s.pmin(s.abs(x), TOP)), x),
  cosh: (s, x) => inDoubles(s, cosh, s.pmin(s.abs(x), TOP)),
  asinh: (s, x) => s.select(s.lt(s.abs(x), Infinity), withSign(s, inDoubles(s, asinh, s.abs(x)), x), x),
  sin: (s, x, { largeArgument: reduce }) =>
    keepZero(
      s,
      inDoubles(s, (d, half) => sin(d, half, reduce()), x),
      x,
    ),
  cos: (s, x, { largeArgument: reduce }) => inDoubles(s, (d, half) => cos(d, half, reduce()), x),
  erf: (s, x) => {
    const inner = s.lt(s.abs(x), 6);
    const beyond = s.select(s.eq(x, x), withSign(s, s.constant(1), x), x);
    return s.select(inner, inDoubles(s, erf, s.and(x, inner)), beyond);
  },
  atan: (s, x) => withSign(s, inDoubles(s, atan, s.abs(x)), x),
} as const satisfies Record<string, Unary>;

const binary = {
  pow: (s, x, y) => inDoubles(s, pow, x, y),
  atan2: (s, y, x) => inDoubles(s, atan2, y, x),
} as const satisfies Record<string, (s: Arithmetic, a: Value, b: Value) => Value>;

/**
 * Prepare the elementary functions of a module: each is defined when it is first asked for by the name of its tensor
 * function, which may be while another function is being written. It takes one v128, or two for pow and atan2.
 */
export function elementaryFunctions(module: WasmModule): (name: string) => FunctionReference {
  const known = new Map<string, FunctionReference>();
  const once = (name: string, define: () => FunctionReference): FunctionReference => {
    const found = known.get(name) ?? define();
    known.set(name, found);
    return found;
  };
  const functions: ModuleFunctions = { largeArgument: () => once('largeArgument', () => largeArgument(module)) };
  return (name) => {
    if (Object.hasOwn(unary, name)) {
      const build: Unary = unary[name as keyof typeof unary];
      return once(name, () => vectorFunction(module, 1, (s, x) => build(s, x!, functions)));
    }
    if (Object.hasOwn(binary, name)) {
      const build = binary[name as keyof typeof binary];
      return once(name, () => vectorFunction(module, 2, (s, a, b) => build(s, a!, b!)));
    }
    throw new UnsupportedError(
      `There is no vector function "${name}"; there are ${[...Object.keys(unary), ...Object.keys(binary)].join(', ')}.`,
    );
  };
}

/** Define x^exponent for one exponent, which need not be an f32: (v128) → v128. */
export function powScalarVector(module: WasmModule, exponent: number): FunctionReference {
  return vectorFunction(module, 1, (s, x) => inDoubles(s, (d, half) => powScalar(d, half, exponent), x!));
}
