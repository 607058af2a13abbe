/** Single values of a trace side by side, for tables, CSV and JSON. */
import { type Cell, formatNumber, type Table } from '../../report/index.ts';
import { type LayerTrace, LOST, type Trace } from './layer-trace.ts';
import { quoted } from './quoted.ts';

/** One element of one layer for one sample. */
export interface ValueRow {
  readonly element: number;
  readonly float: number;
  /** Before the last cast; null where there is none. */
  readonly exact: number | null;
  readonly fixed: number;
  readonly code: bigint;
  /** Code in the simulated RTL; null without a simulation, and where nothing reads the element. */
  readonly rtl: bigint | null;
  /** Fixed minus float. */
  readonly difference: number;
  readonly differenceLsb: number;
  readonly flags: readonly ('overflow' | 'saturated' | 'rtl')[];
}

/** List the values of a layer for one sample. */
export function valueRows(layer: LayerTrace, sample: number): ValueRow[] {
  const { float, fixed, codes, exact, lost } = layer.values;
  const wrong = new Map(
    (layer.rtlDifferences ?? []).filter((one) => one.sample === sample).map((one) => [one.element, one.found]),
  );
  return Array.from({ length: layer.elements }, (_, element): ValueRow => {
    const k = sample * layer.elements + element;
    const code = BigInt(codes[k]!);
    const rtl = layer.rtlBuilt?.[element] === true ? (wrong.get(element) ?? code) : null;
    const difference = fixed[k]! - float[k]!;
    return {
      element,
      float: float[k]!,
      exact: Number.isNaN(exact[k]!) ? null : exact[k]!,
      fixed: fixed[k]!,
      code,
      rtl,
      difference,
      differenceLsb: difference * 2 ** layer.fractions[element]!,
      flags: [
        ...((lost[k]! & LOST.overflow) === 0 ? [] : (['overflow'] as const)),
        ...((lost[k]! & LOST.saturation) === 0 ? [] : (['saturated'] as const)),
        ...(wrong.has(element) ? (['rtl'] as const) : []),
      ],
    };
  });
}

/** The values of a layer for one sample as a table; for a page with the difference in one unit only. */
export function valueTable(layer: LayerTrace, sample: number, width: 'terminal' | 'page' = 'terminal'): Table {
  const isAbsolute = width === 'terminal' || !layer.asked;
  const hasRtl = layer.rtlDifferences !== null;
  const rows = valueRows(layer, sample);
  const exactCell = (value: number | null): Cell => (value === null ? null : digits(value));
  return {
    columns: [
      { header: 'element' },
      { header: 'float', align: 'right' },
      { header: 'before cast', align: 'right' },
      { header: 'fixed', align: 'right' },
      { header: 'code' },
      ...(hasRtl ? [{ header: 'RTL' }] : []),
      ...(isAbsolute ? [{ header: 'difference', align: 'right' as const }] : []),
      ...(layer.asked ? [{ header: 'off by', unit: 'LSB', decimals: 2 }] : []),
      { header: 'flags' },
    ],
    rows: rows.map((row) => [
      row.element,
      digits(row.float),
      exactCell(row.exact),
      digits(row.fixed),
      row.code,
      ...(hasRtl ? [row.rtl] : []),
      ...(isAbsolute ? [digits(row.difference)] : []),
      ...(layer.asked ? [row.differenceLsb] : []),
      row.flags.map((flag) => (flag === 'rtl' ? 'RTL differs' : flag)).join(', '),
    ]),
  };
}

/** Six significant digits: more than a format of 16 bits tells apart. */
function digits(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(6))) : formatNumber(value);
}

/** All values of all samples as CSV, one line per value. */
export function valuesCsv(trace: Trace): string {
  const lines = ['layer,sample,element,float,exact,fixed,code,rtl,difference,difference_lsb,flags'];
  for (const layer of trace.layers) {
    for (let sample = 0; sample < trace.samples; sample++) {
      for (const row of valueRows(layer, sample)) {
        lines.push(
          [
            quoted(layer.name),
            sample,
            row.element,
            row.float,
            row.exact ?? '',
            row.fixed,
            row.code,
            row.rtl ?? '',
            row.difference,
            row.differenceLsb,
            row.flags.join(' '),
          ].join(','),
        );
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
