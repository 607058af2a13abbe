/** What became of each edit, by ground truth and proof, and how often by design and class. */
import type { Cell, Table } from '../../src/report/index.ts';
import { EDIT_CLASSES, type EditClass } from './edit.ts';
import type { Truth } from './ground-truth.ts';
import type { EmittedVerdict } from './verdict.ts';

/**
 * - `caught`: behaviour is changed, and the proof says so.
 * - `equal`: it is not, and the proof says so.
 * - `refused`: the text is not Verilog, or changed so that the proof does not read it, and it is reported as that.
 * - `missed`: changed or no Verilog, but proved.
 * - `false alarm`: not changed, but reported as different or refused.
 * - `open`: the proof reached its bounds.
 */
export const OUTCOMES = ['caught', 'equal', 'refused', 'missed', 'false alarm', 'open'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Judge a verdict by the truth. */
export function judge(truth: Truth, { verdict }: EmittedVerdict): Outcome {
  if (verdict === 'open') return 'open';
  if (verdict === 'proved') return truth.kind === 'same' ? 'equal' : 'missed';
  if (truth.kind === 'same') return 'false alarm';
  return truth.kind === 'refused' || verdict === 'refused' ? 'refused' : 'caught';
}

export interface JudgedEdit {
  readonly design: string;
  readonly class: EditClass;
  readonly outcome: Outcome;
}

/** Count outcomes by design and class, then by class over all designs, then all together. */
export function tallyTable(judged: readonly JudgedEdit[]): Table {
  const designs = [...new Set(judged.map(({ design }) => design))];
  const counts = (edits: readonly JudgedEdit[]): readonly Cell[] => [
    edits.length,
    ...OUTCOMES.map((outcome) => edits.filter((edit) => edit.outcome === outcome).length),
  ];
  const rows = designs.flatMap((design) =>
    EDIT_CLASSES.map((name) => {
      const own = judged.filter((edit) => edit.design === design && edit.class === name);
      return { own, row: [design, name, ...counts(own)] };
    }),
  );
  return {
    columns: ['design', 'class', 'edits', ...OUTCOMES].map((header) => ({ header })),
    rows: [
      ...rows.filter(({ own }) => own.length > 0).map(({ row }) => row),
      ...EDIT_CLASSES.map((name) => ['all', name, ...counts(judged.filter((edit) => edit.class === name))]),
      ['all', 'all', ...counts(judged)],
    ],
  };
}
