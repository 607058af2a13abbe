/**
 * Choosing integer bits from data: for each weight, bias and result the smallest integer part whose range holds what
 * was observed, at a given total width.
 */
import { ValueError } from '../../errors.ts';
import { fixed, formatText, powerOfTwo, ufixed } from '../../fixed/index.ts';
import type { FixedFormat, Overflow, Quantization } from '../../fixed/index.ts';
import { forwardLayers, isWeightedKind } from '../../network/index.ts';
import type { Layer, LayerKind, Network, NetworkInputs } from '../../network/index.ts';
import { toFloats } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { handsOn, isMove, isNotNegative, originOf, readersOf } from '../value-flow.ts';
import { planRole } from './precision-plan.ts';
import type { UniformPlan } from './precision-plan.ts';

/** Options of `calibratePrecision`; all widths in bits, 1 to 24. */
export interface CalibrationOptions {
  /** Width of kernels and affine scales. */
  readonly weightBits: number;
  /** @defaultValue weightBits */
  readonly biasBits?: number;
  /** Width of results of activations and of the outputs. */
  readonly activationBits: number;
  /** Width of the inputs of the network. @defaultValue activationBits */
  readonly inputBits?: number;
  /**
   * Width of results of dense layers, convolutions and normalisations that feed no other layer with a kernel. Without it
   * they get no format and stay as wide as the compiler computes them. @defaultValue none
   */
  readonly preActivationBits?: number;
  /** Share of the magnitudes of inputs and results that must fit, in (0, 100]. @defaultValue 100 */
  readonly percentile?: number;
  /** @defaultValue 'AP_RND_CONV' */
  readonly quantization?: Quantization;
  /** @defaultValue 'AP_SAT' */
  readonly overflow?: Overflow;
  /**
   * Use `ap_ufixed` for results that cannot be negative: of relu, clipped relu, sigmoid, hard sigmoid, softmax, and means
   * of these over windows.
   *
   * @defaultValue true
   */
  readonly unsigned?: boolean;
}

/** A range of observed values. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** Range of values, without the share of largest magnitudes beyond the percentile. */
const rangeOf = (values: Float32Array, percentile: number): Range => {
  let limit = Number.POSITIVE_INFINITY;
  if (percentile < 100 && values.length > 0) {
    const magnitudes = values.map(Math.abs).toSorted();
    limit = magnitudes[Math.max(Math.ceil((percentile / 100) * magnitudes.length) - 1, 0)]!;
  }
  let low = 0;
  let high = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Math.min(limit, Math.max(-limit, values[i]!));
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
};

/**
 * Find the smallest integer part whose format holds a range up to rounding: no end is further outside than half a step.
 *
 * @returns a format with the integer part between −32 and 64; a range of zeros gets one integer bit (none if unsigned)
 * @throws ValueError when no such format exists
 */
export const smallestFormat = (
  low: number,
  high: number,
  width: number,
  options: { readonly signed?: boolean; readonly quantization?: Quantization; readonly overflow?: Overflow } = {},
): FixedFormat => {
  const { signed = true, quantization = 'AP_RND_CONV', overflow = 'AP_SAT' } = options;
  const make = signed ? fixed : ufixed;
  if (low === 0 && high === 0) return make(width, signed ? 1 : 0, { quantization, overflow });
  let step = powerOfTwo(-32 - width);
  const top = powerOfTwo(signed ? width - 1 : width) - 1;
  const bottom = signed ? -powerOfTwo(width - 1) + (overflow === 'AP_SAT_SYM' && width > 1 ? 1 : 0) : 0;
  for (let integer = -32; integer <= 64; integer++, step *= 2) {
    if (high <= (top + 0.5) * step && low >= (bottom - 0.5) * step)
      return make(width, integer, { quantization, overflow });
  }
  throw new ValueError(
    `Values from ${low} to ${high} do not fit any ${signed ? 'signed' : 'unsigned'} format of ${width} bits with an integer part from -32 to 64.`,
  );
};

/** Tell whether a layer makes sums that no other sums read. */
const isPreActivation = (network: Network, layer: Layer): boolean => {
  if (!makesSums(layer.kind)) return false;
  const { layers, isOutput } = readersOf(network, layer.name);
  return !isOutput && layers.length > 0 && layers.every((reader) => !isWeightedKind(reader.kind));
};

const makesSums = (kind: LayerKind): boolean =>
  isWeightedKind(kind) || kind === 'affine' || kind === 'batchNormalization';

/**
 * Choose a precision plan from the parameters of a network and its values on calibration data.
 *
 * @param data inputs [n, …sample], some hundred samples that look like later ones; inputs always get signed formats
 * @returns formats for inputs ("result"), kernels ("weight"), affine scales ("scale"), biases ("bias") and results
 * @throws ValueError for widths or percentiles out of range
 */
export const calibratePrecision = (
  network: Network,
  data: NetworkInputs<Tensor>,
  options: CalibrationOptions,
): UniformPlan => {
  const percentile = options.percentile ?? 100;
  if (!(percentile > 0 && percentile <= 100)) {
    throw new ValueError(`Option "percentile" of calibration is ${percentile}; it must be in (0, 100].`);
  }
  for (const [name, bits] of Object.entries(options).filter(([key]) => key.endsWith('Bits'))) {
    if (Number.isSafeInteger(bits) && (bits as number) >= 1 && (bits as number) <= 24) continue;
    throw new ValueError(`Option "${name}" of calibration is ${String(bits)}; it must be an integer from 1 to 24.`);
  }
  const modes = {
    quantization: options.quantization ?? 'AP_RND_CONV',
    overflow: options.overflow ?? 'AP_SAT',
  } as const;
  const values = forwardLayers(network, data);
  const choose = (flat: Float32Array, share: number, width: number, signed: boolean): string => {
    const { low, high } = rangeOf(flat, share);
    return formatText(smallestFormat(low, high, width, { ...modes, signed }));
  };
  const plan: Record<string, Record<string, string>> = {};
  for (const { name } of network.inputs) {
    const width = options.inputBits ?? options.activationBits;
    plan[name] = { result: choose(toFloats(values.get(name)!.value), percentile, width, true) };
  }
  for (const layer of network.layers) {
    const formats: Record<string, string> = {};
    for (const [role, parameter] of Object.entries(layer.parameters)) {
      const key = planRole(role);
      const width = key === 'bias' ? (options.biasBits ?? options.weightBits) : options.weightBits;
      if (key !== null) formats[key] = choose(toFloats(parameter), 100, width, true);
    }
    const width = isPreActivation(network, layer) ? options.preActivationBits : options.activationBits;
    if (handsOn(layer)) {
      const handed = plan[originOf(network, layer)]?.['result'];
      // Layers without gates cast nothing in hardware; a maximum has its operands' format.
      if (handed !== undefined && !isMove(layer.kind)) formats['result'] = handed;
    } else if (width !== undefined) {
      const signed = !(options.unsigned ?? true) || !isNotNegative(network, layer);
      formats['result'] = choose(toFloats(values.get(layer.name)!.value), percentile, width, signed);
    }
    plan[layer.name] = formats;
  }
  return plan;
};
