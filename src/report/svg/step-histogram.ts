/** Histograms as step lines, compared in a panel of ratios below if asked: the plot that physicists read first. */
import { ShapeError } from '../../errors.ts';
import { element, polyline } from './element.ts';
import { drawFrame, type Panel, type Placement, type PlotOptions } from './frame.ts';
import { seriesColour, seriesDash } from './palette.ts';
import { type Axis, makeScale } from './scale.ts';
import { errorBars } from './series.ts';

/** The contents of one histogram. */
export interface HistogramSeries {
  readonly name: string;
  /** Index of colour and dash, for a series that looks the same in several figures. @defaultValue its place in the list */
  readonly style?: number;
  /** One value per bin. */
  readonly counts: readonly number[];
  /** Errors of the bins. @defaultValue none */
  readonly errors?: readonly number[];
}

/** Options of {@link stepHistogram}. */
export interface StepHistogram extends PlotOptions {
  readonly x: Axis;
  readonly y: Axis;
  /** Edges of the bins in rising order, one more than bins. */
  readonly edges: readonly number[];
  readonly series: readonly HistogramSeries[];
  /** A panel below with every series divided by the one of index `reference`. */
  readonly ratio?: { readonly label: string; readonly reference: number; readonly min?: number; readonly max?: number };
}

/** Points of a step line: two per bin, ends at the lower edge of the plot. */
const steps = (edges: readonly number[], values: readonly (number | undefined)[], place: Placement) => {
  const points: (readonly [number, number] | undefined)[] = [];
  values.forEach((value, bin) => {
    const [left, right] = [place.x(edges[bin]), place.x(edges[bin + 1])];
    // Where a logarithmic axis has no place for an empty bin, the line runs along the lower edge.
    const y = value === undefined ? undefined : (place.y(value) ?? place.box.bottom + 1);
    if (left === undefined || right === undefined || y === undefined) points.push(undefined);
    else points.push([left, y], [right, y]);
  });
  return points;
};

const line = (
  edges: readonly number[],
  values: readonly (number | undefined)[],
  place: Placement,
  index: number,
): string =>
  polyline(steps(edges, values, place), {
    stroke: seriesColour(index),
    'stroke-width': 1.8,
    'stroke-dasharray': seriesDash(index),
  });

const middles = (edges: readonly number[]): readonly number[] =>
  edges.slice(1).map((edge, bin) => (edge + edges[bin]) / 2);

/**
 * Draw histograms as SVG text.
 *
 * @throws ShapeError if a series does not have one value per bin; ValueError if there is nothing to show.
 */
export const stepHistogram = (plot: StepHistogram): string => {
  const { edges, series, ratio } = plot;
  for (const { name, counts, errors } of series) {
    if (counts.length !== edges.length - 1 || (errors !== undefined && errors.length !== counts.length)) {
      throw new ShapeError(
        `Histogram "${name}" has ${counts.length} bins and ${errors?.length ?? 'no'} errors, but its ${edges.length} edges make ${edges.length - 1} bins.`,
      );
    }
  }
  const centres = middles(edges);
  const xScale = makeScale(plot.x, edges, { low: 0, high: 0 });
  const tops = series.flatMap(({ counts, errors }) => counts.map((count, i) => count + (errors?.[i] ?? 0)));
  const main: Panel = {
    x: plot.x,
    y: plot.y,
    xScale,
    yScale: makeScale(plot.y, tops, { low: 0.05, high: 0.08 }, [0]),
    share: 3,
    draw: (place) =>
      series.map(({ name, counts, errors, style }, position) => {
        const index = style ?? position;
        const bars =
          errors === undefined
            ? ''
            : errorBars({ name, x: centres, y: counts, yError: errors }, place, seriesColour(index));
        return element('g', {}, line(edges, counts, place, index), bars);
      }),
  };
  const panels = [main];
  const reference = ratio && series[ratio.reference];
  if (ratio !== undefined && reference === undefined) {
    throw new ShapeError(`The ratio refers to series ${ratio.reference}, but there are ${series.length}.`);
  }
  if (ratio !== undefined && reference !== undefined) {
    const quotients = series.map(({ name, counts, errors, style }, position) => ({
      name,
      style: style ?? position,
      values: counts.map((count, bin) => (reference.counts[bin] === 0 ? undefined : count / reference.counts[bin])),
      errors: errors?.map((error, bin) => (reference.counts[bin] === 0 ? 0 : error / Math.abs(reference.counts[bin]))),
    }));
    const shown = quotients.flatMap(({ values }) => values.filter((value) => value !== undefined));
    const { label, min, max } = ratio;
    const axis: Axis = { label, ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
    panels.push({
      x: plot.x,
      y: axis,
      xScale,
      yScale: makeScale(axis, [...shown, 1], { low: 0.15, high: 0.15 }),
      share: 1,
      draw: (place) =>
        quotients.map(({ name, values, errors, style }, index) => {
          const y = values.map((value) => value ?? NaN);
          const bars =
            errors === undefined || index === ratio.reference
              ? ''
              : errorBars({ name, x: centres, y, yError: errors }, place, seriesColour(style));
          return element('g', {}, line(edges, values, place, style), bars);
        }),
    });
  }
  const legend = series.map(({ name, style }, index) => ({ name, index: style ?? index, sample: 'line' }) as const);
  return drawFrame(plot, series.length > 1 ? legend : [], panels);
};
