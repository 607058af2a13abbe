/** What a person chooses about trainable bit-widths, with defaults filled in and checked. */
import { ValueError } from '../../errors.ts';
import { parseFormat } from '../../fixed/index.ts';
import type { Network, NetworkInputs } from '../../network/index.ts';
import { powScalar2 } from '../../tensor/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { PrecisionPlan } from '../quantization/index.ts';
import type { AdderCost } from './codes.ts';
import type { BitWidthSites, ValueGranularity, WeightGranularity } from './sites.ts';

/** A weight of the cost that rises geometrically with the steps, and stays from then on. */
export interface CostSchedule {
  /** Weight at the first step, above 0. */
  readonly from: number;
  /** Weight at the last step, above 0. */
  readonly to: number;
  /** Steps from one to the other, at least 1. */
  readonly steps: number;
}

export interface BitWidthOptions {
  /**
   * β, the weight of the cost in the loss, per bit of adder.
   *
   * A useful start is a hundredth of the task loss over the adder bits of the network; about ten times as much at the end.
   */
  readonly beta: number | CostSchedule;
  /** Samples that look like later ones, on which the range of every value is observed. They are on the input grids. */
  readonly calibration: NetworkInputs<Tensor>;
  /**
   * Formats of the elements of the inputs, by input name, one text per element. Data are on these grids; training
   * takes fraction bits away from them.
   */
  readonly inputFormats: Readonly<Record<string, readonly string[]>>;
  /** Formats of results that feed no dense layer, such as an output; training imitates them. @defaultValue none */
  readonly precision?: PrecisionPlan;
  /** The real optimiser, which calibrates the stand-in. @defaultValue none: the stand-in counts adders before sharing */
  readonly adderCost?: AdderCost;
  /** Steps between two calibrations, at least 1. @defaultValue 500 */
  readonly calibrationSteps?: number;
  /** @defaultValue 'weight' */
  readonly weights?: WeightGranularity;
  /** @defaultValue 'element' */
  readonly values?: ValueGranularity;
  /** Fraction bits of weights and biases at the start, and at most. @defaultValue [6, 10] */
  readonly weightBits?: readonly [start: number, most: number];
  /** Fraction bits of results at the start, and at most. @defaultValue [6, 10] */
  readonly resultBits?: readonly [start: number, most: number];
  /** Bits per unit of a trained value: widths learn so many times as fast as weights. @defaultValue 1.5 */
  readonly rate?: number;
  /**
   * What becomes of a result beyond the range that was observed. Wrapping costs nothing and is wrong by a whole range;
   * saturation costs a table or two per element.
   *
   * @defaultValue 'AP_SAT'
   */
  readonly overflow?: 'AP_SAT' | 'AP_WRAP';
}

/** Options with defaults filled in. */
export type BitWidthSettings = Required<Omit<BitWidthOptions, 'adderCost'>> & Pick<BitWidthOptions, 'adderCost'>;

const bitsRange = (name: string, [start, most]: readonly [number, number]): void => {
  if (Number.isFinite(start) && Number.isSafeInteger(most) && start <= most && most <= 16 && start >= -16) return;
  throw new ValueError(
    `Option "${name}" of trainable bit-widths is [${start}, ${most}]; it must rise and lie in -16 to 16.`,
  );
};

/** Fill in defaults and check. @throws ValueError naming the option */
export const bitWidthSettings = (options: BitWidthOptions): BitWidthSettings => {
  const settings: BitWidthSettings = {
    precision: {},
    calibrationSteps: 500,
    weights: 'weight',
    values: 'element',
    weightBits: [6, 10],
    resultBits: [6, 10],
    rate: 1.5,
    overflow: 'AP_SAT',
    ...options,
  };
  bitsRange('weightBits', settings.weightBits);
  bitsRange('resultBits', settings.resultBits);
  const { calibrationSteps, rate, beta } = settings;
  if (!(Number.isSafeInteger(calibrationSteps) && calibrationSteps >= 1)) {
    throw new ValueError(
      `Option "calibrationSteps" of trainable bit-widths is ${calibrationSteps}; it must be an integer of at least 1.`,
    );
  }
  if (!(Number.isFinite(rate) && rate > 0))
    throw new ValueError(`Option "rate" of trainable bit-widths is ${rate}; it must be a finite number above 0.`);
  const numbers = typeof beta === 'number' ? [beta] : [beta.from, beta.to];
  const least = typeof beta === 'number' ? 0 : Number.MIN_VALUE;
  const bad = numbers.find((number) => !(Number.isFinite(number) && number >= least));
  if (bad !== undefined || (typeof beta !== 'number' && !(beta.steps >= 1))) {
    throw new ValueError(
      `Option "beta" of trainable bit-widths is ${JSON.stringify(beta)}; it must be a number of at least 0, or rise from and to numbers above 0 in at least 1 step.`,
    );
  }
  return settings;
};

/** Give β at a step. */
export const betaAt = (beta: BitWidthOptions['beta'], step: number): number => {
  if (typeof beta === 'number') return beta;
  return beta.from * powScalar2(beta.to / beta.from, Math.min(1, step / beta.steps));
};

/** Demand a format for every element of every input. @throws ValueError or FormatError */
export const checkInputFormats = (network: Network, { values }: BitWidthSites, settings: BitWidthSettings): void => {
  for (const { name, elements, isInput } of values) {
    if (!isInput) continue;
    const texts = settings.inputFormats[name] ?? [];
    texts.forEach((text) => parseFormat(text));
    if (texts.length === elements) continue;
    throw new ValueError(
      `Option "inputFormats" of trainable bit-widths has ${texts.length} formats for input "${name}" of network "${network.name}"; it must have ${elements}, one per element.`,
    );
  }
};
