/**
 * Fake quantization: f32 values snapped onto the grid of a fixed-point format, with straight-through gradients.
 *
 * Plain loops over blocks of a Float32Array give both the snapped values and which of them were inside the range. The
 * result is bit-identical to `fromDouble` of `fixed` for formats of at most 24 bits, whose values f32 holds exactly: a
 * scaled f32 is exact in a double, so is adding one half to it wherever that could matter, and so is a wrap by a power
 * of two.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { formatText, fractionBits, powerOfTwo } from '../../fixed/index.ts';
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

/** A double of this size has no fraction bits, so adding it rounds to even and subtracting it again is exact. */
const TO_EVEN = 1.5 * powerOfTwo(52);

/** Numbers as large as that come from f32 and are whole already. */
const WHOLE = powerOfTwo(50);

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
  const step = powerOfTwo(-fraction);
  const span = powerOfTwo(width);
  const hi = (signed ? span / 2 : span) - 1;
  const symmetric = overflow === 'AP_SAT_SYM' && signed && width > 1;
  const lo = signed ? (symmetric ? -hi : -span / 2) : 0;
  const grid: Grid = { scale: powerOfTwo(fraction), step, lo, hi, span, quantization, overflow };
  return {
    format,
    lowest: lo * step,
    highest: hi * step,
    quantize: (values, inside) => {
      const result = new Float32Array(values.length);
      // Blocks stay in the first-level cache between the two loops.
      for (let start = 0; start < values.length; start += BLOCK) {
        const end = Math.min(start + BLOCK, values.length);
        roundBlock(values, start, end, grid);
        clipBlock(result, start, end, grid, inside);
      }
      return result;
    },
  };
};

/** A format in numbers: values are whole numbers of `step` from `lo` to `hi`. */
interface Grid {
  readonly scale: number;
  readonly step: number;
  readonly lo: number;
  readonly hi: number;
  readonly span: number;
  readonly quantization: FixedFormat['quantization'];
  readonly overflow: FixedFormat['overflow'];
}

const BLOCK = 1024;

/** Rounded units of the block at hand; overwritten by each call, never read across calls. */
const units = new Float64Array(BLOCK);

/** Round values in units of the last place (UG1399, "Quantization Modes"): one plain loop per mode. */
const roundBlock = (values: Float32Array, start: number, end: number, { scale, quantization }: Grid): void => {
  const n = end - start;
  switch (quantization) {
    case 'AP_TRN':
      for (let i = 0; i < n; i++) units[i] = Math.floor(values[start + i]! * scale);
      return;
    case 'AP_TRN_ZERO':
      for (let i = 0; i < n; i++) units[i] = Math.trunc(values[start + i]! * scale);
      return;
    case 'AP_RND':
      for (let i = 0; i < n; i++) units[i] = Math.floor(values[start + i]! * scale + 0.5);
      return;
    case 'AP_RND_MIN_INF':
      for (let i = 0; i < n; i++) units[i] = Math.ceil(values[start + i]! * scale - 0.5);
      return;
    case 'AP_RND_ZERO':
      for (let i = 0; i < n; i++) {
        const x = values[start + i]! * scale;
        units[i] = x > 0 ? Math.ceil(x - 0.5) : Math.floor(x + 0.5);
      }
      return;
    case 'AP_RND_INF':
      for (let i = 0; i < n; i++) {
        const x = values[start + i]! * scale;
        units[i] = x > 0 ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
      }
      return;
    case 'AP_RND_CONV':
      for (let i = 0; i < n; i++) {
        const x = values[start + i]! * scale;
        units[i] = x < WHOLE && x > -WHOLE ? x + TO_EVEN - TO_EVEN : x;
      }
      return;
    default:
      throw new UnsupportedError(`The quantization mode ${String(quantization satisfies never)} is unknown.`);
  }
};

/** Bring rounded units into the range and back to values. */
const clipBlock = (
  result: Float32Array,
  start: number,
  end: number,
  { step, lo, hi, span, overflow }: Grid,
  inside: Uint8Array | undefined,
): void => {
  const n = end - start;
  if (inside !== undefined) for (let i = 0; i < n; i++) inside[start + i] = units[i]! >= lo && units[i]! <= hi ? 1 : 0;
  // Adding 0 turns −0, which rounding can give, into the only zero that hardware has. NaN fails every test and stays.
  if (overflow === 'AP_WRAP') {
    for (let i = 0; i < n; i++) {
      let raw = units[i]!;
      if (!(raw >= lo && raw <= hi)) {
        raw -= Math.floor(raw / span) * span;
        if (raw > hi) raw -= span;
      }
      result[start + i] = raw * step + 0;
    }
  } else if (overflow === 'AP_SAT_ZERO') {
    for (let i = 0; i < n; i++) {
      const raw = units[i]!;
      result[start + i] = raw > hi || raw < lo ? 0 : raw * step + 0;
    }
  } else {
    for (let i = 0; i < n; i++) {
      const raw = units[i]!;
      result[start + i] = (raw > hi ? hi : raw < lo ? lo : raw) * step + 0;
    }
  }
};

/** Snap a tensor onto the grid of a format. */
export const quantizeTensor = (values: Tensor, quantizer: FakeQuantizer): Tensor =>
  tensor(quantizer.quantize(toFloats(values)), values.shape);

/**
 * Snap a variable onto the grid, with a straight-through gradient.
 *
 * @param estimator 'clipped' passes the gradient where the value was inside the range and stops it outside (for
 * results; with AP_WRAP it passes everywhere, since a wrapped value still has slope 1); 'identity' passes it everywhere
 * (for parameters, which could otherwise never return into the range)
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
