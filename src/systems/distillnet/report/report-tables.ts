/** The tables of a report: physics and agreement of every source, costs of every network, times on a CPU. */
import type { Measurement } from '../../../physics/index.ts';
import type { Cell, ReportTable } from '../../../report/index.ts';
import type { Evaluation, SourceEvaluation } from '../evaluation/evaluate-weights.ts';
import type { InferenceTimes } from '../evaluation/inference-time.ts';
import { jetMomentumEdges } from '../evaluation/jet-bins.ts';
import { withError } from './measurement-text.ts';
import { megaflop, publishedSlots } from '../evaluation/network-costs.ts';
import { referenceRow } from './reference.ts';
import type { DistillNetSummary } from '../summary.ts';
import { sourceNames, weightSources } from '../evaluation/weight-sources.ts';

/** A measurement with its error; a dash where there is none. */
function cell(measurement: Measurement | null | undefined, decimals: number): Cell {
  return measurement ? withError(measurement, decimals) : null;
}

/** A share in percent. */
function percent(share: Measurement | null | undefined): Cell {
  return share ? withError({ value: 100 * share.value, error: 100 * share.error }, 1) : null;
}

function rowsBySource(evaluation: Evaluation, cells: (source: SourceEvaluation) => readonly Cell[]): Cell[][] {
  return weightSources.flatMap((name) => {
    const source = evaluation.sources[name];
    return source === undefined ? [] : [[sourceNames[name], ...cells(source)]];
  });
}

/** Missing momentum with every source of weights. */
export function missingTable(evaluation: Evaluation): ReportTable {
  return {
    caption: `Missing momentum on ${evaluation.events} test events. The gain is over Puppi; "component" is the root mean square of one component of the difference to the generated vector. Errors are from ${evaluation.replicas} bootstrap replicas, those of gains and ratios paired.`,
    columns: [
      { header: 'weights' },
      { header: 'resolution', align: 'right' },
      { header: 'gain', unit: '%', align: 'right' },
      { header: 'ratio to teacher', align: 'right' },
      { header: 'median response', align: 'right' },
      { header: 'component', unit: 'GeV', align: 'right' },
    ],
    rows: rowsBySource(evaluation, ({ missing }) => [
      cell(missing?.resolution, 3),
      cell(missing?.gain, 1),
      cell(missing?.ratioToTeacher, 2),
      cell(missing?.median, 3),
      cell(missing?.componentError, 1),
    ]),
  };
}

/** Jets with every source of weights. */
export function jetTable(evaluation: Evaluation): ReportTable {
  return {
    caption: `Jets on the same events, with ${evaluation.generatedJets} generated jets above 15 GeV. The resolution is that after the correction of the energy scale. "Found" is the share of generated jets with a reconstructed one within ΔR < 0.4, "fake" the share of reconstructed jets without a generated one above the same 15 GeV.`,
    columns: [
      { header: 'weights' },
      { header: 'resolution', align: 'right' },
      { header: 'gain', unit: '%', align: 'right' },
      { header: 'ratio to teacher', align: 'right' },
      { header: 'found', unit: '%', align: 'right' },
      { header: 'fake', unit: '%', align: 'right' },
    ],
    rows: rowsBySource(evaluation, ({ jets }) => [
      cell(jets?.corrected.resolution, 4),
      cell(jets?.corrected.gain, 1),
      cell(jets?.corrected.ratioToTeacher, 2),
      percent(jets?.efficiency),
      percent(jets?.fakeRate),
    ]),
  };
}

/** Jets before the correction of the energy scale. */
export function uncorrectedJetTable(evaluation: Evaluation): ReportTable {
  return {
    caption: 'The same jets before the correction of the energy scale, which the median response shows.',
    columns: [
      { header: 'weights' },
      { header: 'resolution', align: 'right' },
      { header: 'gain', unit: '%', align: 'right' },
      { header: 'ratio to teacher', align: 'right' },
      { header: 'median response', align: 'right' },
    ],
    rows: rowsBySource(evaluation, ({ jets }) => [
      cell(jets?.uncorrected.resolution, 4),
      cell(jets?.uncorrected.gain, 1),
      cell(jets?.uncorrected.ratioToTeacher, 2),
      cell(jets?.uncorrected.median, 3),
    ]),
  };
}

