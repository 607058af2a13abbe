/** Figures of a trace: distributions against the range of their format, and errors layer by layer. */
import { heatMap, type ReportFigure, stepHistogram } from '../../report/index.ts';
import { rangeText } from './flags.ts';
import type { LayerTrace, Trace } from './layer-trace.ts';
import { roleText } from './summary.ts';

const BINS = 64;

/** A range this much wider than the values is told in words, not drawn: the values would be a line. */
const WIDEST = 8;

/** Float and fixed values of a layer, with the range of its format as a box. */
export function distributionFigure(layer: LayerTrace): ReportFigure {
  const { float, fixed } = layer.values;
  const low = Math.min(layer.low, layer.floatLow);
  const high = Math.max(layer.high, layer.floatHigh);
  const { range } = layer;
  const span = Math.max(high - low, 2 ** -Math.max(...layer.fractions));
  const isShown = range !== null && range[1] - range[0] <= WIDEST * span;
  const [from, to] = isShown ? [Math.min(low, range[0]), Math.max(high, range[1])] : [low, low + span];
  const margin = (to - from) * 0.03;
  const edges = Array.from({ length: BINS + 1 }, (_, k) => from - margin + ((to - from + 2 * margin) * k) / BINS);
  const series = [
    { name: 'float', counts: histogram(float, edges) },
    { name: 'fixed', counts: histogram(fixed, edges) },
  ];
  const top = Math.max(...series.flatMap(({ counts }) => counts));
  const box = {
    name: `range of ${layer.format}`,
    counts: isShown ? inside(edges, range).map((is) => (is ? top : 0)) : [],
  };
  return {
    svg: stepHistogram({
      title: `${layer.name}: values`,
      height: 250,
      x: { label: 'value', min: edges[0]!, max: edges.at(-1)! },
      y: { label: 'values per bin', scale: 'log', min: 0.6 },
      edges,
      series: isShown ? [...series, box] : series,
    }),
    caption: `Values of **${layer.name}** over all samples. ${
      range === null
        ? 'Elements have formats of their own.'
        : isShown
          ? `The box is the range of \`${layer.format}\`.`
          : `The range of \`${layer.format}\`, ${rangeText(range)}, is more than ${WIDEST} times as wide as the values.`
    }`,
  };
}

/** |value| by powers of two, with the weights of the format's bits as a box. */
export function magnitudeFigure(layer: LayerTrace): ReportFigure | null {
  const { range, format, fractions } = layer;
  if (range === null || format === null) return null;
  const lowest = -fractions[0]!;
  const highest = exponent(Math.max(-range[0] / 2, range[1]));
  const { float, fixed } = layer.values;
  const top = Math.max(highest, exponent(Math.max(layer.floatHigh, -layer.floatLow, layer.high, -layer.low))) + 1;
  const bottom = lowest - 3;
  const edges = Array.from({ length: top - bottom + 2 }, (_, k) => bottom + k);
  const counts = (values: Float64Array): number[] => {
    const bins = edges.slice(1).map(() => 0);
    for (const value of values) bins[value === 0 ? 0 : Math.max(0, exponent(Math.abs(value)) - bottom)]!++;
    return bins;
  };
  const series = [
    { name: 'float', counts: counts(float) },
    { name: 'fixed', counts: counts(fixed) },
  ];
  const most = Math.max(...series.flatMap((one) => one.counts));
  const box = {
    name: `bits of ${format}`,
    counts: edges.slice(0, -1).map((edge) => (edge >= lowest && edge <= highest ? most : 0)),
  };
  return {
    svg: stepHistogram({
      title: `${layer.name}: magnitudes`,
      height: 230,
      x: { label: 'log₂ |value|', min: bottom, max: edges.at(-1)! },
      y: { label: 'values', scale: 'log', min: 0.6 },
      edges,
      series: [...series, box],
    }),
    caption: `The same by powers of two; the leftmost bin holds zeros and everything below 2^${bottom + 1}. The box spans the weights of the bits of \`${format}\`: values right of it are lost, empty bins at its right end are unused integer bits.`,
  };
}

