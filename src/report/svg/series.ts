/** Points with a name and optional errors, as line and scatter plots take them. */
import { ShapeError } from '../../errors.ts';
import { coordinate, element } from './element.ts';
import type { Placement } from './frame.ts';

/** A named set of points. */
export interface Series {
  readonly name: string;
  /** Index of colour, dash and marker, for a series that looks the same in several figures. @defaultValue its place in the list */
  readonly style?: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Half lengths of the vertical error bars, one per point. */
  readonly yError?: readonly number[];
  /** Half lengths of the horizontal error bars, one per point. */
  readonly xError?: readonly number[];
}

/** Check that all arrays of a series have the same length. Throws ShapeError naming the series. */
export const checkSeries = (series: Series): void => {
  for (const key of ['y', 'yError', 'xError'] as const) {
    const values = series[key];
    if (values !== undefined && values.length !== series.x.length) {
      throw new ShapeError(`Series "${series.name}" has ${series.x.length} x values, but ${values.length} in ${key}.`);
    }
  }
};

/** All values of an axis that a series covers, ends of error bars included. */
export const covered = (series: Series, axis: 'x' | 'y'): readonly number[] => {
  const errors = axis === 'x' ? series.xError : series.yError;
  return series[axis].flatMap((value, i) => [value - (errors?.[i] ?? 0), value + (errors?.[i] ?? 0)]);
};

/** Draw the error bars of a series; a bar that leaves a logarithmic axis ends at its edge. */
export const errorBars = (series: Series, place: Placement, colour: string): string => {
  const commands = series.x.flatMap((x, i) => {
    const point = place.point(x, series.y[i]);
    if (point === undefined) return [];
    const [px, py] = point;
    const bars: string[] = [];
    const [dy, dx] = [series.yError?.[i] ?? 0, series.xError?.[i] ?? 0];
    if (dy > 0) {
      const low = place.y(series.y[i] - dy) ?? place.box.bottom;
      const high = place.y(series.y[i] + dy) ?? py;
      bars.push(
        `M${coordinate(px)} ${coordinate(low)}V${coordinate(high)}M${coordinate(px - 3)} ${coordinate(low)}h6M${coordinate(px - 3)} ${coordinate(high)}h6`,
      );
    }
    if (dx > 0) {
      const low = place.x(x - dx) ?? place.box.left;
      const high = place.x(x + dx) ?? px;
      bars.push(
        `M${coordinate(low)} ${coordinate(py)}H${coordinate(high)}M${coordinate(low)} ${coordinate(py - 3)}v6M${coordinate(high)} ${coordinate(py - 3)}v6`,
      );
    }
    return bars;
  });
  return commands.length === 0
    ? ''
    : element('path', { d: commands.join(''), stroke: colour, 'stroke-width': 1.2, fill: 'none' });
};
