/**
 * Looking at a network with bit-widths from outside a step: the range of every value, the codes of every layer, and what
 * the stand-in makes of them beside the real optimiser.
 */
import { constant } from '../../autograd/index.ts';
import { parseFormat, powerOfTwo } from '../../fixed/index.ts';
import { forwardLayers, parameterVariables } from '../../network/index.ts';
import type { Network } from '../../network/index.ts';
import { broadcastTo, item, scalar, tensor, toFloats } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { CompanionValues } from '../../training/index.ts';
import { layerCodes, layerWeights, withoutDeadWeights } from './codes.ts';
import type { LayerCodes, RoundedLayers, ValueFormats } from './codes.ts';
import type { BitWidthSettings } from './options.ts';
import { bitsOf, bitWidthNames, bitWidthTransform, standIns } from './pass.ts';
import { roundToBits } from './rounding.ts';
import type { BitWidthSites, ValueSite } from './sites.ts';

/** Integer bits of an element that is never anything but 0. */
const NEVER = -32;

/** Give the fewest integer bits, the sign included, of a format that holds a range. */
export const integerBits = (low: number, high: number, signed: boolean): number => {
  let bits = NEVER;
  if (low === 0 && high === 0) return bits;
  const sign = signed ? 1 : 0;
  while (!(high < powerOfTwo(bits - sign) && low >= (signed ? -powerOfTwo(bits - 1) : 0))) bits++;
  return bits;
};

/** A network in training, seen from outside. */
export interface BitWidthView {
  /** Formats of the elements of every value, by name. */
  readonly formats: ReadonlyMap<string, ValueFormats>;
  /** Weights on their grids, without what cannot matter. */
  readonly rounded: RoundedLayers;
  readonly codes: readonly LayerCodes[];
  /** Estimate of each dense layer before sharing. */
  readonly standIns: readonly number[];
}

/** Look at a network. */
export const viewBitWidths = (
  network: Network,
  companions: CompanionValues,
  sites: BitWidthSites,
  settings: BitWidthSettings,
): BitWidthView => {
  const constants = Object.fromEntries(Object.entries(companions).map(([name, value]) => [name, constant(value)]));
  const bits = bitsOf(constants, sites, settings);
  const transform = bitWidthTransform(bits, sites, settings, inputIntegers(sites, settings));
  const values = forwardLayers(network, settings.calibration, { transform });
  const formats = new Map(
    sites.values.map((site) => {
      const fraction = Array.from(toFloats(broadcastTo(bits.value(site.name).value, [site.elements])));
      return [site.name, { ...rangeFormats(site, values.get(site.name)!.value, settings), fraction }] as const;
    }),
  );
  const onGrid = new Map(
    [...layerWeights(network, sites)].map(([layer, { kernel, bias }]) => {
      const round = (role: string, flat: Float32Array): Float32Array => {
        const shape = network.layers.find(({ name }) => name === layer)!.parameters[role]!.shape;
        return toFloats(roundToBits(constant(tensor(flat, shape)), bits.parameter(layer, role), 'nearest').value);
      };
      return [layer, { kernel: round('kernel', kernel), bias: bias === null ? null : round('bias', bias) }] as const;
    }),
  );
  const rounded = withoutDeadWeights(network, sites, onGrid, formats);
  const parameters = parameterVariables(network);
  return {
    formats,
    rounded,
    codes: layerCodes(sites, rounded, formats),
    standIns: standIns(parameters, bits, sites, integerSettings(integersOf(formats))).map(({ value }) => item(value)),
  };
};

/** Integer bits of inputs, which are known beforehand. */
const inputIntegers = ({ values }: BitWidthSites, { inputFormats }: BitWidthSettings): CompanionValues =>
  integerSettings(
    Object.fromEntries(
      values
        .filter(({ isInput }) => isInput)
        .map(({ name }) => [name, inputFormats[name]!.map((text) => parseFormat(text).integer)]),
    ),
  );

/** Integer bits and sign of every element: those of its format for an input, those of what was observed elsewhere. */
const rangeFormats = (
  { name, elements, isInput, isUnsigned }: ValueSite,
  value: Tensor,
  { inputFormats }: BitWidthSettings,
): Pick<ValueFormats, 'integer' | 'signed'> => {
  if (isInput) {
    const formats = inputFormats[name]!.map((text) => parseFormat(text));
    return { integer: formats.map(({ integer }) => integer), signed: formats.map(({ signed }) => signed) };
  }
  const flat = toFloats(value);
  const low = new Float32Array(elements);
  const high = new Float32Array(elements);
  for (let k = 0; k < flat.length; k++) {
    const i = k % elements;
    if (flat[k]! < low[i]!) low[i] = flat[k]!;
    if (flat[k]! > high[i]!) high[i] = flat[k]!;
  }
  return {
    integer: Array.from(low, (least, i) => integerBits(least, high[i]!, !isUnsigned)),
    signed: Array.from(low, () => !isUnsigned),
  };
};

/** Integer bits of every value as settings of a step. */
export const integerSettings = (integer: Readonly<Record<string, readonly number[]>>): CompanionValues =>
  Object.fromEntries(
    Object.entries(integer).map(([name, bits]) => [bitWidthNames.integer(name), tensor(Float32Array.from(bits))]),
  );

/** Integer bits of every value by name. */
export const integersOf = (formats: BitWidthView['formats']): Readonly<Record<string, readonly number[]>> =>
  Object.fromEntries([...formats].map(([name, { integer }]) => [name, integer]));

/** Shares of every layer as settings of a step. */
export const shareSettings = (shares: Readonly<Record<string, number>>): CompanionValues =>
  Object.fromEntries(Object.entries(shares).map(([layer, share]) => [bitWidthNames.share(layer), scalar(share)]));
