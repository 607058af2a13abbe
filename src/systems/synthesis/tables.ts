/** Synthesis in tables: what every layer takes, our estimate beside it, and the shares of the part. */
import type { PartCount } from '../../estimation/index.ts';
import type { Cell, Column, Table } from '../../report/index.ts';
import { RESOURCE_KINDS } from '../part-fit.ts';
import type { ProjectSynthesis } from './synthesize-project.ts';
import type { LayerSynthesis } from './synthesized-layers.ts';
import { designCount } from './synthesize-project.ts';

/** A row of figures: a layer, all layers, or the whole. */
type Row = Omit<LayerSynthesis, 'module'>;

/** Layers, then their sum, then the flattened whole. */
function rowsOf({ layers, kept, flattened, estimate, timing }: ProjectSynthesis): Row[] {
  const slowestNs = timing?.criticalNs ?? null;
  return [
    ...layers,
    ...(kept === null ? [] : [{ layer: 'sum', kind: null, yosys: kept, estimate, slowestNs }]),
    ...(flattened === null ? [] : [{ layer: 'flattened', kind: null, yosys: flattened, estimate, slowestNs }]),
  ];
}

/** Difference of an estimate from a count in percent of the count; null where either is absent or the count is 0. */
export function errorPercent(estimate: number | undefined, count: number): number | null {
  return estimate === undefined || count === 0 ? null : (100 * (estimate - count)) / count;
}

/** What Yosys counts, by layer and for the whole. */
export function countTable(result: ProjectSynthesis): Table {
  return {
    columns: [
      { header: 'layer' },
      { header: 'kind' },
      ...['LUT', 'FF', 'CARRY4', 'CARRY8', 'DSP', 'BRAM', 'depth'].map((header): Column => ({
        header,
        align: 'right',
      })),
    ],
    rows: rowsOf(result).map(({ layer, kind, yosys: { lut, ff, carry4, carry8, dsp, bram, depth } }) => [
      layer,
      kind ?? '',
      lut,
      ff,
      carry4,
      carry8,
      dsp,
      bram,
      depth,
    ]),
  };
}

/** Our estimate beside the counts of Yosys; the slowest path is by our delay model alone. */
export function estimateTable(result: ProjectSynthesis): Table {
  const signed = (percent: number | null): Cell =>
    percent === null ? null : `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent).toFixed(1)}`;
  const beside = (kind: 'lut' | 'ff', { yosys, estimate }: Row): Cell[] => [
    estimate?.[kind],
    yosys[kind],
    signed(errorPercent(estimate?.[kind], yosys[kind])),
  ];
  const columns = (name: string): Column[] => [
    { header: `${name} estimated`, align: 'right' },
    { header: 'Yosys', align: 'right' },
    { header: 'error', unit: '%', align: 'right' },
  ];
  return {
    columns: [
      { header: 'layer' },
      ...columns('LUT'),
      ...columns('FF'),
      { header: 'slowest path', unit: 'ns', align: 'right' },
    ],
    rows: rowsOf(result).map((row) => [
      row.layer,
      ...beside('lut', row),
      ...beside('ff', row),
      row.slowestNs?.toFixed(2),
    ]),
  };
}

/** Resources in words. */
const names: Readonly<Record<keyof PartCount, string>> = {
  lut: 'LUT',
  ff: 'FF',
  dsp: 'DSP',
  bram: 'BRAM (36 Kb)',
};

/** A resource of the part, and what the design takes of it. */
export interface Share {
  readonly name: string;
  readonly used: number;
  readonly whole: number;
}

/** List what the design takes of the part. */
export function shares(result: ProjectSynthesis): readonly Share[] {
  const count = designCount(result);
  return RESOURCE_KINDS.map((kind) => ({ name: names[kind], used: count[kind], whole: result.part[kind] }));
}

/** What the design takes of the part, in percent. */
export function shareTable(result: ProjectSynthesis): Table {
  return {
    columns: [{ header: result.part.die }, { header: 'used' }, { header: 'of' }, { header: 'share', unit: '%' }],
    rows: shares(result).map(({ name, used, whole }) => [name, used, whole, whole === 0 ? null : (100 * used) / whole]),
  };
}
