/** Bars by category, side by side for several series: resources per layer, time per stage. */
import { ShapeError } from '../../errors.ts';
import { element, textElement } from './element.ts';
import { drawFrame, type PlotOptions } from './frame.ts';
import { seriesColour } from './palette.ts';
import { type Axis, makeScale } from './scale.ts';
import { errorBars } from './series.ts';
import { textWidth } from './text-width.ts';

/** One value per category. */
export interface BarSeries {
  readonly name: string;
  /** Index of the colour. @defaultValue its place in the list */
  readonly style?: number;
  /** Undefined where a category has no bar of this series. */
  readonly values: readonly (number | undefined)[];
  readonly errors?: readonly (number | undefined)[];
  /** Texts above the bars, for example the exact values. */
  readonly labels?: readonly string[];
}

/** Options of {@link barChart}. */
export interface BarChart extends PlotOptions {
  readonly categories: readonly string[];
  /** Name of what the categories are; empty for none. @defaultValue '' */
  readonly category?: string;
  readonly y: Axis;
  readonly series: readonly BarSeries[];
}

/**
 * Draw a bar chart as SVG text. On a logarithmic axis bars start at its lower end.
 *
 * @throws ShapeError if a series does not have one value per category; ValueError if there is nothing to show.
 */
export const barChart = (chart: BarChart): string => {
  const { categories, series } = chart;
  for (const { name, values, errors, labels } of series) {
    if ([values, errors ?? values, labels ?? values].some((list) => list.length !== categories.length)) {
      throw new ShapeError(
        `Bars "${name}" have ${values.length} values, but there are ${categories.length} categories.`,
      );
    }
  }
  const isLabelled = series.some(({ labels }) => labels !== undefined);
  const ends = series.flatMap(({ values, errors }) =>
    values.flatMap((v, i) => (v === undefined ? [] : [v - (errors?.[i] ?? 0), v + (errors?.[i] ?? 0)])),
  );
  const x: Axis = { label: chart.category ?? '', min: 0, max: categories.length };
  const yScale = makeScale(chart.y, ends, { low: 0.15, high: isLabelled ? 0.12 : 0.06 }, [0]);
  const legend = series.map(({ name, style }, index) => ({ name, index: style ?? index, sample: 'box' }) as const);
  return drawFrame(chart, series.length > 1 ? legend : [], [
    {
      x,
      y: chart.y,
      xScale: makeScale(x, []),
      yScale,
      categories,
      draw: (place) => {
        const slot = (place.box.right - place.box.left) / Math.max(1, categories.length);
        const width = Math.min(60, (slot * 0.76) / series.length);
        const base = place.y(0) ?? place.box.bottom;
        const centre = (category: number, index: number): number =>
          place.box.left + slot * (category + 0.5) + width * (index - (series.length - 1) / 2);
        const bars = series.flatMap(({ values, errors: sizes, labels, style }, index) =>
          values.map((value, k) => {
            if (value === undefined) return '';
            const y = place.y(value) ?? base;
            const left = centre(k, index) - width / 2;
            const rect = element('rect', {
              x: left,
              y: Math.min(y, base),
              width: width * 0.96,
              height: Math.abs(base - y),
              fill: seriesColour(style ?? index),
            });
            const label = labels?.[k] ?? '';
            // Beyond the error bar where there is one; below the base where the bar hangs.
            const size = sizes?.[k] ?? 0;
            const isHanging = value < 0 && y > base;
            const end = place.y(isHanging ? value - size : value + size) ?? y;
            const at = isHanging ? Math.max(end, y) + 13 : Math.min(end, y, base) - 5;
            const isFitting = textWidth(label, 11) <= slot / series.length;
            const text =
              label !== '' && isFitting
                ? textElement(centre(k, index), at, label, {
                    'text-anchor': 'middle',
                    'font-size': 11,
                  })
                : '';
            return rect + text;
          }),
        );
        const zero = element('path', {
          d: `M${place.box.left} ${Math.round(base)}H${place.box.right}`,
          stroke: 'currentColor',
        });
        const errors = series.map(({ name, values, errors: sizes }, index) => {
          if (sizes === undefined) return '';
          const data = {
            name,
            x: values.map((_, k) => k),
            y: values.map((value) => value ?? NaN),
            yError: sizes.map((size) => size ?? 0),
          };
          const at = {
            ...place,
            x: (k: number) => centre(k, index),
            point: (k: number, v: number) => {
              const y = place.y(v);
              return y === undefined ? undefined : ([centre(k, index), y] as const);
            },
          };
          return errorBars(data, at, 'currentColor');
        });
        return [...bars, zero, ...errors];
      },
    },
  ]);
};
