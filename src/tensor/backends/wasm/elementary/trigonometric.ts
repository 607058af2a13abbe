/**
 * sin, cos, atan and atan2 of two doubles: the operations of `tensor/elementary/trigonometric.ts`, in their order.
 *
 * Arguments beyond 2^20, which the scalar functions reduce with big integers, go one by one through a function that
 * multiplies them with as many bits of 2/π as matter (`large-argument.ts`).
 */
import { f64x2, i32, i64x2, type Code, type FunctionReference } from '../../../../wasm/index.ts';
import type { Arithmetic, Value } from '../vector-formula.ts';

const { PI } = Math;
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const TWO_OVER_PI = 0.6366197723675814;

/** Added to a whole number, it leaves that number in the lowest bits. */
const TO_INTEGER = 1.5 * 2 ** 52;

interface Reduced {
  readonly quadrant: Value;
  readonly high: Value;
  readonly low: Value;
}

/** x modulo a full turn in quarter turns (a whole number, of which two bits count), and the rest in two words. */
function reduce(d: Arithmetic, x: Value, reduceLarge: FunctionReference): Reduced {
  const k = d.floor(d.add(d.mul(x, TWO_OVER_PI), 0.5));
  const first = d.sub(x, d.mul(k, HALF_PI_1));
  const part = d.mul(k, HALF_PI_2);
  const second = d.sub(first, part);
  const lost = d.sub(d.sub(first, second), part);
  const rest = d.sub(d.mul(k, HALF_PI_3), lost);
  const high = d.sub(second, rest);
  const low = d.sub(d.sub(second, high), rest);
  return replaceLarge(d, x, { quadrant: k, high, low }, reduceLarge);
}

/** Reduce the lanes beyond 2^20 once more; infinite and NaN lanes are NaN already. */
function replaceLarge(d: Arithmetic, x: Value, near: Reduced, reduceLarge: FunctionReference): Reduced {
  const { formula } = d;
  const { code } = formula;
  const size = d.abs(x);
  const large = d.and(d.gt(size, 1048576), d.lt(size, Infinity));
  const operands = [x, large, near.quadrant, near.high, near.low];
  const [quadrant, high, low] = formula.block(operands, 3, ([argument, far, ...given], results) => {
    results.forEach((result, k) => {
      code.get(given[k]!);
      code.set(result);
    });
    const parts = results.map(() => code.local('f64'));
    const mask = code.local('i32');
    code.get(far!);
    i64x2.bitmask(code);
    code.set(mask);
    for (const lane of [0, 1]) {
      code.get(mask);
      i32.const(code, 1 << lane);
      i32.and(code);
      code.if(() => {
        code.get(argument!);
        f64x2.extractLane(code, lane);
        code.call(reduceLarge);
        for (const part of parts.toReversed()) code.set(part);
        results.forEach((result, k) => {
          code.get(result);
          code.get(parts[k]!);
          f64x2.replaceLane(code, lane);
          code.set(result);
        });
      });
    }
  });
  return { quadrant: quadrant!, high: high!, low: low! };
}

const SINE = [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800];
const COSINE = [1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600];

/** c[0] + z·(c[1] + … + z·(before + z / last)). */
function series(d: Arithmetic, z: Value, coefficients: readonly number[], before: number, last: number): Value {
  const inner = d.add(before, d.div(z, last));
  return coefficients.reduceRight<Value>((sum, coefficient) => d.add(coefficient, d.mul(z, sum)), inner);
}

function sinSeries(d: Arithmetic, z: Value, r: Value, low: Value): Value {
  const tail = series(d, z, SINE, -1 / 1307674368000, 355687428096000);
  const correction = d.mul(low, d.sub(1, d.mul(0.5, z)));
  return d.add(r, d.add(d.mul(d.mul(z, r), tail), correction));
}

function cosSeries(d: Arithmetic, z: Value, r: Value, low: Value): Value {
  const tail = series(d, z, COSINE, -1 / 87178291200, 20922789888000);
  const half = d.mul(0.5, z);
  const head = d.sub(1, half);
  const correction = d.sub(d.mul(d.mul(z, z), tail), d.mul(r, low));
  return d.add(head, d.add(d.sub(d.sub(1, head), half), correction));
}

