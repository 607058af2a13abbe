/**
 * Receiver operating characteristic: what share of background a trigger keeps for a share of signal.
 *
 * The default is the plot of the field: signal efficiency across, background efficiency up on a logarithmic axis, so
 * that lower is better; `axes: 'classic'` gives background across and signal up.
 */
import { linePlot } from './line-plot.ts';
import type { PlotOptions } from './frame.ts';

/** One classifier's curve. */
export interface RocSeries {
  readonly name: string;
  /** Share of signal that passes, 0 … 1, one value per threshold. */
  readonly signal: readonly number[];
  /** Share of background that passes, 0 … 1, one value per threshold. */
  readonly background: readonly number[];
  /** Area under the classic curve, written into the legend. */
  readonly area?: number;
}

/** Options of {@link rocCurve}. */
export interface RocCurve extends PlotOptions {
  readonly curves: readonly RocSeries[];
  /** @defaultValue 'trigger' */
  readonly axes?: 'trigger' | 'classic';
  /** Lowest background efficiency of the trigger axes. @defaultValue 0.0001 */
  readonly lowest?: number;
}

/**
 * Draw ROC curves as SVG text.
 *
 * @throws ShapeError if a curve has unequally many values; ValueError if there is nothing to show.
 */
export const rocCurve = (roc: RocCurve): string => {
  const named = roc.curves.map(({ name, area, signal, background }) => ({
    name: area === undefined ? name : `${name} (AUC ${area.toFixed(4)})`,
    signal,
    background,
  }));
  const options = { ...roc, markers: false, legend: true };
  if (roc.axes === 'classic') {
    return linePlot({
      ...options,
      x: { label: 'Background efficiency', min: 0, max: 1 },
      y: { label: 'Signal efficiency', min: 0, max: 1 },
      series: named.map(({ name, signal, background }) => ({ name, x: background, y: signal })),
    });
  }
  return linePlot({
    ...options,
    x: { label: 'Signal efficiency', min: 0, max: 1 },
    y: { label: 'Background efficiency', scale: 'log', min: roc.lowest ?? 1e-4, max: 1 },
    series: named.map(({ name, signal, background }) => ({ name, x: signal, y: background })),
  });
};
