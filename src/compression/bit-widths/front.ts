/**
 * Walking the front between quality and cost: one training whose weight of the cost rises, looked at now and then.
 *
 * A single training passes through networks of every size, from the one that costs what it likes to the one that is
 * almost nothing. What no other beats in quality and cost at once is the front, and each point of it is a finished
 * network (as HGQ keeps its checkpoints, arXiv:2405.00645).
 */
import { ValueError } from '../../errors.ts';
import type { Network } from '../../network/index.ts';
import { eraseState, fit, participantValues } from '../../training/index.ts';
import type { BatchSource, Dataset, FitOptions, FitResult } from '../../training/index.ts';
import { bitWidthsName } from './trainable-bit-widths.ts';
import type { BitWidthState, CalibrationRecord, TrainableBitWidths } from './trainable-bit-widths.ts';

/** What a network is worth, and what it takes. */
export interface Measure {
  /** Higher is better: an accuracy, or the negative of an error. On data that are not trained on. */
  readonly quality: number;
  /** Lower is better: adder bits, look-up tables. */
  readonly cost: number;
}

/** A network on the way. */
export interface FrontPoint extends Measure {
  /** Epochs of training behind it. */
  readonly epoch: number;
  /** On its grids, with `precision`; ready to compile. */
  readonly network: Network;
}

export interface CostFrontOptions extends Omit<FitOptions, 'restoreBest' | 'earlyStopping' | 'validation'> {
  readonly bitWidths: TrainableBitWidths;
  readonly measure: (network: Network) => Measure | Promise<Measure>;
  /**
   * Epochs between two looks. Where the learning rate goes in cycles, the length of one: weights are settled at its end.
   *
   * @defaultValue 1
   */
  readonly every?: number;
  /** Networks that a walk had looked at before the state that it goes on from. @defaultValue none */
  readonly points?: readonly FrontPoint[];
  /** Receives every network that is looked at, at once. */
  readonly onPoint?: (point: FrontPoint) => void;
}

/** What a walk came to. */
export interface CostFront {
  /** Every network that was looked at, in the order of training, those before a resumed state included. */
  readonly points: readonly FrontPoint[];
  /** Those that no other beats, by rising cost. */
  readonly front: readonly FrontPoint[];
  /** The stand-in beside the real optimiser. */
  readonly calibrations: readonly CalibrationRecord[];
  readonly status: FitResult['status'];
}

/** Keep what no other point beats: by rising cost, and with it rising quality. */
export const paretoFront = <P extends Measure>(points: readonly P[]): P[] => {
  const front: P[] = [];
  for (const point of points.toSorted((a, b) => a.cost - b.cost || b.quality - a.quality)) {
    if (front.length === 0 || point.quality > front.at(-1)!.quality) front.push(point);
  }
  return front;
};

/**
 * Train once along the front.
 *
 * @param network start, in floats; it is not changed
 * @throws ValueError if `every` is no positive integer, and the errors of `fit`
 */
export const walkCostFront = async (
  network: Network,
  data: Dataset | BatchSource,
  options: CostFrontOptions,
): Promise<CostFront> => {
  const {
    bitWidths,
    measure,
    every = 1,
    transforms = [],
    onCheckpoint,
    onPoint,
    points: before = [],
    ...rest
  } = options;
  if (!(Number.isSafeInteger(every) && every >= 1))
    throw new ValueError(`Option "every" of a cost front is ${every}; it must be an integer of at least 1.`);
  const points: FrontPoint[] = [...before];
  const { status, checkpoint } = await fit(network, data, {
    ...rest,
    transforms: [...transforms, eraseState(bitWidths)],
    onCheckpoint: async (state) => {
      // The look comes first, so that whoever keeps the state has the networks until then.
      if (state.batch === 0 && state.epoch % every === 0) {
        const finished = bitWidths.snapshot(state.network, participantValues(state.companions, bitWidthsName));
        const point = { epoch: state.epoch, network: finished, ...(await measure(finished)) };
        points.push(point);
        onPoint?.(point);
      }
      await onCheckpoint?.(state);
    },
  });
  const { calibrations } = checkpoint.transforms[bitWidthsName] as BitWidthState;
  return { points, front: paretoFront(points), calibrations, status };
};

/** How well the stand-in follows the real optimiser. */
export interface CalibrationFit {
  readonly records: number;
  /** Correlation of estimated with real adder bits, over all layers and steps; between −1 and 1. */
  readonly correlation: number;
  /** Root mean square of real / (α · estimated) − 1, with the α of the layer that was in force until then. */
  readonly residual: number;
}

/**
 * Summarise calibrations.
 *
 * @param calibrations records in the order of training; layers that are gone (0) do not count
 */
export const calibrationFit = (calibrations: readonly CalibrationRecord[]): CalibrationFit => {
  const records = calibrations.filter(({ standIn, real }) => standIn > 0 && real > 0);
  const n = records.length;
  const mean = (of: (record: CalibrationRecord) => number): number =>
    records.reduce((sum, record) => sum + of(record), 0) / n;
  const [x, y] = [mean((r) => r.standIn), mean((r) => r.real)];
  const covariance = mean((r) => (r.standIn - x) * (r.real - y));
  const spread = Math.sqrt(mean((r) => (r.standIn - x) ** 2) * mean((r) => (r.real - y) ** 2));
  const shares = new Map<string, number>();
  const errors: number[] = [];
  for (const { layer, standIn, real } of records) {
    const share = shares.get(layer);
    if (share !== undefined) errors.push(real / (share * standIn) - 1);
    shares.set(layer, real / standIn);
  }
  return {
    records: n,
    correlation: spread > 0 ? covariance / spread : 1,
    residual: errors.length === 0 ? 0 : Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length),
  };
};
