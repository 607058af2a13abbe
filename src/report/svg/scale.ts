/** From data values to pixels along one axis, linear or logarithmic. */
import { ValueError } from '../../errors.ts';
import { linearTicks, logTicks, type Ticks } from './ticks.ts';

/** One axis as a caller describes it. */
export interface Axis {
  readonly label: string;
  /** Unit, written as `label [unit]`. */
  readonly unit?: string;
  /** @defaultValue 'linear' */
  readonly scale?: 'linear' | 'log';
  /** Lower end; default from the data. */
  readonly min?: number;
  /** Upper end; default from the data. */
  readonly max?: number;
}

/** The range of an axis and its way to pixels. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
  /** Fraction 0 … 1 along the axis; undefined where a logarithmic axis has no place. */
  readonly fraction: (value: number) => number | undefined;
  /** Ticks with at most `most` + 1 labels. */
  readonly ticks: (most: number) => Ticks;
}

/** How much room to leave around the data, as a fraction of their span. */
export interface Padding {
  readonly low: number;
  readonly high: number;
}

/** Beyond these sizes divisions would leave the doubles: smaller counts as zero, larger as not finite. */
const [smallest, largest] = [1e-90, 1e90];

/**
 * Choose the range of an axis from its data and description.
 *
 * @param include values that must be visible on a linear axis, for example 0 below a histogram
 * @throws ValueError if there is no finite value (positive on a logarithmic axis), or the given ends are not in order.
 */
export const makeScale = (
  axis: Axis,
  values: Iterable<number>,
  padding: Padding = { low: 0.04, high: 0.06 },
  include: readonly number[] = [],
): Scale => {
  const isLog = axis.scale === 'log';
  let low = Infinity;
  let high = -Infinity;
  for (const value of [...values, ...(isLog ? [] : include)]) {
    const settled = Math.abs(value) < smallest ? 0 : value;
    if (!(Math.abs(settled) < largest) || (isLog && settled <= 0)) continue;
    low = Math.min(low, settled);
    high = Math.max(high, settled);
  }
  low = axis.min ?? low;
  high = axis.max ?? high;
  if (!Number.isFinite(low) || !Number.isFinite(high) || (isLog && low <= 0)) {
    throw new ValueError(`Axis "${axis.label}" has no ${isLog ? 'positive' : 'finite'} value to show.`);
  }
  if (low > high || (low === high && axis.min !== undefined && axis.max !== undefined)) {
    throw new ValueError(`Axis "${axis.label}" goes from ${low} to ${high}, but its end must lie above its start.`);
  }
  if (isLog) {
    if (low === high) [low, high] = [low / 2, high * 2];
    const room = Math.log10(high / low);
    // Rounded, so that the last bits of the logarithm decide nothing.
    const grow = (share: number): number => Number((10 ** (room * share)).toPrecision(6));
    if (axis.min === undefined) low /= grow(padding.low);
    if (axis.max === undefined) high *= grow(padding.high);
    const span = Math.log10(high / low);
    const at = low;
    return {
      low,
      high,
      isLog,
      fraction: (value) => (value > 0 ? Math.log10(value / at) / span : undefined),
      ticks: (most) => logTicks(low, high, most),
    };
  }
  if (low === high) {
    const half = low === 0 ? 1 : Math.abs(low) / 2;
    [low, high] = [low - half, high + half];
  }
  const span = high - low;
  if (axis.min === undefined && !include.includes(low)) low -= span * padding.low;
  if (axis.max === undefined && !include.includes(high)) high += span * padding.high;
  const [start, width] = [low, high - low];
  return {
    low,
    high,
    isLog,
    fraction: (value) => (Number.isFinite(value) ? (value - start) / width : undefined),
    ticks: (most) => linearTicks(low, high, most),
  };
};
