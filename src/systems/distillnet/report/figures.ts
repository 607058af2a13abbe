/** The figures of a DistillNet run, each with the sentences that say what is seen. */
import { linePlot, type ReportFigure, waveform } from '../../../report/index.ts';
import type { EpochRecord } from '../../../training/index.ts';
import type { HardwareResult } from '../../hardware.ts';
import type { Distributions } from '../evaluation/distributions.ts';
import type { InferenceTimes } from '../evaluation/inference-time.ts';
import {
  ablationFigure,
  gainsFigure,
  jetResolutionFigure,
  jetResponseFigure,
  missingFigure,
  missingResolutionFigure,
  missingResponseFigure,
} from './response-figures.ts';
import type { DistillNetSummary } from '../summary.ts';
import { mapFigure, weightsFigure } from './weight-figures.ts';
import { sourceNames, sourceStyles } from '../evaluation/weight-sources.ts';

/** Figures that every run has. */
type CommonFigure =
  | 'weights'
  | 'missing'
  | 'missingResponse'
  | 'resolution'
  | 'jetResponse'
  | 'gains'
  | 'timing'
  | 'training';

/** Figures that need a source, jets or a measurement that a run may be without. */
type OptionalFigure = 'jetResolution' | 'mapPuppi' | 'mapStudent' | 'mapFixed' | 'ablation' | 'inference';

export type FigureName = CommonFigure | OptionalFigure;

/** Figures by name. */
export type Figures = Readonly<Record<CommonFigure, ReportFigure> & Partial<Record<OptionalFigure, ReportFigure>>>;

/** What the figures of a run are drawn from. */
export interface FigureData {
  readonly summary: DistillNetSummary;
  readonly distributions: Distributions;
  /** Epochs of every training, by the name of the training: teacher, student, quantizedFloat, … */
  readonly histories: Readonly<Record<string, readonly EpochRecord[]>>;
  readonly hardware: HardwareResult;
}

/** Draw all figures of a run. */
export function distillNetFigures({ summary, distributions, histories, hardware }: FigureData): Figures {
  const { evaluation, inference } = summary;
  const hasJetBins = Object.values(evaluation.sources).some((source) =>
    source.jets?.bins.some(({ resolution }) => resolution !== null),
  );
  return {
    weights: weightsFigure(distributions),
    missing: missingFigure(distributions),
    missingResponse: missingResponseFigure(distributions),
    resolution: missingResolutionFigure(evaluation),
    jetResponse: jetResponseFigure(distributions),
    gains: gainsFigure(evaluation),
    timing: timingFigure(summary, hardware),
    training: trainingFigure(histories),
    ...present({
      jetResolution: hasJetBins ? jetResolutionFigure(evaluation) : null,
      mapPuppi: mapFigure(distributions, 'puppi'),
      mapStudent: mapFigure(distributions, 'student'),
      mapFixed: mapFigure(distributions, 'fixed'),
      ablation: ablationFigure(evaluation),
      inference: inference === null ? null : inferenceFigure(inference),
    }),
  };
}

function present(
  figures: Readonly<Record<OptionalFigure, ReportFigure | null>>,
): Partial<Record<OptionalFigure, ReportFigure>> {
  return Object.fromEntries(Object.entries(figures).filter(([, figure]) => figure !== null));
}

/** Time per event against particles per call. */
export function inferenceFigure({ curves, particlesPerEvent }: InferenceTimes): ReportFigure {
  const lines = curves.filter(({ points }) => points.length > 1);
  const whole = curves.filter(({ points }) => points.length === 1);
  return {
    svg: linePlot({
      x: { label: 'particles per call', scale: 'log' },
      y: { label: 'time per event', unit: 'ms', scale: 'log' },
      legend: true,
      series: lines.map(({ source, points }) => ({
        name: sourceNames[source],
        style: sourceStyles[source],
        x: points.map(({ particles }) => particles),
        y: points.map(({ median }) => 1000 * median),
        yError: points.map(({ median, low }) => 1000 * (median - low)),
      })),
      levels: whole.map(({ source, points }) => ({
        value: 1000 * points[0]!.median,
        name: `${sourceNames[source]}, event by event`,
      })),
    }),
    caption: `**Time per event on one thread of this machine against the particles given to one call**, for events of ${particlesPerEvent.toFixed(0)} particles. Medians of repeated calls; error bars reach to the lower quartile, and as far up. Small calls pay for the call itself, large ones for the arithmetic. "On the gates" is here the bit-exact emulation of the circuit; the circuit itself takes one particle per clock cycle. Teacher and Puppi need whole events. These are measured times, which differ from run to run.`,
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

/** Names of the trainings whose losses are drawn. */
export const trainings: Readonly<Record<string, string>> = {
  teacher: 'teacher',
  student: 'DistillNet',
  quantizedFloat: 'QDistillNet, float',
  quantized: 'QDistillNet, quantized and pruned',
  compact: 'compact QDistillNet',
  withoutPuppi: 'DistillNet without Puppi weight',
};

function trainingFigure(histories: FigureData['histories']): ReportFigure {
  const shown = Object.entries(trainings).filter(([key]) => (histories[key]?.length ?? 0) > 0);
  return {
    svg: linePlot({
      x: { label: 'epoch' },
      y: { label: 'validation loss', scale: 'log' },
      legend: true,
      series: shown.map(([key, name]) => ({
        name,
        x: histories[key]!.map((_, epoch) => epoch + 1),
        y: histories[key]!.map((record) => record.validationLoss ?? record.loss),
      })),
    }),
    caption:
      '**Loss by epoch.** The teacher minimises a loss of its own, the students the weighted mean absolute difference from the teacher, so only the students share a scale. The quantized student starts from the float one and loses weights as the sparsity rises.',
  };
}
