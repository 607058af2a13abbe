/**
 * Standard scalers as data: x → (x − mean)/scale per feature.
 *
 * All networks take features through a *hardware scaler*: its scales are powers of two, so that dividing only moves the
 * binary point, and means are 0, so that the FPGA needs neither multiplier nor adder for it. It leaves signs and flags
 * alone, which also helps training: a flag that is set once in a thousand particles would become a value of thirty
 * standard deviations.
 */
import { ShapeError, ValueError } from '../../../errors.ts';
import { type Tensor, tensor } from '../../../tensor/index.ts';
import { continuousFeatures, impactColumns, puppiWeightColumn } from './data.ts';

/** A standard scaler; both arrays have one entry per feature, scales are above 0. */
export interface Scaler {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/**
 * Measure mean and standard deviation of every column; a constant column gets scale 1.
 *
 * @param features - row-major [rows, columns], at least one row
 */
export function fitScaler(features: Float32Array, columns: number): Scaler {
  const rows = features.length / columns;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new ShapeError(
      `A scaler is fitted to ${features.length} numbers in ${columns} columns; it needs at least one whole row.`,
    );
  }
  const mean = new Array<number>(columns).fill(0);
  const scale = new Array<number>(columns).fill(0);
  for (let i = 0; i < features.length; i++) {
    if (!Number.isFinite(features[i]!)) {
      throw new ValueError(
        `Feature ${i % columns} of sample ${Math.floor(i / columns)} is ${features[i]}; it must be a finite number.`,
      );
    }
    mean[i % columns]! += features[i]! / rows;
  }
  for (let i = 0; i < features.length; i++) {
    const distance = features[i]! - mean[i % columns]!;
    scale[i % columns]! += (distance * distance) / rows;
  }
  return { mean, scale: scale.map((variance) => (variance > 0 ? Math.sqrt(variance) : 1)) };
}

/**
 * Make a scaler that costs nothing in hardware: no means, and scales that are powers of two.
 *
 * Continuous features are divided by the power of two above their root mean square, so that four of them hold the long
 * tails of momenta. Impact parameters are clipped anyhow: their limit becomes the end of the input format, [−4, 4) in
 * units of the scale, so that the port itself clips. The Puppi weight in [0, 1] is multiplied by 2, to fill the range of
 * the other features; charge and flags stay as they are.
 *
 * @param scaler - measured on the features
 * @param clip - limit on |d0| and |dz| in mm
 */
export function hardwareScaler({ mean, scale }: Scaler, clip: number): Scaler {
  return {
    mean: mean.map(() => 0),
    scale: scale.map((sigma, f) => {
      if (impactColumns.includes(f)) return powerOfTwoAbove(clip) / formatEnd;
      if (continuousFeatures.includes(f)) return powerOfTwoAbove(Math.sqrt(sigma * sigma + mean[f]! * mean[f]!));
      return f === puppiWeightColumn ? 0.5 : 1;
    }),
  };
}

/** Where the input formats of the networks end. */
const formatEnd = 4;

/** The smallest power of two that is not below x; 1 for 0. */
function powerOfTwoAbove(x: number): number {
  if (x === 0) return 1;
  let p = 1;
  while (p < x) p *= 2;
  while (p / 2 >= x) p /= 2;
  return p;
}

/** Scale features; row-major in, row-major out. */
export function applyScaler(scaler: Scaler, features: Float32Array): Float32Array {
  const columns = scaler.mean.length;
  return features.map((x, i) => (x - scaler.mean[i % columns]!) / scaler.scale[i % columns]!);
}

/** Undo `applyScaler`. */
export function invertScaler(scaler: Scaler, scaled: Float32Array): Float32Array {
  const columns = scaler.mean.length;
  return scaled.map((x, i) => x * scaler.scale[i % columns]! + scaler.mean[i % columns]!);
}

/** Features as the float networks receive them, shape [rows, columns]. */
export function scaledInputs(features: Float32Array, scaler: Scaler): Tensor {
  const columns = scaler.mean.length;
  return tensor(applyScaler(scaler, features), [features.length / columns, columns]);
}
