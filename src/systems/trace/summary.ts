/** A trace in numbers: the table of layers, the table of casts, CSV and JSON. */
import type { Cell, Table } from '../../report/index.ts';
import type { CastStatistics } from './cast-statistics.ts';
import { type Flag, flagsOf, rangeText } from './flags.ts';
import type { LayerTrace, Trace } from './layer-trace.ts';
import { quoted } from './quoted.ts';
import { valueRows } from './value-rows.ts';

/** Values that wrapped or were clipped in a layer, harmless ones left out. */
export function losses(layer: LayerTrace): { readonly overflows: number; readonly saturations: number } {
  const real = layer.casts.filter((group) => !group.modular);
  const clipping = real.filter((group) => group.role !== 'table');
  return {
    overflows: real.reduce((sum, group) => sum + group.overflow.occurrences, 0),
    saturations: clipping.reduce((sum, group) => sum + group.saturation.occurrences, 0),
  };
}

/** Largest |value| of a layer before anything was lost. */
export function largestValue(layer: LayerTrace): number {
  const before = layer.casts.filter((group) => !group.modular && group.role !== 'table' && group.role !== 'internal');
  return Math.max(...[layer, ...before].flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
}

/** One row per input and layer; for a page without what its other parts show. */
export function layerTable(trace: Trace, width: 'terminal' | 'page' = 'terminal'): Table {
  const isWide = width === 'terminal';
  const hasRtl = isWide && trace.rtl !== null;
  return {
    columns: [
      { header: 'layer' },
      ...(isWide ? [{ header: 'kind' }] : []),
      { header: 'format' },
      ...(isWide ? [{ header: 'max |diff.|' }] : []),
      { header: 'rms diff.' },
      ...(isWide ? [{ header: 'max', unit: 'LSB' }] : []),
      ...(isWide ? [{ header: 'rms', unit: 'LSB' }] : []),
      { header: 'overflows' },
      { header: 'clipped' },
      { header: 'max |value|' },
      ...(isWide ? [{ header: 'range', align: 'right' as const }] : []),
      ...(hasRtl ? [{ header: 'RTL', align: 'right' as const }] : []),
    ],
    rows: trace.layers.map((layer): Cell[] => {
      const { overflows, saturations } = losses(layer);
      const { max, rms, maxLsb, rmsLsb } = layer.difference;
      return [
        layer.name,
        ...(isWide ? [layer.kind] : []),
        layer.format ?? 'by element',
        ...(isWide ? [max] : []),
        rms,
        // In units of a last bit that nobody asked for a difference says nothing.
        ...(isWide ? [layer.asked ? maxLsb : null, layer.asked ? rmsLsb : null] : []),
        overflows,
        saturations,
        largestValue(layer),
        ...(isWide ? [layer.range === null ? null : rangeText(layer.range)] : []),
        ...(hasRtl ? [rtlText(layer)] : []),
      ];
    }),
  };
}

/** Say how the simulated RTL compares at a layer. */
export function rtlText({ stage, rtlDifferences }: LayerTrace): string {
  if (stage === null || rtlDifferences === null) return '–';
  return rtlDifferences.length === 0 ? `equal, stage ${stage}` : `${rtlDifferences.length} differ`;
}

const roles: Readonly<Record<CastStatistics['role'], string>> = {
  input: 'input',
  product: 'product',
  partial: 'partial sum',
  accumulator: 'accumulator',
  table: 'table input',
  rectifier: 'rectifier',
  internal: 'internal',
  result: 'result',
};

/** Name a role for people. */
export const roleText = (role: CastStatistics['role']): string => roles[role];

/** One row per role and format of each layer; rectifiers, which lose nothing, are left out. */
export function castTable(trace: Trace): Table {
  return {
    columns: [
      { header: 'layer' },
      { header: 'cast' },
      { header: 'format' },
      { header: 'outside' },
      { header: 'lost' },
      { header: 'mean' },
      { header: 'rms' },
    ],
    rows: trace.layers.flatMap((layer) =>
      layer.casts
        .filter((group) => group.role !== 'rectifier')
        .map((group): Cell[] => {
          const outside = group.overflow.events + group.saturation.events;
          const isClamp = group.role === 'table' && group.saturation.events > 0;
          return [
            layer.name,
            roleText(group.role),
            group.format,
            outside,
            group.modular || isClamp ? 0 : outside,
            group.rounding?.mean,
            group.rounding?.rms,
          ];
        }),
    ),
  };
}

/** The layers as CSV, one line each. */
export function layersCsv(trace: Trace): string {
  const header =
    'layer,kind,stands_for,elements,formats,max_difference,mean_difference,rms_difference,max_lsb,mean_lsb,rms_lsb,overflows,saturations,constant,low,high,float_low,float_high,could_be,rtl_differences';
  const lines = trace.layers.map((layer) => {
    const { overflows, saturations } = losses(layer);
    const { max, mean, rms, maxLsb, meanLsb, rmsLsb } = layer.difference;
    const cells: (string | number)[] = [
      quoted(layer.name),
      layer.kind,
      quoted(layer.standsFor),
      layer.elements,
      quoted(layer.formats),
    ];
    cells.push(max, mean, rms, maxLsb, meanLsb, rmsLsb, overflows, saturations, layer.constant.length);
    cells.push(layer.low, layer.high, layer.floatLow, layer.floatHigh, quoted(layer.couldBe ?? ''));
    cells.push(layer.rtlDifferences?.length ?? '');
    return cells.join(',');
  });
  return `${[header, ...lines].join('\n')}\n`;
}

/** A trace as JSON data: statistics and remarks, and the values themselves if there is one sample. */
export function traceRecord(trace: Trace): Readonly<Record<string, unknown>> {
  const flags: readonly Flag[] = flagsOf(trace);
  return {
    model: trace.model,
    profile: trace.profile,
    samples: trace.samples,
    rtl: trace.rtl,
    flags,
    layers: trace.layers.map((layer) => {
      const { values: _large, rtlDifferences, ...rest } = layer;
      return {
        ...rest,
        ...losses(layer),
        rtlDifferences: rtlDifferences?.map((one) => ({
          ...one,
          expected: String(one.expected),
          found: String(one.found),
        })),
        ...(trace.samples === 1 && {
          values: valueRows(layer, 0).map((row) => ({
            ...row,
            code: String(row.code),
            rtl: row.rtl === null ? null : String(row.rtl),
          })),
        }),
      };
    }),
  };
}
