/**
 * Standard scalers as data: x → (x − mean)/scale per feature.
 *
 * All networks take features through a *hardware scaler*: its scales are powers of two, so that dividing only moves the
 * binary point and the FPGA needs no multiplier for it, and it leaves weights, signs and flags alone. The latter also
 * helps training: a flag that is set once in a thousand particles would become a value of thirty standard deviations.
 */
import { ShapeError, ValueError } from '../../errors.ts';
import { continuousFeatures } from './data.ts';

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
 * Round a scaler for hardware: scales up to the next power of two, so that four of them hold the long tails of
 * momenta, and means to eighths of that; features that are not
 * continuous keep mean 0, and scale 1 but for the PUPPI weight's.
 *
 * The weight in [0, 1] is multiplied by 2, so that it fills the range of the other features.
 */
export function hardwareScaler(scaler: Scaler): Scaler {
  const scale = scaler.scale.map((s, f) => (continuousFeatures.includes(f) ? powerOfTwoAbove(s) : f === 6 ? 0.5 : 1));
  const mean = scaler.mean.map((m, f) =>
    continuousFeatures.includes(f) ? Math.round((m / scale[f]!) * 8) * (scale[f]! / 8) + 0 : 0,
  );
  return { mean, scale };
}

/** The smallest power of two that is not below x > 0. */
function powerOfTwoAbove(x: number): number {
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