/** Shares of values by |difference|, relative to the largest |float value| of the layer, for all layers. */
export function errorFigure(trace: Trace): ReportFigure {
  const limits = [0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];
  const columns = ['0', '< 1e-5', '< 1e-4', '< 1e-3', '< 0.01', '< 0.1', '< 1', 'more'];
  const values = trace.layers.map((layer) => {
    const { float, fixed } = layer.values;
    const size = Math.max(Math.abs(layer.floatLow), Math.abs(layer.floatHigh)) || 1;
    const counts = columns.map(() => 0);
    for (const [k, value] of float.entries()) {
      const error = Math.abs(value - fixed[k]!) / size;
      const at = error === 0 ? 0 : limits.findIndex((limit) => error < limit);
      counts[at < 0 ? columns.length - 1 : at]!++;
    }
    return counts.map((count) => (count === 0 ? undefined : (100 * count) / float.length));
  });
  return {
    svg: heatMap({
      title: 'Difference of float and fixed point',
      height: 140 + 26 * trace.layers.length,
      x: '|difference| / largest |float value| of the layer',
      y: 'layer',
      columns,
      rows: trace.layers.map((layer) => layer.name),
      values,
      value: { label: 'values', unit: '%', min: 0, max: 100 },
      format: shareText,
    }),
    caption:
      'Share of values by how far the fixed-point value is from the float value. Mass that moves right from one layer to the next is error that the layer adds or magnifies.',
  };
}

/** Distribution of rounding errors by layer and role; null where nothing is rounded. */
export function roundingFigure(trace: Trace): ReportFigure | null {
  const groups = trace.layers.flatMap((layer) =>
    layer.casts.flatMap((group) =>
      group.rounding === null ? [] : [{ name: `${layer.name} ${roleText(group.role)}`, ...group.rounding }],
    ),
  );
  if (groups.length === 0) return null;
  // Two bins of the statistics are one column, so that the shares can be written into the cells.
  const columns = groups[0]!.histogram.length / 2;
  return {
    svg: heatMap({
      title: 'Rounding errors',
      height: 140 + 26 * groups.length,
      x: 'exact − rounded, in units of the last bit (left end of the bin)',
      y: 'casts',
      columns: Array.from({ length: columns }, (_, k) => String(-1 + (2 * k) / columns)),
      rows: groups.map(({ name }) => name),
      values: groups.map(({ histogram: counts, count }) =>
        Array.from({ length: columns }, (_, k) => {
          const both = counts[2 * k]! + counts[2 * k + 1]!;
          return both === 0 ? undefined : (100 * both) / count;
        }),
      ),
      value: { label: 'casts', unit: '%', min: 0, max: 100 },
      format: shareText,
    }),
    caption:
      'What rounding removed. Truncation (`AP_TRN`) takes 0 to 1 and shifts every value down by half a unit on average; rounding to nearest is centred.',
  };
}

/** A share in percent, for a cell. */
function shareText(share: number): string {
  return share < 0.1 ? '< 0.1' : share.toFixed(share < 9.95 ? 1 : 0);
}

function histogram(values: Float64Array, edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length - 1 }, () => 0);
  const [from, to] = [edges[0]!, edges.at(-1)!];
  for (const value of values) {
    const bin = Math.floor(((value - from) / (to - from)) * counts.length);
    counts[Math.min(counts.length - 1, Math.max(0, bin))]!++;
  }
  return counts;
}

/** Whether the middle of each bin is in the range. */
function inside(edges: readonly number[], [low, high]: readonly [number, number]): boolean[] {
  return edges.slice(1).map((edge, k) => (edge + edges[k]!) / 2 >= low && (edge + edges[k]!) / 2 <= high);
}

/** Exponent of the leading bit of a positive double, exactly; −1023 for 0 and subnormal numbers. */
function exponent(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return ((view.getUint32(0) >>> 20) & 0x7ff) - 1023;
}