/** Bring bit 1 to the place of the sign. */
function toSign(code: Code): void {
  i32.const(code, 62);
  i64x2.shl(code);
}

function sinOrCos(d: Arithmetic, x: Value, reduceLarge: FunctionReference, quarters: 0 | 1): Value {
  const { formula } = d;
  const { quadrant, high, low } = reduce(d, x, reduceLarge);
  const z = d.mul(high, high);
  const sine = sinSeries(d, z, high, low);
  const cosine = cosSeries(d, z, high, low);
  // The cosine is the sine a quarter turn ahead.
  const turned = d.add(quadrant, TO_INTEGER + quarters);
  const one = formula.constant(new Uint8Array(new BigInt64Array(2).fill(1n).buffer));
  const odd = formula.apply(i64x2.eq, d.and(turned, one), one);
  const negative = d.and(formula.apply(toSign, turned), -0);
  return d.xor(d.select(odd, cosine, sine), negative);
}

/** sin x, but +0 for −0. */
export function sin(d: Arithmetic, x: Value, reduceLarge: FunctionReference): Value {
  return sinOrCos(d, x, reduceLarge, 0);
}

/** cos x. */
export function cos(d: Arithmetic, x: Value, reduceLarge: FunctionReference): Value {
  return sinOrCos(d, x, reduceLarge, 1);
}

const ATAN_HALF_HIGH = 0.4636476090008061;
const ATAN_HALF_LOW = 2.2698777452961687e-17;
const QUARTER_PI_LOW = 3.061616997868383e-17;
const HALF_PI_LOW = 6.123233995736766e-17;

function atanTail(d: Arithmetic, z: Value): Value {
  let sum = d.mul(z, 1 / 29);
  for (let n = 27; n >= 3; n -= 2) sum = d.add(d.mul(z, (n & 2) === 0 ? 1 / n : -1 / n), d.mul(z, sum));
  return sum;
}

/** atan x for x ≥ 0. The angle that the scalar function turns by is 0 below ¼, and adding 0 changes nothing. */
export function atan(d: Arithmetic, x: Value): Value {
  const inverted = d.gt(x, 1);
  const t = d.select(inverted, d.div(1, x), x);
  const small = d.lt(t, 0.25);
  const medium = d.lt(t, 0.75);
  const numerator = d.select(small, t, d.sub(t, d.select(medium, 0.5, 1)));
  const denominator = d.select(small, 1, d.add(1, d.select(medium, d.mul(0.5, t), t)));
  const r = d.div(numerator, denominator);
  const turnHigh = d.andnot(d.select(medium, ATAN_HALF_HIGH, 0.25 * PI), small);
  const turnLow = d.andnot(d.select(medium, ATAN_HALF_LOW, QUARTER_PI_LOW), small);
  const angle = d.add(turnHigh, d.add(r, d.add(d.mul(r, atanTail(d, d.mul(r, r))), turnLow)));
  return d.select(inverted, d.sub(0.5 * PI, d.sub(angle, HALF_PI_LOW)), angle);
}

/** The angle of the point (x, y) in (−π, π]. */
export function atan2(d: Arithmetic, y: Value, x: Value): Value {
  const left = isNegative(d, x);
  const acute = atan(d, d.abs(d.div(y, x)));
  const slanted = d.select(left, d.sub(PI, d.sub(acute, 2 * HALF_PI_LOW)), acute);
  const bothInfinite = d.eq(d.pmin(d.abs(x), d.abs(y)), Infinity);
  const diagonal = d.select(bothInfinite, d.select(left, 0.75 * PI, 0.25 * PI), slanted);
  const upright = d.select(d.eq(x, 0), 0.5 * PI, diagonal);
  const angle = d.select(d.eq(y, 0), d.and(PI, left), upright);
  const sum = d.add(d.abs(x), d.abs(y));
  return d.select(d.ne(sum, sum), NaN, d.xor(angle, d.and(y, -0)));
}

/** Where the sign bit is set. */
function isNegative(d: Arithmetic, x: Value): Value {
  const bits = d.and(x, -0);
  return d.formula.apply(i64x2.eq, bits, d.constant(-0));
}
