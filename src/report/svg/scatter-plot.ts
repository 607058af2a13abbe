/** Points without lines: resource against accuracy, predicted against true values. */
import { element, textElement } from './element.ts';
import { drawFrame, type Placement, type PlotOptions } from './frame.ts';
import { marker, seriesColour } from './palette.ts';
import { type Axis, makeScale } from './scale.ts';
import { checkSeries, covered, errorBars, type Series } from './series.ts';
import { textWidth } from './text-width.ts';

/** Points of a scatter plot, optionally each with a name written beside it. */
export interface ScatterSeries extends Series {
  readonly labels?: readonly string[];
}

/** Options of {@link scatterPlot}. */
export interface ScatterPlot extends PlotOptions {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly ScatterSeries[];
  /** Radius of the markers in pixels. @defaultValue 3.5, smaller from 300 points on */
  readonly radius?: number;
  /** Whether to draw the line y = x. @defaultValue false */
  readonly diagonal?: boolean;
}

/** Make a function that writes labels beside points, each on the first of four sides where it covers no other. */
const labelWriter = ({ box }: Placement, radius: number) => {
  const taken: (readonly [left: number, right: number, y: number])[] = [];
  return (label: string, [px, py]: readonly [number, number]): string => {
    const width = textWidth(label, 11);
    const sides = [
      [radius + 5, -4],
      [radius + 5, 13],
      [-radius - 5 - width, -4],
      [-radius - 5 - width, 13],
    ].map(([dx, dy]) => [px + dx, px + dx + width, py + dy] as const);
    const inside = sides.filter(([left, right]) => left >= box.left && right <= box.right);
    const free = inside.find(([left, right, y]) =>
      taken.every((other) => right < other[0] || left > other[1] || Math.abs(y - other[2]) > 12),
    );
    const chosen = free ?? inside[0] ?? sides[0];
    taken.push(chosen);
    return textElement(chosen[0], chosen[2], label, { 'font-size': 11 });
  };
};

/**
 * Draw a scatter plot as SVG text.
 *
 * @throws ShapeError if a series has arrays of unequal length; ValueError if there is nothing to show.
 */
export const scatterPlot = (plot: ScatterPlot): string => {
  plot.series.forEach(checkSeries);
  const count = plot.series.reduce((sum, series) => sum + series.x.length, 0);
  const radius = plot.radius ?? (count > 2000 ? 1.2 : count > 300 ? 2 : 3.5);
  const legend = plot.series.map(
    ({ name, style }, index) => ({ name, index: style ?? index, sample: 'marker' }) as const,
  );
  const xScale = makeScale(
    plot.x,
    plot.series.flatMap((series) => covered(series, 'x')),
    { low: 0.05, high: 0.05 },
  );
  const yScale = makeScale(
    plot.y,
    plot.series.flatMap((series) => covered(series, 'y')),
    { low: 0.06, high: 0.08 },
  );
  return drawFrame(plot, plot.series.length > 1 ? legend : [], [
    {
      x: plot.x,
      y: plot.y,
      xScale,
      yScale,
      draw: (place) => {
        const writeLabel = labelWriter(place, radius);
        const low = Math.max(xScale.low, yScale.low);
        const high = Math.min(xScale.high, yScale.high);
        const [from, to] = [place.point(low, low), place.point(high, high)];
        const diagonal =
          plot.diagonal === true && from !== undefined && to !== undefined && low < high
            ? [
                element('line', {
                  x1: from[0],
                  y1: from[1],
                  x2: to[0],
                  y2: to[1],
                  stroke: 'currentColor',
                  'stroke-dasharray': '4 4',
                }),
              ]
            : [];
        return [
          ...diagonal,
          ...plot.series.map((series, position) => {
            const index = series.style ?? position;
            const marks = series.x.map((x, i) => {
              const point = place.point(x, series.y[i]);
              if (point === undefined) return '';
              const label = series.labels?.[i] ?? '';
              return marker(index, point[0], point[1], radius) + (label === '' ? '' : writeLabel(label, point));
            });
            return element('g', {}, errorBars(series, place, seriesColour(index)), ...marks);
          }),
        ];
      },
    },
  ]);
};
