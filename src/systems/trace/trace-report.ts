/** The HTML report of a trace: what went wrong first, then the layers in numbers and pictures. */
import { formatNumber, htmlReport, type ReportSection, type ReportTable } from '../../report/index.ts';
import { distributionFigure, errorFigure, magnitudeFigure, roundingFigure } from './figures.ts';
import { type Flag, flagsOf } from './flags.ts';
import type { LayerTrace, Trace } from './layer-trace.ts';
import { castTable, layerTable, rtlText } from './summary.ts';
import { valueTable } from './value-rows.ts';

/** Facts for the head of the report, as name and value. */
export type ReportFacts = readonly (readonly [name: string, value: string])[];

/** Elements with the largest differences that a layer's section lists. */
const WORST = 6;

/** Write a trace as one self-contained HTML page. */
export function traceReport(trace: Trace, facts: ReportFacts = []): string {
  const flags = flagsOf(trace);
  const rounding = roundingFigure(trace);
  return htmlReport({
    title: `Trace of ${trace.model}`,
    summary: summaryText(trace, flags),
    facts,
    sections: [
      flagSection(flags),
      {
        heading: 'Layers',
        tables: [
          {
            caption: 'Float against fixed point; overflows and clippings count values, max |value| is before them.',
            ...layerTable(trace, 'page'),
          },
        ],
      },
      { heading: 'Where errors come from', figures: [errorFigure(trace), ...(rounding === null ? [] : [rounding])] },
      {
        heading: 'Casts',
        paragraphs: [
          'A cast is the only place where a value can be rounded or leave its range. A product or partial sum **outside** its range is not **lost** where the sum itself fits, because wrapping additions agree modulo the accumulator; a table clamps its input by design. Errors are exact minus rounded operand.',
        ],
        tables: [castsTable(trace)],
      },
      { heading: 'Layer by layer', sections: trace.layers.map((layer) => layerSection(layer, trace, flags)) },
    ],
  });
}

function summaryText(trace: Trace, flags: readonly Flag[]): string {
  const layersWith = (kind: Flag['kind']): string[] => [
    ...new Set(flags.filter((flag) => flag.kind === kind).map((flag) => flag.layer)),
  ];
  const named = (names: readonly string[], what: string): string =>
    names.length === 0 ? `No value ${what}` : `Values of **${names.join('**, **')}** ${what}`;
  const samples = `${formatNumber(trace.samples)} sample${trace.samples === 1 ? '' : 's'}`;
  const wrong = layersWith('mismatch');
  const rtl =
    trace.rtl === null
      ? ''
      : wrong.length > 0
        ? ` The simulated RTL **differs** from the circuit in ${wrong.join(', ')}.`
        : ` The simulated RTL equals the circuit in all ${formatNumber(trace.rtl.compared)} values compared, each in its cycle.`;
  const clipped = layersWith('saturation');
  const also = clipped.length === 0 ? 'none is clipped' : `those of ${clipped.join(', ')} are clipped`;
  return `${named(layersWith('overflow'), 'overflow')} and ${also} on ${samples} (${trace.profile} profile).${rtl}`;
}

function flagSection(flags: readonly Flag[]): ReportSection {
  if (flags.length === 0) return { heading: 'Flags', paragraphs: ['Nothing to flag.'] };
  return {
    heading: 'Flags',
    tables: [
      {
        caption: 'What to look at, the worst first.',
        columns: [{ header: 'kind' }, { header: 'remark' }],
        rows: flags.map(({ kind, text }) => [kind, text]),
      },
    ],
  };
}

function castsTable(trace: Trace): ReportTable {
  return {
    caption: 'Casts by layer, purpose and format; mean and rms of the rounding errors in units of the last bit.',
    ...castTable(trace),
  };
}

function layerSection(layer: LayerTrace, trace: Trace, flags: readonly Flag[]): ReportSection {
  const magnitude = magnitudeFigure(layer);
  const merged =
    layer.standsFor === layer.name ? '' : ` It carries the value of the network's layer \`${layer.standsFor}\`.`;
  const { max, rms, rmsLsb, worst } = layer.difference;
  const units = layer.asked ? ` (${formatNumber(rmsLsb)} units of the last bit)` : '';
  const rtl = layer.stage === null ? '' : ` Simulated RTL: ${rtlText(layer)}.`;
  return {
    heading: layer.name,
    paragraphs: [
      `${layer.kind}, ${layer.formats.replaceAll(/(ap_u?fixed<[^>]*>)/g, '`$1`')}.${merged} Differences from the float model: at most ${formatNumber(max)} (sample ${worst.sample}, element ${worst.element}), ${formatNumber(rms)}${units} in quadratic mean.${rtl}`,
      ...flags
        .filter((flag) => flag.layer === layer.name)
        .map((flag) => `**${flag.kind}** ${flag.text.slice(layer.name.length + 2)}.`),
    ],
    figures: trace.samples === 1 ? [] : [distributionFigure(layer), ...(magnitude === null ? [] : [magnitude])],
    tables: [
      trace.samples === 1
        ? { caption: `All values of ${layer.name}.`, ...valueTable(layer, 0, 'page') }
        : worstElements(layer, trace.samples),
    ],
  };
}

function worstElements(layer: LayerTrace, samples: number): ReportTable {
  const { float, fixed, lost } = layer.values;
  const rows = Array.from({ length: layer.elements }, (_, element) => {
    let [max, sum, outside] = [0, 0, 0];
    for (let k = element; k < float.length; k += layer.elements) {
      const difference = fixed[k]! - float[k]!;
      max = Math.max(max, Math.abs(difference));
      sum += difference;
      if (lost[k]! !== 0) outside++;
    }
    return { element, max, mean: sum / samples, outside };
  }).toSorted((a, b) => b.max - a.max || a.element - b.element);
  return {
    caption: `Elements of ${layer.name} with the largest differences (fixed minus float).`,
    columns: [
      { header: 'element' },
      { header: 'max |difference|' },
      { header: 'mean difference' },
      { header: 'samples lost to overflow or clipping' },
    ],
    rows: rows.slice(0, WORST).map(({ element, max, mean, outside }) => [element, max, mean, outside]),
  };
}
