/**
 * The reduction of large angles: x modulo π/2 for an f32 beyond 2^20, from the bits of 2/π that matter.
 *
 * x = m·2^e with a whole m of 24 bits. Bits of 2/π whose weight times 2^e is 4 or more only add whole turns; the next
 * 192 are multiplied with m. What is left of it after the quarter turns, at least 2^−30 for an f32, is so known to more
 * than 130 bits, and multiplied by π/2 in two words. The scalar function rounds the same remainder to a double and the
 * rest of it to another; here the two words together are within 2^−104 of it, which no result rounded to f32 can tell.
 *
 * Source: Payne & Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983).
 */
import {
  f64,
  f64x2,
  i32,
  i64,
  type Code,
  type FunctionReference,
  type Instruction,
  type Local,
  type WasmModule,
} from '../../../../wasm/index.ts';
import { VectorFormula, doubles, type Value } from '../vector-formula.ts';
import { productError } from './power.ts';

/** 2/π·2^320, rounded down. */
const TWO_OVER_PI = 0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e0n;
const SMALLEST_EXPONENT = -3;
const LARGEST_EXPONENT = 104;
/** Words of 32 bits that are multiplied. */
const WORDS = 6;
/** The word in which the window of the largest exponent starts. */
const LAST_START = (LARGEST_EXPONENT - SMALLEST_EXPONENT) >> 5;

/** 64 bits from word `index` on: at the smallest exponent, weight 2 is five places before the first bit of 2/π. */
function windowAt(index: number): bigint {
  return BigInt.asUintN(64, (TWO_OVER_PI << 64n) >> (320n + 5n - 32n * BigInt(index)));
}

/** What a statement on scalars is made of. */
type Term = Local | Instruction | number | bigint;

/** Write target ← operands and instructions, in postfix order. */
function set(code: Code, target: Local, ...terms: readonly Term[]): void {
  for (const term of terms) {
    if (typeof term === 'function') term(code);
    else if (typeof term === 'number') i32.const(code, term);
    else if (typeof term === 'bigint') i64.const(code, term);
    else code.get(term);
  }
  code.set(target);
}

/** A whole number below 2^53 as a double. */
function toDouble(code: Code, whole: Local, target: Local): void {
  set(code, target, whole, 32n, i64.shrU, i32.wrapI64, f64.convertI32U);
  code.get(target);
  f64.const(code, 2 ** 32);
  f64.mul(code);
  code.get(whole);
  i32.wrapI64(code);
  f64.convertI32U(code);
  f64.add(code);
  code.set(target);
}

/** Multiply target by 2^power. */
function scale(code: Code, target: Local, ...power: readonly Term[]): void {
  const factor = code.local('f64');
  set(code, factor, ...power, 1023n, i64.add, 52n, i64.shl, f64.reinterpretI64);
  set(code, target, target, factor, f64.mul);
}

/** Define the function (x: f64) → (quadrant, high, low: f64) for an x that is a finite f32 beyond 2^20. */
export function largeArgument(module: WasmModule): FunctionReference {
  return module.function({ parameters: ['f64'], results: ['f64', 'f64', 'f64'] }, (code, x) => {
    const long = (): Local => code.local('i64');
    const bits = long();
    const m = long();
    const start = code.local('i32');
    const shift = long();
    set(code, bits, x!, i64.reinterpretF64);
    // The 29 lowest bits of a double that is an f32 are 0.
    set(code, m, bits, 29n, i64.shrU, 0x7f_ffffn, i64.and, 0x80_0000n, i64.or);
    set(code, shift, bits, 52n, i64.shrU, 0x7ffn, i64.and, BigInt(-1023 - 23 - SMALLEST_EXPONENT), i64.add);
    set(code, start, shift, 5n, i64.shrU, i32.wrapI64);
    set(code, shift, shift, 31n, i64.and);

    const words = Array.from({ length: WORDS }, long);
    for (let s = 0; s <= LAST_START; s += 1) {
      code.get(start);
      i32.const(code, s);
      i32.eq(code);
      code.if(() => words.forEach((word, k) => set(code, word, windowAt(s + k), shift, i64.shl, 32n, i64.shrU)));
    }
    const carry = long();
    for (const word of words.toReversed()) {
      set(code, carry, word, m, i64.mul, carry, 32n, i64.shrU, i64.add);
      set(code, word, carry, 0xffff_ffffn, i64.and);
    }
    const [a, b, c] = [0, 2, 4].map((k) => {
      const pair = long();
      set(code, pair, words[k]!, 32n, i64.shl, words[k + 1]!, i64.or);
      return pair;
    }) as [Local, Local, Local];

    // Two bits of quarter turns, and a fraction that is read as signed: of [−½, ½).
    const turns = long();
    set(code, turns, a, 62n, i64.shrU);
    set(code, a, a, 2n, i64.shl, b, 62n, i64.shrU, i64.or);
    set(code, b, b, 2n, i64.shl, c, 62n, i64.shrU, i64.or);
    set(code, c, c, 2n, i64.shl);
    set(code, turns, turns, a, 63n, i64.shrU, i64.add);
    const sign = long();
    set(code, sign, a, 63n, i64.shrS);
    for (const part of [a, b, c]) set(code, part, part, sign, i64.xor);
    const zeros = long();
    const others = long();
    set(code, zeros, a, i64.clz);
    set(code, others, 64n, zeros, i64.sub);
    set(code, a, a, zeros, i64.shl, b, others, i64.shrU, i64.or);
    set(code, b, b, zeros, i64.shl, c, others, i64.shrU, i64.or);

    const first = code.local('f64');
    const second = code.local('f64');
    set(code, b, b, 22n, i64.shrU, a, 0x7ffn, i64.and, 42n, i64.shl, i64.or);
    toDouble(code, b, second);
    set(code, a, a, 11n, i64.shrU);
    toDouble(code, a, first);
    scale(code, first, -53n, zeros, i64.sub);
    scale(code, second, -106n, zeros, i64.sub);
    // The quotient has the sign of the fraction, changed by that of x; so have the quarter turns.
    set(code, sign, sign, bits, i64.xor, 63n, i64.shrU, 63n, i64.shl);
    const quadrant = code.local('f64');
    set(code, quadrant, turns, i32.wrapI64, f64.convertI32S, x!, f64.copysign);

    const formula = new VectorFormula(code);
    const d = doubles(formula);
    const splat = (value: Local): Value =>
      formula.input(() => {
        code.get(value);
        f64x2.splat(code);
      });
    const f0 = splat(first);
    const f1 = splat(second);
    const halfPi = d.constant(1.5707963267948966);
    const p = d.mul(f0, halfPi);
    const small = d.add(productError(d, f0, halfPi, p), d.add(d.mul(f0, 6.123233995736766e-17), d.mul(f1, halfPi)));
    const high = d.add(p, small);
    const low = d.add(d.sub(p, high), small);
    formula.writeConstants();
    code.get(quadrant);
    for (const part of [high, low]) {
      formula.write(part);
      f64x2.extractLane(code, 0);
      i64.reinterpretF64(code);
      code.get(sign);
      i64.xor(code);
      f64.reinterpretI64(code);
    }
  });
}
