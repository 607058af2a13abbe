/**
 * Weights of few signed digits: of the codes that a weight's format has, those that cost few adders.
 *
 * A multiplication by a constant takes one adder less than the constant has non-zero digits in canonical signed digits.
 * Of the 256 codes of 8 bits 168 have three or four of them; the nearest code of two is at most 8 units away, and 2.7 in the
 * root mean square over all codes, hardly more than where weights are rounded to 5 bits (2.3). Zeros stay zeros and no other weight becomes one, so a pruned network stays as
 * sparse. It is a step behind the training, like rounding; what it costs in accuracy is to be measured.
 */
import { ValueError } from '../../errors.ts';
import { type FixedFormat, fractionBits, parseFormat, rawRange } from '../../fixed/index.ts';
import type { Network } from '../../network/index.ts';
import { tensor, toFloats } from '../../tensor/index.ts';

/** Widest format whose codes are searched. */
const WIDEST = 24;

/** Count the non-zero digits of a whole number in canonical signed digits; |code| below 2^24. */
export const signedDigits = (code: number): number => {
  // Digits of the form without neighbours stand where 3n and n differ.
  let bits = (3 * Math.abs(code)) ^ Math.abs(code);
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count += 1;
  return count;
};

/**
 * Move every kernel weight to the nearest code of its format with at most some signed digits, of two equally near ones to
 * the smaller.
 *
 * @param network with a weight format for each layer that has a kernel, see `quantizationAware`
 * @param digits an integer of at least 1
 * @throws ValueError for another number, or a layer without a weight format of at most 24 bits
 */
export const withFewDigits = (network: Network, digits: number): Network => {
  if (!(Number.isSafeInteger(digits) && digits >= 1)) {
    throw new ValueError(`Weights are to have ${digits} digits; it must be a whole number of at least 1.`);
  }
  return {
    ...network,
    layers: network.layers.map((layer) => {
      const { kernel } = layer.parameters;
      if (kernel === undefined) return layer;
      const format = weightFormat(network, layer.name);
      const scale = 2 ** fractionBits(format);
      const codes = codesOfFewDigits(format, digits);
      const values = toFloats(kernel).map((weight) => nearest(codes, weight * scale) / scale);
      return { ...layer, parameters: { ...layer.parameters, kernel: tensor(values, kernel.shape) } };
    }),
  };
};

function weightFormat({ precision }: Network, layer: string): FixedFormat {
  const text = precision?.[layer]?.['weight'];
  const format = typeof text === 'string' ? parseFormat(text) : undefined;
  if (format !== undefined && format.width <= WIDEST) return format;
  throw new ValueError(
    `Layer "${layer}" has ${format === undefined ? 'no one weight format' : `weights of ${format.width} bits`}; digits can be counted in one format of at most ${WIDEST} bits.`,
  );
}

/** Codes of a format with few digits, rising. */
function codesOfFewDigits(format: FixedFormat, digits: number): Int32Array {
  const { lo, hi } = rawRange(format);
  const codes: number[] = [];
  for (let code = Number(lo); code <= Number(hi); code++) if (signedDigits(code) <= digits) codes.push(code);
  return Int32Array.from(codes);
}

/** The code nearest to a number; 0 is one of them, and only it stands for 0. */
function nearest(codes: Int32Array, value: number): number {
  let [low, high] = [0, codes.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (codes[middle]! <= value) low = middle;
    else high = middle;
  }
  const [below, above] = [codes[low]!, codes[high]!];
  const [down, up] = [Math.abs(value - below), Math.abs(above - value)];
  if (down === up) return Math.abs(below) < Math.abs(above) ? below : above;
  return down < up ? below : above;
}
