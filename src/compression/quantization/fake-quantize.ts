/**
 * Fake quantization: f32 values snapped onto the grid of a fixed-point format, with straight-through gradients.
 *
 * The result is bit-identical to `fromDouble` of `fixed` for formats of at most 24 bits, whose values f32 holds exactly.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { ShapeError, UnsupportedError } from '../../errors.ts';
import { formatText, fractionBits, powerOfTwo } from '../../fixed/index.ts';
import type { FixedFormat } from '../../fixed/index.ts';
import { quantize, quantizeFloats, sizeOfShape, tensor } from '../../tensor/index.ts';
import type { FixedGrid, Tensor } from '../../tensor/index.ts';

/** Widest format that f32 holds exactly. */
export const MAX_FAKE_WIDTH = 24;

/** A format prepared for loops. */
export interface FakeQuantizer {
  readonly format: FixedFormat;
  /** The format in numbers. */
  readonly grid: FixedGrid;
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
  const grid: FixedGrid = { scale: powerOfTwo(fraction), step, lo, hi, span, quantization, overflow };
  return {
    format,
    grid,
    lowest: lo * step,
    highest: hi * step,
    quantize: (values, inside) => quantizeFloats(values, grid, inside),
  };
};

/** Snap a tensor onto the grid of a format. */
export const quantizeTensor = (values: Tensor, quantizer: FakeQuantizer): Tensor => quantize(values, quantizer.grid);

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
): Variable => ag.quantize(value, quantizer.grid, estimator);

/**
 * Snap a batch onto a grid per element of a sample, with the gradient of 'clipped'.
 *
 * @param value [batch, …sample]
 * @param quantizers one per element of a sample, row-major; equal ones should be the same object, since each different
 * one rounds the whole batch once
 * @throws ShapeError if their number is not that of the elements
 */
export const fakeQuantizeElements = (value: Variable, quantizers: readonly FakeQuantizer[]): Variable => {
  const sample = value.value.shape.slice(1);
  if (sizeOfShape(sample) !== quantizers.length) {
    throw new ShapeError(
      `A sample has ${sizeOfShape(sample)} elements, and ${quantizers.length} formats are given for them.`,
    );
  }
  const [first, ...others] = new Set(quantizers);
  return others.reduce(
    (rounded, quantizer) => {
      const mask = Float32Array.from(quantizers, (own) => (own === quantizer ? 1 : 0));
      return ag.where(tensor(mask, sample), fakeQuantize(value, quantizer), rounded);
    },
    fakeQuantize(value, first!),
  );
};
