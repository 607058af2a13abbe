/** Our numbers beside the published ones, with a word on each about whether they may be compared. */
import type { Table } from '../../report/index.ts';
import { referenceRows } from './reference.ts';
import type { DistillNetSummary } from './summary.ts';

/** Our value of each published quantity. */
function ourValues(summary: DistillNetSummary): Readonly<Record<string, number>> {
  const { missingResolution, hardware } = summary;
  const gain = (source: 'teacher' | 'student'): number =>
    100 * (1 - missingResolution[source].value / missingResolution.puppi.value);
  return {
    'float.accuracyAsPrinted': summary.float.accuracyAsPrinted,
    'fixed.accuracyAsPrinted': summary.fixed.accuracyAsPrinted,
    'puppi.accuracyAsPrinted': summary.puppi.accuracyAsPrinted,
    'float.accuracy': summary.float.accuracy,
    'fixed.accuracy': summary.fixed.accuracy,
    'missing.gainTeacher': gain('teacher'),
    'missing.gainStudent': gain('student'),
    'student.parameters': summary.float.parameters,
    'quantized.parameters': summary.fixed.parameters,
    'quantized.sparsity': 100 * summary.fixed.sparsity,
    'hardware.latencyNs': hardware.latencyNs,
    'hardware.initiationInterval': hardware.initiationInterval,
    'hardware.resources.lut': hardware.resources.lut,
    'hardware.resources.ff': hardware.resources.ff,
    'hardware.resources.dsp': hardware.resources.dsp,
    'hardware.resources.bram': hardware.resources.bram,
  };
}

const names: Readonly<Record<string, string>> = {
  'float.accuracyAsPrinted': 'DistillNet accuracy, float',
  'fixed.accuracyAsPrinted': 'QDistillNet accuracy, on the gates',
  'puppi.accuracyAsPrinted': 'Puppi accuracy',
  'float.accuracy': 'DistillNet accuracy by min(ρ, 1/ρ)',
  'fixed.accuracy': 'QDistillNet accuracy by min(ρ, 1/ρ)',
  'missing.gainTeacher': 'MET resolution gain over Puppi, teacher',
  'missing.gainStudent': 'MET resolution gain over Puppi, student',
  'student.parameters': 'DistillNet parameters',
  'quantized.parameters': 'QDistillNet parameters',
  'quantized.sparsity': 'QDistillNet zero weights',
  'hardware.latencyNs': 'latency',
  'hardware.initiationInterval': 'initiation interval',
  'hardware.resources.lut': 'LUT',
  'hardware.resources.ff': 'FF',
  'hardware.resources.dsp': 'DSP',
  'hardware.resources.bram': 'BRAM',
};

/** The comparison as a table; with `notes`, a last column says why a row is or is not comparable. */
export function publishedComparison(summary: DistillNetSummary, notes: boolean): Table {
  const ours = ourValues(summary);
  return {
    columns: [
      { header: 'quantity' },
      { header: 'ours', align: 'right' },
      { header: 'published', align: 'right' },
      { header: 'unit' },
      { header: 'comparable' },
      ...(notes ? [{ header: 'why' }] : []),
    ],
    rows: referenceRows.map((row) => [
      names[row.quantity] ?? row.quantity,
      rounded(ours[row.quantity]),
      row.published,
      row.unit,
      row.comparable ? 'yes' : 'no',
      ...(notes ? [row.note] : []),
    ]),
  };
}

/** One decimal is what the published numbers have. */
function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.round(10 * value) / 10;
}
