/**
 * Fake quantization: f32 values snapped onto the grid of a fixed-point format, with straight-through gradients.
 *
 * One fused loop over a Float32Array gives both the snapped values and which of them were inside the range. It is
 * bit-identical to `fromDouble` of `fixed` for formats of at most 24 bits, whose values f32 holds exactly: a scaled f32
 * is exact in a double, so is adding one half to it wherever that could matter, and so is a wrap by a power of two.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { formatText, fractionBits } from '../../fixed/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { tensor, toFloats } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/** Widest format that f32 holds exactly. */
export const MAX_FAKE_WIDTH = 24;

/** A format prepared for loops. */
export interface FakeQuantizer {
  readonly format: FixedFormat;
  /**
   * Snap values onto the grid; NaN stays NaN.
   *
   * @param inside where given, gets 1 for each value that was in the range and 0 for the others
   */
  readonly quantize: (values: Float32Array, inside?: Uint8Array) => Float32Array;
  /** Smallest and largest value of the format. */
  readonly lowest: number;
  readonly highest: number;
}

/** Raise 2 to a whole power exactly. */
const powerOfTwo = (exponent: number): number => {
  let result = 1;
  for (let i = 0; i < Math.abs(exponent); i++) result *= exponent < 0 ? 0.5 : 2;
  return result;
};

/** From 2^52 on a double has no fraction, and from there down adding this makes the adder round to even. */
const TO_EVEN = 1.5 * 2 ** 52;

/**
 * Prepare a format for fake quantization.
 *
 * @throws UnsupportedError for more than 24 bits, saturation bits, AP_WRAP_SM, or values that are not normal f32
 */
export const fakeQuantizer = (format: FixedFormat): FakeQuantizer => {
  const { width, signed, overflow, quantization, saturationBits } = format;
  const fraction = fractionBits(format);
  if (width > MAX_FAKE_WIDTH || Math.abs(fraction) > 100) {
    throw new UnsupportedError(
      `Training cannot imitate ${formatText(format)}; formats have at most ${MAX_FAKE_WIDTH} bits and a fraction of -100 to 100 bits.`,
    );
  }
  if (overflow === 'AP_WRAP_SM' || (overflow === 'AP_WRAP' && saturationBits > 0)) {
    throw new UnsupportedError(
      `Training cannot imitate ${formatText(format)}; overflow may be AP_SAT, AP_SAT_ZERO, AP_SAT_SYM or AP_WRAP without saturation bits.`,
    );
  }
  const scale = powerOfTwo(fraction);
  const step = powerOfTwo(-fraction);
  const span = powerOfTwo(width);
  const hi = (signed ? span / 2 : span) - 1;
  const symmetric = overflow === 'AP_SAT_SYM' && signed && width > 1;
  const lo = signed ? (symmetric ? -hi : -span / 2) : 0;
  const wraps = overflow === 'AP_WRAP';
  const zeroes = overflow === 'AP_SAT_ZERO';
  const round = rounderOf(quantization);
  return {
    format,
    lowest: lo * step,
    highest: hi * step,
    quantize: (values, inside) => {
      const result = new Float32Array(values.length);
      for (let i = 0; i < values.length; i++) {
        let raw = round(values[i]! * scale);
        if (raw >= lo && raw <= hi) {
          if (inside !== undefined) inside[i] = 1;
        } else if (wraps) {
          raw -= Math.floor(raw / span) * span;
          if (raw > hi) raw -= span;
        } else if (zeroes) {
          raw = raw * 0;
        } else if (raw > hi) {
          raw = hi;
        } else if (raw < lo) {
          raw = lo;
        }
        // Adding 0 turns −0, which rounding can give, into the only zero that hardware has.
        result[i] = raw * step + 0;
      }
      return result;
    },
  };
};

/** Choose the rounding of a number in units of the last place (UG1399, "Quantization Modes"). */
const rounderOf = (quantization: FixedFormat['quantization']): ((units: number) => number) => {
  switch (quantization) {
    case 'AP_TRN':
      return (x) => Math.floor(x);
    case 'AP_TRN_ZERO':
      return (x) => Math.trunc(x);
    case 'AP_RND':
      return (x) => Math.floor(x + 0.5);
    case 'AP_RND_MIN_INF':
      return (x) => Math.ceil(x - 0.5);
    case 'AP_RND_ZERO':
      return (x) => (x > 0 ? Math.ceil(x - 0.5) : Math.floor(x + 0.5));
    case 'AP_RND_INF':
      return (x) => (x > 0 ? Math.floor(x + 0.5) : Math.ceil(x - 0.5));
    case 'AP_RND_CONV':
      // Numbers that large come from f32 and are whole already.
      return (x) => (Math.abs(x) < 2 ** 50 ? x + TO_EVEN - TO_EVEN : x);
    default:
      return quantization satisfies never;
  }
};

/** Snap a tensor onto the grid of a format. */
export const quantizeTensor = (values: Tensor, quantizer: FakeQuantizer): Tensor =>
  tensor(quantizer.quantize(toFloats(values)), values.shape);

/**
 * Snap a variable onto the grid, with a straight-through gradient.
 *
 * @param estimator 'clipped' passes the gradient where the value was inside the range and stops it outside (for results;
 * with AP_WRAP it passes everywhere, since a wrapped value still has slope 1); 'identity' passes it everywhere (for
 * parameters, which could otherwise never return into the range)
 */
export const fakeQuantize = (
  value: Variable,
  quantizer: FakeQuantizer,
  estimator: 'clipped' | 'identity' = 'clipped',
): Variable => {
  const { shape } = value.value;
  const source = toFloats(value.value);
  if (estimator === 'identity' || quantizer.format.overflow === 'AP_WRAP') {
    return ag.customGradient(tensor(quantizer.quantize(source), shape), [value], (cotangent) => [cotangent]);
  }
  const inside = new Uint8Array(source.length);
  const result = quantizer.quantize(source, inside);
  return ag.customGradient(tensor(result, shape), [value], (cotangent) => {
    const upstream = toFloats(cotangent);
    const gradient = new Float32Array(upstream.length);
    for (let i = 0; i < gradient.length; i++) gradient[i] = upstream[i]! * inside[i]!;
    return [tensor(gradient, shape)];
  });
};
