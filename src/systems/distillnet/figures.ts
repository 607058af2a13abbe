/** The figures of a DistillNet run, each with the sentences that say what is seen. */
import { histogram } from '../../physics/index.ts';
import { barChart, linePlot, type ReportFigure, stepHistogram, waveform } from '../../report/index.ts';
import type { HardwareResult } from '../hardware.ts';
import { accuracyBins } from './evaluate.ts';
import type { DistillNetLearning } from './learning.ts';
import type { DistillNetSummary } from './summary.ts';

export type FigureName = 'weights' | 'resolution' | 'timing' | 'training';

/** Draw all figures of a run. */
export function distillNetFigures(
  summary: DistillNetSummary,
  learning: DistillNetLearning,
  hardware: HardwareResult,
  fixedScores: Float32Array,
): Readonly<Record<FigureName, ReportFigure>> {
  return {
    weights: weightsFigure(learning, fixedScores),
    resolution: resolutionFigure(summary),
    timing: timingFigure(summary, hardware),
    training: trainingFigure(learning),
  };
}

function weightsFigure({ test }: DistillNetLearning, fixedScores: Float32Array): ReportFigure {
  const counts = (values: ArrayLike<number>): number[] => [...histogram(values, accuracyBins, 0, 1).counts];
  return {
    svg: stepHistogram({
      x: { label: 'weight' },
      y: { label: 'particles per bin', scale: 'log' },
      edges: Array.from({ length: accuracyBins + 1 }, (_, k) => k / accuracyBins),
      series: [
        { name: 'teacher', counts: counts(test.teacherScores) },
        { name: 'student, float', counts: counts(test.studentScores) },
        { name: 'student, on the gates', counts: counts(fixedScores) },
        { name: 'Puppi', counts: counts(test.puppiWeights) },
      ],
      ratio: { label: 'ratio to teacher', reference: 0, min: 0, max: 2 },
    }),
    caption:
      '**Weight distributions on independent test events.** The accuracy is the mean over these 20 bins of the ratio ρ in the lower panel, as the paper prints it, and of min(ρ, 1/ρ), in which over-filled bins cannot make up for under-filled ones.',
  };
}

const sources = ['puppi', 'student', 'fixed', 'teacher', 'truth'] as const;
const sourceNames = ['Puppi', 'student, float', 'student, on the gates', 'teacher', 'true weights'];

function resolutionFigure(summary: DistillNetSummary): ReportFigure {
  const values = sources.map((source) => summary.missingResolution[source]);
  return {
    svg: barChart({
      categories: sourceNames,
      y: { label: 'missing-momentum resolution', min: 0 },
      series: [
        {
          name: 'resolution',
          values: values.map(({ value }) => value),
          errors: values.map(({ error }) => error),
          labels: values.map(({ value }) => value.toFixed(3)),
        },
      ],
    }),
    caption:
      '**Missing-momentum resolution by source of the weights.** Even true weights leave the resolution of the detector.',
  };
}

function timingFigure(summary: DistillNetSummary, { batch, graph }: HardwareResult): ReportFigure {
  const { latencyCycles, latencyNs } = summary.hardware;
  const cycles = latencyCycles + 6;
  const shown = <T>(values: readonly T[], at: readonly number[]): (T | undefined)[] =>
    Array.from({ length: cycles }, (_, cycle) => values[at.indexOf(cycle)]);
  const bit = (at: readonly number[]): (0 | 1)[] =>
    Array.from({ length: cycles }, (_, cycle) => (at.includes(cycle) ? 1 : 0));
  const output = graph.layers.find((layer) => layer.name === graph.outputs[0])!.circuit.outputs[0]!;
  const bits = output.formats.reduce((sum, { width }) => sum + width, 0);
  return {
    svg: waveform({
      cycles,
      signals: [
        { kind: 'clock', name: 'clk' },
        { kind: 'bit', name: 'valid_in', values: bit(batch.presentedAt) },
        { kind: 'bit', name: 'valid_out', values: bit(batch.validAt) },
        {
          kind: 'bus',
          name: graph.outputs[0]!,
          values: shown(
            batch.outputs.map(([word]) => word!),
            batch.validAt,
          ),
          bits,
        },
      ],
      spans: [
        {
          from: batch.presentedAt[0]!,
          to: batch.validAt[0]!,
          label: `${latencyCycles} cycles = ${latencyNs.toFixed(1)} ns`,
        },
      ],
    }),
    caption:
      '**Simulated signals** at the start of the run. Particles enter in consecutive cycles, and their weights leave so.',
  };
}

const trainings = [
  ['teacher', 'teacher'],
  ['student', 'student'],
  ['quantizedFloat', 'small student, float'],
  ['quantized', 'small student, quantized and pruned'],
] as const;

function trainingFigure(learning: DistillNetLearning): ReportFigure {
  return {
    svg: linePlot({
      x: { label: 'epoch' },
      y: { label: 'validation loss', scale: 'log' },
      series: trainings.map(([key, name]) => ({
        name,
        x: learning.histories[key].map((_, epoch) => epoch + 1),
        y: learning.histories[key].map((record) => record.validationLoss ?? record.loss),
      })),
    }),
    caption:
      '**Loss by epoch.** The teacher minimises the cross-entropy with the truth, the students the weighted mean absolute difference from the teacher, so only the students share a scale. The quantized student starts from the float one and loses weights as the sparsity rises.',
  };
}
