/** Our numbers beside the published ones, with a word on each about whether they may be compared. */
import type { Measurement } from '../../../physics/index.ts';
import type { Table } from '../../../report/index.ts';
import type { TeacherAgreement } from '../evaluation/evaluate-weights.ts';
import { bestTime } from '../evaluation/inference-time.ts';
import { fixedText, withError } from './measurement-text.ts';
import { megaflop, publishedSlots } from '../evaluation/network-costs.ts';
import { referenceRows } from './reference.ts';
import type { DistillNetSummary } from '../summary.ts';
import type { WeightSource } from '../evaluation/weight-sources.ts';

/** Our value of each published quantity; null where this run has none. */
function ourValues(summary: DistillNetSummary): Readonly<Record<string, number | Measurement | null>> {
  const { evaluation, hardware, inference } = summary;
  const { teacher, student, quantized } = summary.costs;
  const agreement = (source: WeightSource): TeacherAgreement | null => evaluation.sources[source]?.agreement ?? null;
  const missing = (source: WeightSource): Measurement | null => evaluation.sources[source]?.missing?.gain ?? null;
  const jets = (source: WeightSource): Measurement | null => evaluation.sources[source]?.jets?.corrected.gain ?? null;
  const time = (source: WeightSource): number | null => (inference === null ? null : bestTime(inference, source));
  const [slow, fast] = [time('teacher'), time('student')];
  return {
    'float.accuracyAsPrinted': agreement('student')?.accuracyAsPrinted ?? null,
    'fixed.accuracyAsPrinted': agreement('fixed')?.accuracyAsPrinted ?? null,
    'puppi.accuracyAsPrinted': agreement('puppi')?.accuracyAsPrinted ?? null,
    'float.accuracy': agreement('student')?.accuracy ?? null,
    'fixed.accuracy': agreement('fixed')?.accuracy ?? null,
    'missing.gainTeacher': missing('teacher'),
    'missing.gainStudent': missing('student'),
    'missing.gainFixed': missing('fixed'),
    'jets.gainTeacher': jets('teacher'),
    'jets.gainStudent': jets('student'),
    'jets.gainFixed': jets('fixed'),
    'teacher.parameters': teacher && teacher.parameters,
    'teacher.megaflop': teacher && megaflop(teacher, publishedSlots),
    'student.megaflop': megaflop(student, publishedSlots),
    'ratio.parameters': teacher && teacher.parameters / student.parameters,
    'ratio.megaflop': teacher && teacher.operations / student.operations,
    'cpu.teacherSeconds': slow,
    'cpu.speedup': slow === null || fast === null ? null : slow / fast,
    'student.parameters': student.parameters,
    'quantized.parameters': quantized.parameters,
    'quantized.sparsity': 100 * summary.sparsity,
    'hardware.latencyNs': hardware.latencyNs,
    'hardware.initiationInterval': hardware.initiationInterval,
    'hardware.resources.lut': hardware.resources.lut,
    'hardware.resources.ff': hardware.resources.ff,
    'hardware.resources.dsp': hardware.resources.dsp,
    'hardware.resources.bram': hardware.resources.bram,
    'hardware.copies10Percent': hardware.copies?.count === 10 ? hardware.copies.percent : null,
  };
}

const names: Readonly<Record<string, string>> = {
  'float.accuracyAsPrinted': 'DistillNet accuracy, float',
  'fixed.accuracyAsPrinted': 'QDistillNet accuracy, on the gates',
  'puppi.accuracyAsPrinted': 'Puppi accuracy',
  'float.accuracy': 'DistillNet accuracy by min(ρ, 1/ρ)',
  'fixed.accuracy': 'QDistillNet accuracy by min(ρ, 1/ρ)',
  'missing.gainTeacher': 'MET resolution gain over Puppi, teacher',
  'missing.gainStudent': 'MET resolution gain over Puppi, DistillNet',
  'missing.gainFixed': 'MET resolution gain over Puppi, QDistillNet on the gates',
  'jets.gainTeacher': 'jet-energy resolution gain over Puppi, teacher',
  'jets.gainStudent': 'jet-energy resolution gain over Puppi, DistillNet',
  'jets.gainFixed': 'jet-energy resolution gain over Puppi, QDistillNet on the gates',
  'teacher.parameters': 'teacher parameters',
  'teacher.megaflop': 'teacher operations',
  'student.megaflop': 'DistillNet operations',
  'ratio.parameters': 'parameters, teacher over DistillNet',
  'ratio.megaflop': 'operations, teacher over DistillNet',
  'cpu.teacherSeconds': 'teacher on a CPU',
  'cpu.speedup': 'time on a CPU, teacher over DistillNet',
  'student.parameters': 'DistillNet parameters',
  'quantized.parameters': 'QDistillNet parameters',
  'quantized.sparsity': 'QDistillNet zero weights',
  'hardware.latencyNs': 'latency',
  'hardware.initiationInterval': 'initiation interval',
  'hardware.resources.lut': 'LUT',
  'hardware.resources.ff': 'FF',
  'hardware.resources.dsp': 'DSP',
  'hardware.resources.bram': 'BRAM',
  'hardware.copies10Percent': 'ten copies',
};

/** The comparison as a table; with `reasons`, a last column has the numbers of `comparisonReasons`. */
export function publishedComparison(summary: DistillNetSummary, reasons: boolean): Table {
  const ours = ourValues(summary);
  return {
    columns: [
      { header: 'quantity' },
      { header: 'ours', align: 'right' },
      { header: 'published', align: 'right' },
      { header: 'unit' },
      { header: 'comparable' },
      ...(reasons ? [{ header: 'reason' }] : []),
    ],
    rows: referenceRows.map((row) => [
      names[row.quantity] ?? row.quantity,
      rounded(ours[row.quantity] ?? null),
      rounded(row.published),
      row.unit,
      row.comparable ? 'yes' : 'no',
      ...(reasons ? [1 + notes.indexOf(row.note)] : []),
    ]),
  };
}

/** Why rows of the comparison are comparable or not, numbered. */
export function comparisonReasons(): Table {
  return {
    columns: [{ header: 'reason' }, { header: '' }],
    rows: notes.map((note, k) => [k + 1, note]),
  };
}

const notes: readonly string[] = [...new Set(referenceRows.map(({ note }) => note))];

/** One decimal is what the published numbers have; small ones keep two digits. */
function rounded(value: number | Measurement | null): string | number | null {
  if (value === null) return null;
  if (typeof value === 'object') return withError(value, 1);
  if (!Number.isFinite(value)) return null;
  const short = Math.abs(value) < 1 ? Number(value.toPrecision(2)) : Math.round(10 * value) / 10;
  return Number.isInteger(short) ? short : fixedText(short, Math.abs(short) < 0.1 ? 3 : Math.abs(short) < 1 ? 2 : 1);
}
