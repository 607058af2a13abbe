/**
 * The arrays of an event file: names, rows, and which axes they share.
 *
 * The first four are the published data sets of DistillNet (Zenodo 10670352 and 10670183), read as the published code
 * reads them (github.com/tbrandes01/DistillNet, data_helpers.py): rows 0 to 3 of the inputs are px, py, pz and E, from
 * which that code computes η, φ, ln pT and ln E when it loads them. Vectors of `data_abc` and `data_puppi` belong to the
 * inputs column by column. The rest is what a generated event knows more, under names of our own. Columns of zeros pad.
 */
import { speciesNames } from '../../../physics/index.ts';

/** What columns are, for arrays that share them: reconstructed or generated particles, those of the twin, collisions. */
export type ColumnAxis = 'particles' | 'generated' | 'twin' | 'pileup';

/** Layout of one array: its shape is [rows?, events, columns?]. */
export interface ArrayLayout {
  /** Names of the rows; null for an array without that axis. */
  readonly rows: readonly string[] | null;
  /** What the columns are; null for an array without that axis. */
  readonly columns: ColumnAxis | null;
  /** Element type that is written; any number is read. */
  readonly type: 'f4' | 'f8' | 'i1' | 'i4';
}

const vector = ['px', 'py', 'pz', 'energy'] as const;

/** Rows of particles: GeV, mm, weight in [0, 1], charge −1, 0 or 1, then a one-hot code of the species. */
export const inputRows: readonly string[] = [...vector, 'd0', 'dz', 'weight', 'charge', ...speciesNames];

/** Rows of weighted vectors: GeV, and a weight in [0, 1]. */
export const vectorRows: readonly string[] = [...vector, 'weight'];

/** Name of an array of an event file. */
export type ArrayName =
  | 'distill_inputs_default'
  | 'data_puppi'
  | 'data_abc'
  | 'data_gen'
  | 'truth'
  | 'vertex'
  | 'twin_inputs'
  | 'twin_vertex'
  | 'pileup_vertices'
  | 'vertices'
  | 'missing'
  | 'invisible';

/** Layouts by name. */
export const eventLayout: Readonly<Record<ArrayName, ArrayLayout>> = {
  distill_inputs_default: { rows: inputRows, columns: 'particles', type: 'f4' },
  data_puppi: { rows: vectorRows, columns: 'particles', type: 'f4' },
  data_abc: { rows: vectorRows, columns: 'particles', type: 'f4' },
  data_gen: { rows: vectorRows, columns: 'generated', type: 'f4' },
  truth: { rows: null, columns: 'particles', type: 'f4' },
  vertex: { rows: null, columns: 'particles', type: 'i1' },
  twin_inputs: { rows: inputRows, columns: 'twin', type: 'f4' },
  twin_vertex: { rows: null, columns: 'twin', type: 'i1' },
  pileup_vertices: { rows: null, columns: null, type: 'i4' },
  vertices: { rows: null, columns: 'pileup', type: 'f4' },
  missing: { rows: ['x', 'y'], columns: null, type: 'f8' },
  invisible: { rows: ['x', 'y'], columns: null, type: 'f8' },
};

/** Weights may lie this far outside [0, 1], where rounding took them. */
export const weightRounding = 1e-6;

/** Arrays that every event file has. */
export const requiredArrays: readonly ArrayName[] = ['distill_inputs_default', 'data_puppi', 'data_gen'];

/** Arrays that a file of generated events has besides; all of them or none. */
export const generatedArrays: readonly ArrayName[] = [
  'truth',
  'vertex',
  'twin_inputs',
  'twin_vertex',
  'pileup_vertices',
  'vertices',
  'missing',
  'invisible',
];

/** What an event file holds: its arrays, how many events, and how many columns of each kind. */
export interface EventShape {
  readonly names: ReadonlySet<ArrayName>;
  readonly events: number;
  readonly widths: Readonly<Record<ColumnAxis, number>>;
}

/** Position of the axis of events. */
export const eventAxis = (name: ArrayName): 0 | 1 => (eventLayout[name].rows === null ? 0 : 1);

/** Shape of an array as it is written. */
export function arrayShape(name: ArrayName, events: number, widths: EventShape['widths']): number[] {
  const { rows, columns } = eventLayout[name];
  return [...(rows === null ? [] : [rows.length]), events, ...(columns === null ? [] : [widths[columns]])];
}