/** Share of generated jets that are found, by their pT. */
export function efficiencyTable(evaluation: Evaluation): ReportTable {
  return {
    caption: 'Share of generated jets that are found in percent, by generated pT in GeV.',
    columns: [
      { header: 'weights' },
      ...jetMomentumEdges.slice(1).map((high, b) => ({
        header: `${jetMomentumEdges[b]}–${high}`,
        align: 'right' as const,
      })),
    ],
    rows: rowsBySource(evaluation, ({ jets }) =>
      jetMomentumEdges.slice(1).map((_, b) => percent(jets?.bins[b]?.efficiency)),
    ),
  };
}

/** Agreement with the teacher, and separation where the truth is known. */
export function agreementTable(evaluation: Evaluation): ReportTable {
  const hasTruth = Object.values(evaluation.sources).some(({ areas }) => areas !== null);
  return {
    caption: `Weights of ${evaluation.particles} particles compared with the teacher's.${hasTruth ? ' The areas under the ROC curves say how well pileup is told apart from the collision of interest: 0.5 is guessing, 1 is perfect.' : ' Nobody knows the true origin of particles of these events, so there are no ROC areas.'}`,
    columns: [
      { header: 'weights' },
      { header: 'accuracy as printed', unit: '%', decimals: 1 },
      { header: 'accuracy by min(ρ, 1/ρ)', unit: '%', decimals: 1 },
      { header: 'mean distance to teacher', decimals: 4 },
      ...(hasTruth
        ? [
            { header: 'ROC area, all', decimals: 3 },
            { header: 'neutral', decimals: 3 },
          ]
        : []),
    ],
    rows: rowsBySource(evaluation, ({ agreement, areas }) => [
      agreement?.accuracyAsPrinted ?? null,
      agreement?.accuracy ?? null,
      agreement?.distance ?? null,
      ...(hasTruth ? [areas?.all ?? null, areas?.neutral ?? null] : []),
    ]),
  };
}

/** What the networks cost. */
export function costTable({ costs, evaluation }: DistillNetSummary): ReportTable {
  const mean = evaluation.particles / evaluation.events;
  const published: Readonly<Record<string, readonly [parameters: Cell, megaflop: Cell]>> = {
    teacher: [referenceRow('teacher.parameters')?.published, referenceRow('teacher.megaflop')?.published],
    student: [referenceRow('student.parameters')?.published, referenceRow('student.megaflop')?.published],
    quantized: [referenceRow('quantized.parameters')?.published, null],
  };
  return {
    caption: `Parameters and floating-point operations (a multiplication and an addition count two). The search of the teacher's neighbours is not counted. An event of this run has ${mean.toFixed(0)} particles, a published one ${publishedSlots} places.`,
    columns: [
      { header: 'network' },
      { header: 'parameters' },
      { header: 'non-zero weights' },
      { header: 'operations per particle' },
      { header: 'MFLOP per event', decimals: 2 },
      { header: `MFLOP for ${publishedSlots}`, decimals: 0 },
      { header: 'published parameters' },
      { header: 'published MFLOP' },
    ],
    rows: Object.entries(costs).flatMap(([key, cost]) =>
      cost === null
        ? []
        : [
            [
              cost.name,
              cost.parameters,
              cost.nonZeroWeights,
              cost.operations,
              megaflop(cost, mean),
              megaflop(cost, publishedSlots),
              ...(published[key] ?? [null, null]),
            ],
          ],
    ),
  };
}

/** Best times on a CPU. */
export function inferenceTable({ curves }: InferenceTimes): ReportTable {
  return {
    caption: 'Shortest median time per event on one thread of this machine, and the size of the call that had it.',
    columns: [
      { header: 'weights' },
      { header: 'time per event', unit: 'ms' },
      { header: 'particles per call', decimals: 0 },
    ],
    rows: curves.flatMap(({ source, points }) => {
      if (points.length === 0) return [];
      const best = points.reduce((a, b) => (b.median < a.median ? b : a));
      return [[sourceNames[source], 1000 * best.median, Math.round(best.particles)]];
    }),
  };
}
