/**
 * One step with trainable bit-widths, as tensor functions: values rounded on their way, and the cost of the network.
 *
 * Companions are named `layer.kernel`, `layer.bias` and `value.result`; a width in bits is `rate` times the trained
 * value. Settings are `integer value` (integer bits per element), `share layer` (α) and `beta`.
 */
import * as ag from '../../autograd/index.ts';
import type { Variable } from '../../autograd/index.ts';
import { parseFormat, fractionBits } from '../../fixed/index.ts';
import { composeTransforms } from '../../network/index.ts';
import type { ParameterVariables, Transform } from '../../network/index.ts';
import { full, tensor } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { CompanionPass, CompanionValues } from '../../training/index.ts';
import { quantizationTransform } from '../quantization/index.ts';
import { layerStandIn, valueWidths } from './cost.ts';
import type { BitWidthSettings } from './options.ts';
import { roundToBits, wholeBits } from './rounding.ts';
import type { BitWidthSites, DenseSite, ValueSite } from './sites.ts';

/** Names of companions and settings. */
export const bitWidthNames = {
  parameter: (layer: string, role: string): string => `${layer}.${role}`,
  value: (name: string): string => `${name}.result`,
  integer: (name: string): string => `integer ${name}`,
  share: (layer: string): string => `share ${layer}`,
  beta: 'beta',
} as const;

/** Give the trained values before the first step. */
export const initialBitWidths = ({ layers, values }: BitWidthSites, settings: BitWidthSettings): CompanionValues => {
  const { weights, values: granularity, rate, weightBits, resultBits } = settings;
  const kernelShape = ({ inputs, outputs }: DenseSite): readonly number[] =>
    weights === 'weight' ? [inputs, outputs] : [1, weights === 'channel' ? outputs : 1];
  const start = (shape: readonly number[], bits: number): Tensor => full(shape, bits / rate);
  return Object.fromEntries([
    ...layers.flatMap((site) => [
      [bitWidthNames.parameter(site.layer, 'kernel'), start(kernelShape(site), weightBits[0])] as const,
      ...(site.hasBias
        ? [
            [
              bitWidthNames.parameter(site.layer, 'bias'),
              start([weights === 'tensor' ? 1 : site.outputs], weightBits[0]),
            ] as const,
          ]
        : []),
    ]),
    ...values.map(({ name, elements, isInput }) => {
      const most = mostBits({ name, isInput }, settings);
      // Inputs start with all the bits that they come with.
      const bits = isInput ? (most as Tensor) : null;
      const shape = granularity === 'element' ? [elements] : [1];
      if (bits === null) return [bitWidthNames.value(name), start(shape, resultBits[0])] as const;
      const own = bits.data as Float32Array;
      const flat = granularity === 'element' ? own.map((b) => b / rate) : Float32Array.of(Math.max(...own) / rate);
      return [bitWidthNames.value(name), tensor(flat, shape)] as const;
    }),
  ]);
};

/** The most fraction bits of a value: per element for an input, which has no more than its format. */
const mostBits = (
  { name, isInput }: Pick<ValueSite, 'name' | 'isInput'>,
  { inputFormats, resultBits }: BitWidthSettings,
): number | Tensor => {
  if (!isInput) return resultBits[1];
  return tensor(Float32Array.from(inputFormats[name]!, (text) => fractionBits(parseFormat(text))));
};

/** Whole fraction bits of everything, as variables. */
export interface WholeBits {
  readonly parameter: (layer: string, role: string) => Variable;
  readonly value: (name: string) => Variable;
}

/** Derive the bits of a step from the trained values. */
export const bitsOf = (
  companions: Readonly<Record<string, Variable>>,
  { values }: BitWidthSites,
  settings: BitWidthSettings,
): WholeBits => {
  const sites = new Map(values.map((site) => [site.name, site]));
  const { rate, weightBits } = settings;
  return {
    parameter: (layer, role) => wholeBits(companions[bitWidthNames.parameter(layer, role)]!, rate, weightBits[1]),
    value: (name) => wholeBits(companions[bitWidthNames.value(name)]!, rate, mostBits(sites.get(name)!, settings)),
  };
};

/** Round parameters to the nearest and values down, each to its bits. */
export const bitWidthTransform = (
  bits: WholeBits,
  { layers, values }: BitWidthSites,
  settings: BitWidthSettings,
): Transform => {
  const dense = new Set(layers.map(({ layer }) => layer));
  const known = new Set(values.map(({ name }) => name));
  const own: Transform = (value, { layer, role }) => {
    if (role === 'result' || role === 'input')
      return known.has(layer) ? roundToBits(value, bits.value(layer), 'down') : value;
    return dense.has(layer) ? roundToBits(value, bits.parameter(layer, role), 'nearest') : value;
  };
  return composeTransforms(own, quantizationTransform(settings.precision));
};

/** Give the widths of the elements of a value, [elements]. */
const widthsOf = (site: ValueSite, bits: WholeBits, given: CompanionValues): Variable =>
  valueWidths(given[bitWidthNames.integer(site.name)]!, bits.value(site.name));

/** Estimate the adder bits of every dense layer before sharing, in their order. */
export const standIns = (
  parameters: ParameterVariables,
  bits: WholeBits,
  { layers, values }: BitWidthSites,
  given: CompanionValues,
): Variable[] =>
  layers.map(({ layer, source, hasBias }) =>
    layerStandIn({
      kernel: parameters[layer]!['kernel']!,
      kernelBits: bits.parameter(layer, 'kernel'),
      bias: hasBias ? parameters[layer]!['bias']! : null,
      biasBits: hasBias ? bits.parameter(layer, 'bias') : null,
      widths: widthsOf(
        values.find(({ name }) => name === source)!,
        bits,
        given,
      ),
    }),
  );

/** Describe a step. */
export const bitWidthPass = (
  companions: Readonly<Record<string, Variable>>,
  given: CompanionValues,
  sites: BitWidthSites,
  settings: BitWidthSettings,
): CompanionPass => {
  const bits = bitsOf(companions, sites, settings);
  return {
    transform: bitWidthTransform(bits, sites, settings),
    penalty: (parameters) => {
      const layers = standIns(parameters, bits, sites, given).map((cost, i) =>
        ag.multiply(cost, given[bitWidthNames.share(sites.layers[i]!.layer)]!),
      );
      const rectifiers = sites.values
        .filter(({ isInput }) => !isInput)
        .map((site) => ag.sum(widthsOf(site, bits, given)));
      const total = [...layers, ...rectifiers].reduce((sum, term) => ag.add(sum, term));
      return ag.multiply(total, given[bitWidthNames.beta]!);
    },
  };
};
