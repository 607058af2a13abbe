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
import { add, full, lessEqual, multiply, tensor } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { CompanionPass, CompanionValues } from '../../training/index.ts';
import { quantizationTransform } from '../quantization/index.ts';
import { layerStandIn, valueWidths } from './cost.ts';
import type { BitWidthSettings } from './options.ts';
import { roundToBits, wholeBits } from './rounding.ts';
import type { BitLimits } from './rounding.ts';
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
  const { weights, values: granularity, rate, weightBits, resultBits, inputFormats } = settings;
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
    ...values.map((site) => {
      const perElement = granularity === 'element';
      const name = bitWidthNames.value(site.name);
      if (!site.isInput) return [name, start([perElement ? site.elements : 1], resultBits[0])] as const;
      // Inputs start with all the bits that they come with.
      const bits = inputFormats[site.name]!.map((text) => fractionBits(parseFormat(text)) / rate);
      return [name, tensor(Float32Array.from(perElement ? bits : [Math.max(...bits)]))] as const;
    }),
  ]);
};

/** Inputs of at most so many bits keep them: half a flag is no flag. Weights that read them can still go, one by one. */
const KEPT_INPUT_BITS = 2;

/** Fewest fraction bits of anything else; far below the one at which a value vanishes. */
const LEAST_BITS = -24;

/** Limits of the fraction bits of a value: per element for an input, which has no more than its format. */
const valueLimits = (
  { name, isInput }: Pick<ValueSite, 'name' | 'isInput'>,
  { inputFormats, resultBits }: BitWidthSettings,
): BitLimits => {
  if (!isInput) return { least: LEAST_BITS, most: resultBits[1] };
  const formats = inputFormats[name]!.map((text) => parseFormat(text));
  const least = formats.map((format) => (format.width <= KEPT_INPUT_BITS ? fractionBits(format) : LEAST_BITS));
  return { least: tensor(Float32Array.from(least)), most: tensor(Float32Array.from(formats, fractionBits)) };
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
    parameter: (layer, role) =>
      wholeBits(companions[bitWidthNames.parameter(layer, role)]!, rate, { least: LEAST_BITS, most: weightBits[1] }),
    value: (name) => wholeBits(companions[bitWidthNames.value(name)]!, rate, valueLimits(sites.get(name)!, settings)),
  };
};

/**
 * Round parameters to the nearest and values down, each to its bits.
 *
 * @param given integer bits, by which signed elements without bits are 0; without them they keep what rounding gives
 */
export const bitWidthTransform = (
  bits: WholeBits,
  { layers, values }: BitWidthSites,
  settings: BitWidthSettings,
  given: CompanionValues,
): Transform => {
  const dense = new Set(layers.map(({ layer }) => layer));
  const known = new Map(values.map((site) => [site.name, site]));
  const own: Transform = (value, { layer, role }) => {
    if (role === 'result' || role === 'input') {
      const site = known.get(layer);
      if (site === undefined) return value;
      const rounded = roundToBits(value, bits.value(layer), 'down');
      const integer = given[bitWidthNames.integer(layer)];
      return site.isUnsigned || integer === undefined ? rounded : withoutDead(rounded, bits.value(layer), integer);
    }
    return dense.has(layer) ? roundToBits(value, bits.parameter(layer, role), 'nearest') : value;
  };
  return composeTransforms(own, quantizationTransform(settings.precision));
};

/**
 * Set elements without bits to 0: rounded down, negative values would still differ from others. The gradient passes, so
 * that an element can come back.
 */
const withoutDead = (rounded: Variable, bits: Variable, integer: Tensor): Variable => {
  const dead = lessEqual(add(bits.value, integer), 0);
  return ag.subtract(rounded, ag.constant(multiply(rounded.value, dead)));
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
    transform: bitWidthTransform(bits, sites, settings, given),
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
