/**
 * Quantization-aware training with trainable bit-widths and the cost of the hardware in the loss (after HGQ,
 * arXiv:2405.00645, whose cost counts bit operations; ours stands in for the adders that sharing leaves).
 *
 * Every weight, bias and value that feeds a dense layer has fraction bits of its own, companions of the training. The
 * loss is
 *
 *     task loss + β · (Σ over layers of α · stand-in + Σ over activations of their bits)
 *
 * with the stand-in of `cost.ts`. Every few hundred steps the ranges of values are observed anew, and α becomes what
 * the real optimiser makes of a layer over what the stand-in does. The finished network is on its grids, with a weight
 * format per layer and a format per element of values: weights and elements that lost their bits are gone.
 */
import { fixed, formatText, ufixed } from '../../fixed/index.ts';
import { withParameters } from '../../network/index.ts';
import type { LayerPrecision, Network } from '../../network/index.ts';
import { scalar, tensor } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { CompanionValues, TrainingTransform } from '../../training/index.ts';
import { checkPlan } from '../quantization/index.ts';
import { codesOf, commonFraction } from './codes.ts';
import type { ValueFormats } from './codes.ts';
import { integerSettings, integersOf, shareSettings, viewBitWidths } from './measure.ts';
import type { BitWidthView } from './measure.ts';
import { betaAt, bitWidthSettings, checkInputFormats } from './options.ts';
import type { BitWidthOptions } from './options.ts';
import { bitWidthNames, bitWidthPass, initialBitWidths } from './pass.ts';
import { bitWidthSites } from './sites.ts';

/** A comparison of the stand-in with the real optimiser, for one layer at one step. */
export interface CalibrationRecord {
  readonly step: number;
  readonly layer: string;
  /** Adder bits before sharing, as estimated. */
  readonly standIn: number;
  /** Adder bits of the real optimiser. */
  readonly real: number;
}

/** State of trainable bit-widths: plain data. */
export interface BitWidthState {
  /** Integer bits per element of every value, the sign included. */
  readonly integer: Readonly<Record<string, readonly number[]>>;
  /** α by layer: real adder bits over estimated ones. */
  readonly shares: Readonly<Record<string, number>>;
  readonly calibrations: readonly CalibrationRecord[];
}

/** Trainable bit-widths, and ways to look at them on the way. */
export interface TrainableBitWidths extends TrainingTransform<BitWidthState> {
  /** Give the network as hardware would have it now. */
  readonly snapshot: (network: Network, companions: CompanionValues) => Network;
  /** Look at the integers behind it. */
  readonly view: (network: Network, companions: CompanionValues) => BitWidthView;
}

/** Name of the participant. */
export const bitWidthsName = 'bit-widths';

/** Limits of α, so that a layer that is almost gone does not swing it. */
const SHARES = [0.1, 4] as const;

/**
 * Make trainable bit-widths a participant of training.
 *
 * @param structure the network that will be trained, or another one with the same inputs and layers
 * @throws ValueError for options out of range, UnsupportedError for dense layers over other than vectors
 */
export const trainableBitWidths = (structure: Network, options: BitWidthOptions): TrainableBitWidths => {
  const settings = bitWidthSettings(options);
  const sites = bitWidthSites(structure);
  checkPlan(structure, settings.precision);
  checkInputFormats(structure, sites, settings);
  const start = initialBitWidths(sites, settings);
  const view = (network: Network, companions: CompanionValues): BitWidthView =>
    viewBitWidths(network, companions, sites, settings);

  const calibrated = (
    old: BitWidthState | null,
    step: number,
    network: Network,
    companions: CompanionValues,
  ): BitWidthState => {
    const { formats, codes, standIns } = view(network, companions);
    const integer = integersOf(formats);
    const { adderCost } = settings;
    if (adderCost === undefined) {
      const shares = Object.fromEntries(codes.map(({ layer }) => [layer, 1]));
      return { integer, shares, calibrations: [] };
    }
    const records = codes.map((layer, i) => ({
      step,
      layer: layer.layer,
      standIn: standIns[i]!,
      real: adderCost(layer),
    }));
    const shares = Object.fromEntries(
      records.map(({ layer, standIn, real }) => [
        layer,
        standIn > 0 && real > 0 ? Math.min(SHARES[1], Math.max(SHARES[0], real / standIn)) : (old?.shares[layer] ?? 1),
      ]),
    );
    return { integer, shares, calibrations: [...(old?.calibrations ?? []), ...records] };
  };

  const snapshot = (network: Network, companions: CompanionValues): Network =>
    finished(network, view(network, companions), settings);

  return {
    name: bitWidthsName,
    initial: (network) => calibrated(null, 0, network, start),
    update: (state, step, network, companions) =>
      step > 0 && step % settings.calibrationSteps === 0 ? calibrated(state, step, network(), companions()) : state,
    companion: {
      initial: () => start,
      settings: ({ integer, shares }, step) => ({
        ...integerSettings(integer),
        ...shareSettings(shares),
        [bitWidthNames.beta]: scalar(betaAt(settings.beta, step)),
      }),
      bind: (companions, given) => bitWidthPass(companions, given, sites, settings),
    },
    finish: (_state, network, companions) => snapshot(network, companions),
    snapshot,
    view,
  };
};

/** Write what a view found into the network. */
const finished = (
  network: Network,
  { formats, rounded }: BitWidthView,
  settings: ReturnType<typeof bitWidthSettings>,
): Network => {
  const updates: Record<string, Record<string, Tensor>> = {};
  const precision: Record<string, LayerPrecision> = { ...network.precision };
  const merge = (name: string, roles: LayerPrecision): void => {
    precision[name] = { ...precision[name], ...roles };
  };
  for (const [layer, { kernel, bias }] of rounded) {
    const { parameters } = network.layers.find(({ name }) => name === layer)!;
    updates[layer] = {
      kernel: tensor(kernel, parameters['kernel']!.shape),
      ...(bias !== null && { bias: tensor(bias, parameters['bias']!.shape) }),
    };
    merge(layer, { weight: parameterFormat(kernel), ...(bias !== null && { bias: parameterFormat(bias) }) });
  }
  for (const [name, own] of formats) {
    const isInput = network.inputs.some((input) => input.name === name);
    merge(name, { result: valueTexts(own, isInput ? 'AP_SAT' : settings.overflow) });
  }
  for (const [name, roles] of Object.entries(settings.precision)) merge(name, roles);
  return { ...withParameters(network, updates), precision };
};

/** The narrowest signed format that holds all values. */
const parameterFormat = (values: Float32Array): string => {
  const fraction = commonFraction(values);
  let width = 1;
  for (const code of codesOf(values, fraction)) {
    while (code < -(2 ** (width - 1)) || code > 2 ** (width - 1) - 1) width++;
  }
  return formatText(fixed(width, width - fraction, { quantization: 'AP_RND_CONV', overflow: 'AP_SAT' }));
};

/** One text per element; an element without bits, which nothing reads, has one bit. */
const valueTexts = (formats: ValueFormats, overflow: 'AP_SAT' | 'AP_WRAP'): string[] =>
  formats.integer.map((bits, i) => {
    const [fraction, make] = [formats.fraction[i]!, formats.signed[i]! ? fixed : ufixed];
    const width = bits + fraction;
    const modes = { quantization: 'AP_TRN', overflow } as const;
    // A signed element without bits is rounded down to −1 or 0.
    return formatText(width <= 0 ? make(1, 1 - fraction, modes) : make(width, bits, modes));
  });
