/**
 * Single-precision expf and tanhf with the bits of the GNU C library (2.28 and later), in which hls4ml fills its tables.
 *
 * Neither is correctly rounded everywhere: tanhf misses in one table entry of seven, expf in one of two thousand, and
 * a table with many fraction bits shows it. expf follows glibc's flt-32/e_expf.c: in double precision,
 * e^x = 2^(k/32)·p(r) with a cubic p. tanhf and the expm1f inside follow fdlibm (Sun Microsystems, 1993), every step
 * rounded to single precision.
 */

const { fround } = Math;

/** 2^(i/32) for i = 0 … 31. */
const ROOTS: readonly number[] = [
  1.0,
  1.0218971486541166,
  1.0442737824274138,
  1.0671404006768237,
  1.0905077326652577,
  1.1143867425958924,
  1.1387886347566916,
  1.1637248587775775,
  1.189207115002721,
  1.215247359980469,
  1.241857812073484,
  1.2690509571917332,
  1.2968395546510096,
  1.3252366431597413,
  1.3542555469368927,
  1.383909881963832,
  Math.SQRT2,
  1.4451808069770467,
  1.4768261459394993,
  1.5091644275934228,
  1.5422108254079407,
  1.5759808451078865,
  1.6104903319492543,
  1.645755478153965,
  1.681792830507429,
  1.718619298122478,
  1.7562521603732995,
  1.7947090750031072,
  1.8340080864093424,
  1.8741676341103,
  1.9152065613971474,
  1.9571441241754002,
];
const INVERSE_LN2 = 46.16624130844683; // 32 / ln 2
const EXP_POLYNOMIAL = [1.6938359250920212e-6, 0.00023459809789509004, 0.021660849396613134] as const;

/** Compute e^x as glibc's expf does; Infinity above and 0 below the range of single precision. */
export function expFloat(x: number): number {
  // Beyond ±200 every result is infinite or 0 in single precision.
  const z = INVERSE_LN2 * Math.max(-200, Math.min(200, x));
  const k = roundToEven(z);
  const r = z - k;
  const octave = Math.floor(k / 32);
  const scale = ROOTS[k - 32 * octave]! * 2 ** octave;
  const [c0, c1, c2] = EXP_POLYNOMIAL;
  return fround(((c0 * r + c1) * (r * r) + (c2 * r + 1)) * scale);
}

const LN2_HIGH = 0.6931381225585938;
const LN2_LOW = 9.05800061445916e-6;
const INVERSE_LN2_SINGLE = fround(1.4426950216293335);
const [Q1, Q2, Q3, Q4, Q5] = [
  -0.03333333507180214, 0.0015873016091063619, -7.936507608974352e-5, 4.00821772927884e-6, -2.0109921194944036e-7,
] as const;

/** Compute tanh x as glibc's tanhf does, for |x| < 22. */
export function tanhFloat(x: number): number {
  const a = Math.abs(x);
  if (a === 0) return x;
  let result: number;
  if (a >= 1) {
    const t = expm1Float(fround(2 * a));
    result = fround(1 - fround(2 / fround(t + 2)));
  } else {
    const t = expm1Float(fround(-2 * a));
    result = fround(-t / fround(t + 2));
  }
  return x < 0 ? -result : result;
}

/** Compute e^x − 1 as fdlibm's expm1f does, for |x| < 44. */
function expm1Float(argument: number): number {
  const magnitude = Math.abs(argument);
  const side = argument < 0 ? -1 : 1;
  let x = argument;
  let k = 0;
  let c = 0;
  if (magnitude > 0.5 * LN2) {
    k = magnitude < 1.5 * LN2 ? side : Math.trunc(fround(fround(INVERSE_LN2_SINGLE * x) + 0.5 * side));
    const high = fround(x - fround(k * LN2_HIGH));
    const low = fround(k * LN2_LOW);
    x = fround(high - low);
    c = fround(fround(high - x) - low);
  } else if (magnitude < 2 ** -25) {
    return x;
  }
  const half = fround(0.5 * x);
  const square = fround(x * half);
  const r = horner(square);
  const t = fround(3 - fround(r * half));
  let e = fround(square * fround(fround(r - t) / fround(6 - fround(x * t))));
  if (k === 0) return fround(x - fround(fround(x * e) - square));
  e = fround(fround(fround(x * fround(e - c)) - c) - square);
  if (k === -1) return fround(fround(0.5 * fround(x - e)) - 0.5);
  if (k === 1) {
    return x < -0.25 ? fround(-2 * fround(e - fround(x + 0.5))) : fround(1 + fround(2 * fround(x - e)));
  }
  if (k <= -2 || k > 56) return fround(fround(1 - fround(e - x)) * 2 ** k - 1);
  const small = 2 ** -k;
  const y = k < 23 ? fround(fround(1 - small) - fround(e - x)) : fround(fround(x - fround(e + small)) + 1);
  return fround(y * 2 ** k);
}

/** The single-precision bounds of expm1f's ranges lie at multiples of this one. */
const LN2 = 2 * 0.3465735912322998;

function horner(h: number): number {
  let sum = Q5 as number;
  for (const q of [Q4, Q3, Q2, Q1, 1]) sum = fround(q + fround(h * sum));
  return sum;
}

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
