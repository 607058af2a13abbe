/** Lines through points, with error bars where given: losses over epochs, resolutions, efficiencies. */
import { drawFrame, type PlotOptions } from './frame.ts';
import { element, escapeXml, polyline } from './element.ts';
import { marker, seriesColour, seriesDash } from './palette.ts';
import { type Axis, makeScale } from './scale.ts';
import { checkSeries, covered, errorBars, type Series } from './series.ts';

/** Options of {@link linePlot}. */
export interface LinePlot extends PlotOptions {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Whether to mark every point. @defaultValue true up to 25 points per series */
  readonly markers?: boolean;
  /** Whether to show the legend. @defaultValue true for more than one series */
  readonly legend?: boolean;
  /** Dashed lines across the plot at a y value, with a name written on them. */
  readonly levels?: readonly { readonly value: number; readonly name: string }[];
}

/**
 * Draw a line plot as SVG text.
 *
 * @throws ShapeError if a series has arrays of unequal length; ValueError if there is nothing to show.
 */
export const linePlot = (plot: LinePlot): string => {
  plot.series.forEach(checkSeries);
  const levels = plot.levels ?? [];
  const isMarked = (series: Series): boolean => plot.markers ?? series.x.length <= 25;
  const legend = plot.series.map((series, place) => {
    const sample = isMarked(series) ? 'lineAndMarker' : 'line';
    return { name: series.name, index: series.style ?? place, sample } as const;
  });
  const xScale = makeScale(
    plot.x,
    plot.series.flatMap((series) => covered(series, 'x')),
    { low: 0.02, high: 0.02 },
  );
  const yScale = makeScale(plot.y, [
    ...plot.series.flatMap((series) => covered(series, 'y')),
    ...levels.map(({ value }) => value),
  ]);
  return drawFrame(plot, (plot.legend ?? plot.series.length > 1) ? legend : [], [
    {
      x: plot.x,
      y: plot.y,
      xScale,
      yScale,
      draw: (place) => [
        ...levels.flatMap(({ value, name }) => {
          const y = place.y(value);
          if (y === undefined) return [];
          const line = { d: `M${place.box.left} ${Math.round(y)}H${place.box.right}`, 'stroke-dasharray': '3 3' };
          const isHigh = y - place.box.top < 18;
          return [
            element('path', { ...line, stroke: 'currentColor', fill: 'none' }),
            element(
              'text',
              { x: place.box.right - 6, y: isHigh ? y + 14 : y - 5, 'text-anchor': 'end', 'font-size': 11 },
              escapeXml(name),
            ),
          ];
        }),
        ...plot.series.map((series, position) => {
          const index = series.style ?? position;
          const colour = seriesColour(index);
          const points = series.x.map((x, i) => place.point(x, series.y[i]));
          const line = polyline(points, {
            stroke: colour,
            'stroke-width': 1.8,
            'stroke-linejoin': 'round',
            'stroke-dasharray': seriesDash(index),
          });
          const marks = isMarked(series)
            ? points.map((point) => (point === undefined ? '' : marker(index, point[0], point[1])))
            : [];
          return element('g', {}, line, errorBars(series, place, colour), ...marks);
        }),
      ],
    },
  ]);
};
