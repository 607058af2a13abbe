/**
 * A network with bit-widths as integers: what the optimiser of the hardware sees of each dense layer.
 *
 * Nothing that cannot matter is left: weights that read an element without bits are 0, and so is everything of a neuron
 * that has no bits, or that nothing reads.
 */
import { ValueError } from '../../errors.ts';
import { powerOfTwo } from '../../fixed/index.ts';
import type { Network } from '../../network/index.ts';
import { parameterAt } from '../../network/index.ts';
import { toFloats } from '../../tensor/index.ts';
import type { BitWidthSites, DenseSite } from './sites.ts';

/** All values of an element: raw · 2^−fraction with lo ≤ raw ≤ hi. */
export interface ElementInterval {
  readonly lo: number;
  readonly hi: number;
  readonly fraction: number;
}

/** A dense layer as integers. */
export interface LayerCodes {
  readonly layer: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major [inputs, outputs]; weight = code · 2^−fraction. */
  readonly codes: Int32Array;
  readonly fraction: number;
  /** [outputs], on a grid of their own; empty for a layer without. */
  readonly biases: Int32Array;
  readonly biasFraction: number;
  /** What every input element can be. */
  readonly intervals: readonly ElementInterval[];
}

/** Counts the bits of the adders that a dense layer takes after sharing: the real optimiser, in the caller's hands. */
export type AdderCost = (layer: LayerCodes) => number;

/** Formats of the elements of a value. */
export interface ValueFormats {
  /** Integer bits with the sign, and fraction bits; an element without bits has integer + fraction ≤ 0. */
  readonly integer: readonly number[];
  readonly fraction: readonly number[];
  readonly signed: readonly boolean[];
}

/** Give the coarsest grid that holds all values, as its fraction bits; 0 if all are 0. */
export const commonFraction = (values: Float32Array): number => {
  let fraction = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    if (!Number.isFinite(values[i]!)) throw new ValueError(`A rounded weight is ${values[i]}; it must be finite.`);
    let own = Math.max(fraction, -64);
    while (!Number.isInteger(values[i]! * powerOfTwo(own))) own++;
    fraction = own;
  }
  if (fraction === Number.NEGATIVE_INFINITY) return 0;
  // The search started below every grid, or at one that another value needs.
  return fraction;
};

/** Read the codes of values on a grid. */
export const codesOf = (values: Float32Array, fraction: number): Int32Array =>
  Int32Array.from(values, (value) => value * powerOfTwo(fraction));

/** Tell which elements of a value have bits. */
const aliveElements = ({ integer, fraction }: ValueFormats): boolean[] =>
  integer.map((bits, i) => bits + fraction[i]! > 0);

/** Kernels and biases by layer, of rounded weights. */
export type RoundedLayers = ReadonlyMap<string, { readonly kernel: Float32Array; readonly bias: Float32Array | null }>;

/**
 * Set to 0 what cannot matter: from the outputs to the inputs, so that a neuron whose readers vanish goes with them.
 *
 * @param formats by value name
 */
export const withoutDeadWeights = (
  network: Network,
  { layers }: BitWidthSites,
  rounded: RoundedLayers,
  formats: ReadonlyMap<string, ValueFormats>,
): RoundedLayers => {
  const result = new Map<string, { kernel: Float32Array; bias: Float32Array | null }>();
  for (const site of layers.toReversed()) {
    const { kernel, bias } = rounded.get(site.layer)!;
    const alive = aliveElements(formats.get(site.source)!);
    const read = neededOutputs(network, layers, site, result, formats);
    result.set(site.layer, {
      kernel: kernel.map((weight, k) => (alive[Math.floor(k / site.outputs)]! && read[k % site.outputs]! ? weight : 0)),
      bias: bias === null ? null : bias.map((value, j) => (read[j]! ? value : 0)),
    });
  }
  return result;
};

/** Which outputs of a layer something reads: all of them, unless its result goes to other dense layers only. */
const neededOutputs = (
  network: Network,
  layers: readonly DenseSite[],
  { layer, result, outputs }: DenseSite,
  done: RoundedLayers,
  formats: ReadonlyMap<string, ValueFormats>,
): readonly boolean[] => {
  const all = Array.from({ length: outputs }, () => true);
  if (result === null || network.outputs.includes(layer) || network.outputs.includes(result)) return all;
  const dense = layers.filter(({ source }) => source === result);
  const readers = network.layers.filter(({ inputs }) => inputs.includes(result));
  if (readers.length !== dense.length) return all;
  const alive = aliveElements(formats.get(result)!);
  return all.map((_unused, i) => {
    const isRead = (site: DenseSite): boolean =>
      done
        .get(site.layer)!
        .kernel.subarray(i * site.outputs, (i + 1) * site.outputs)
        .some((weight) => weight !== 0);
    return alive[i]! && dense.some(isRead);
  });
};

/** Give the interval of every element of a value; an element without bits is 0. */
const elementIntervals = ({ integer, fraction, signed }: ValueFormats): ElementInterval[] =>
  integer.map((bits, i) => {
    const width = bits + fraction[i]!;
    if (width <= 0) return { lo: 0, hi: 0, fraction: 0 };
    const span = powerOfTwo(signed[i]! ? width - 1 : width);
    return { lo: signed[i]! ? -span : 0, hi: span - 1, fraction: fraction[i]! };
  });

/** Describe every dense layer by its codes. */
export const layerCodes = (
  { layers }: BitWidthSites,
  rounded: RoundedLayers,
  formats: ReadonlyMap<string, ValueFormats>,
): LayerCodes[] =>
  layers.map(({ layer, inputs, outputs, source }) => {
    const { kernel, bias } = rounded.get(layer)!;
    const fraction = commonFraction(kernel);
    const biasFraction = bias === null ? 0 : commonFraction(bias);
    return {
      layer,
      inputs,
      outputs,
      codes: codesOf(kernel, fraction),
      fraction,
      biases: bias === null ? new Int32Array(0) : codesOf(bias, biasFraction),
      biasFraction,
      intervals: elementIntervals(formats.get(source)!),
    };
  });

/** Kernels and biases of a network as they are. */
export const layerWeights = (network: Network, { layers }: BitWidthSites): RoundedLayers =>
  new Map(
    layers.map(({ layer, hasBias }) => [
      layer,
      {
        kernel: toFloats(parameterAt(network, { layer, role: 'kernel' })),
        bias: hasBias ? toFloats(parameterAt(network, { layer, role: 'bias' })) : null,
      },
    ]),
  );
