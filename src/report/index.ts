/** Plain data in, text out: SVG figures, tables, and a self-contained HTML report. */
export { type BarChart, barChart, type BarSeries } from './svg/bar-chart.ts';
export {
  type ChainDiagram,
  chainDiagram,
  type ChainLink,
  type ChainNode,
  type LinkState,
} from './svg/chain-diagram.ts';
export { type PlotOptions, plotSizes } from './svg/frame.ts';
export { type Gauge, type GaugeChart, gaugeChart } from './svg/gauge-chart.ts';
export { type HeatMap, heatMap, type HeatMapBins } from './svg/heat-map.ts';
export { type LinePlot, linePlot } from './svg/line-plot.ts';
export { type RocCurve, rocCurve, type RocSeries } from './svg/roc-curve.ts';
export type { Axis } from './svg/scale.ts';
export { type ScatterPlot, scatterPlot, type ScatterSeries } from './svg/scatter-plot.ts';
export type { Series } from './svg/series.ts';
export { type HistogramSeries, type StepHistogram, stepHistogram } from './svg/step-histogram.ts';
export {
  htmlReport,
  type Report,
  type ReportCode,
  type ReportFigure,
  type ReportSection,
  type ReportTable,
} from './html.ts';
export {
  type Cell,
  type Column,
  formatNumber,
  formatQuantity,
  markdownTable,
  type NumberFormat,
  progressBar,
  type Table,
  textTable,
  type TextTableOptions,
} from './table.ts';
export { type Waveform, waveform, type WaveformSignal, type WaveformSpan } from './waveform.ts';
