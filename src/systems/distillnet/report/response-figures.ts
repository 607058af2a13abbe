/** Figures of missing momentum and jets: distributions, resolutions and gains, with what is seen in them. */
import type { Measurement } from '../../../physics/index.ts';
import {
  barChart,
  type BarSeries,
  type HistogramSeries,
  linePlot,
  type ReportFigure,
  stepHistogram,
} from '../../../report/index.ts';
import type { Distribution, Distributions } from '../evaluation/distributions.ts';
import type { Evaluation, SourceEvaluation } from '../evaluation/evaluate-weights.ts';
import { fixedText } from './measurement-text.ts';
import { referenceRow } from './reference.ts';
import { sourceNames, sourceStyles, type WeightSource, weightSources } from '../evaluation/weight-sources.ts';

/** Sources that lines show; bars and tables show all. */
const drawn: readonly WeightSource[] = ['puppi', 'teacher', 'student', 'fixed', 'compact'];

/** Missing momentum by source, beside the generated one. */
export function missingFigure({ missing }: Distributions): ReportFigure {
  const generated = { name: 'generated', style: sourceStyles.truth, counts: missing.generated };
  return {
    svg: stepHistogram({
      x: { label: 'missing transverse momentum', unit: 'GeV' },
      y: { label: `events per ${binWidth(missing)} GeV` },
      edges: edgesOf(missing),
      series: [generated, ...seriesOf(missing)],
      ratio: { label: 'ratio', reference: 0, min: 0, max: 2 },
    }),
    caption:
      '**Missing transverse momentum** of the test events: minus the sum of all transverse momenta, each times its weight. "Generated" is what the neutrinos and the limits of the detector leave, without pileup and without measurement errors. The lower panel divides by it. The last bin holds all larger values.',
  };
}

/** Relative error of the missing momentum. */
export function missingResponseFigure({ missingResponse }: Distributions): ReportFigure {
  return {
    svg: stepHistogram({
      x: { label: '(MET − generated MET) / generated MET' },
      y: { label: `events per ${binWidth(missingResponse)}` },
      edges: edgesOf(missingResponse),
      series: seriesOf(missingResponse),
    }),
    caption:
      '**Response of the missing momentum.** 0 is a perfect measurement; the narrower the peak, the better. The tail to the right is made of events with little generated missing momentum, which is why the width is told by quartiles. The outer bins hold what lies beyond.',
  };
}

/** Resolution of the missing momentum by source. */
export function missingResolutionFigure({ sources }: Evaluation): ReportFigure {
  return {
    svg: resolutionBars(sources, 'missing-momentum resolution', (source) => source.missing?.resolution ?? null),
    caption:
      '**Resolution of the missing momentum**, half the distance between the quartiles of the response; lower is better. Even true weights leave the resolution of the detector. Error bars are from the bootstrap; the bars share their events, so that differences between them are known better than the error bars say.',
  };
}

/** Relative error of the energy of jets. */
export function jetResponseFigure({ jetResponse }: Distributions): ReportFigure {
  return {
    svg: stepHistogram({
      x: { label: '(jet energy − generated) / generated, after correction' },
      y: { label: `jets per ${binWidth(jetResponse)}` },
      edges: edgesOf(jetResponse),
      series: seriesOf(jetResponse),
    }),
    caption:
      '**Response of the jet energy** for all jets that match a generated one, after the correction of the energy scale (each source is corrected with its own median response in bins of 100 GeV).',
  };
}

/** Resolution of the jet energy by generated pT. */
export function jetResolutionFigure({ sources }: Evaluation): ReportFigure {
  return {
    svg: linePlot({
      x: { label: 'generated jet p_{T}', unit: 'GeV', scale: 'log' },
      y: { label: 'jet-energy resolution', min: 0 },
      series: drawn.flatMap((source) => {
        const bins = (sources[source]?.jets?.bins ?? []).filter(({ resolution }) => resolution !== null);
        if (bins.length === 0) return [];
        return {
          name: sourceNames[source],
          style: sourceStyles[source],
          x: bins.map(({ low, high }) => Math.sqrt(low * high)),
          y: bins.map(({ resolution }) => resolution!.value),
          yError: bins.map(({ resolution }) => resolution!.error),
        };
      }),
    }),
    caption:
      '**Resolution of the jet energy against the transverse momentum of the generated jet.** Pileup adds about as much to a soft jet as to a hard one, so it matters most on the left. Points stand at the geometric middle of their bins.',
  };
}

/** Resolutions of both observables by source, relative to Puppi's, beside the published ones. */
export function gainsFigure({ sources }: Evaluation): ReportFigure {
  const shown = (['teacher', 'student', 'fixed', 'compact'] as const).filter((source) => sources[source] !== undefined);
  const published = (quantity: 'missing' | 'jets'): BarSeries => ({
    name: quantity === 'missing' ? 'MET, published' : 'jet energy, published',
    style: quantity === 'missing' ? 4 : 5,
    values: shown.map((source) =>
      source === 'teacher' || source === 'student'
        ? (referenceRow(`${quantity}.gain${source === 'teacher' ? 'Teacher' : 'Student'}`)?.published ?? undefined)
        : undefined,
    ),
  });
  return {
    svg: gainBars(
      shown.map((source) => [sourceNames[source], sources[source]!] as const),
      [published('missing'), published('jets')],
    ),
    caption:
      '**Gains over Puppi**: by how many percent the resolution is smaller than with Puppi weights; below 0 it is larger. Error bars are paired: each bootstrap replica takes the same events for both. Published values (6.5 stands for "6–7 %") are for other events, at pileup 140, and are given without errors.',
  };
}

/** What is left of the gain where the student does not see the Puppi weight; null where no such student was trained. */
export function ablationFigure({ sources }: Evaluation): ReportFigure | null {
  const shown = (['student', 'withoutPuppi'] as const).filter((source) => sources[source] !== undefined);
  if (shown.length < 2) return null;
  return {
    svg: gainBars(
      shown.map((source) => [sourceNames[source], sources[source]!] as const),
      [],
    ),
    caption:
      '**The same student with and without the Puppi weight among its inputs**, as gain over Puppi; below 0 it is worse than Puppi. Through this one number the student sees the neighbours of a particle.',
  };
}

function gainBars(
  shown: readonly (readonly [name: string, evaluation: SourceEvaluation])[],
  published: readonly BarSeries[],
): string {
  const ours = (name: string, style: number, gain: (one: SourceEvaluation) => Measurement | null | undefined) => {
    const gains = shown.map(([, one]) => gain(one) ?? undefined);
    return {
      name,
      style,
      values: gains.map((one) => one?.value),
      errors: gains.map((one) => one?.error),
      labels: gains.map((one) => (one === undefined ? '' : fixedText(one.value, 1))),
    };
  };
  const missing = ours('MET', 0, ({ missing: quality }) => quality?.gain);
  const jets = ours('jet energy', 1, ({ jets: quality }) => quality?.corrected.gain);
  const [publishedMissing, publishedJets] = published;
  const series = [
    missing,
    ...(publishedMissing === undefined ? [] : [publishedMissing]),
    jets,
    ...(publishedJets === undefined ? [] : [publishedJets]),
  ];
  return barChart({ categories: shown.map(([name]) => name), y: { label: 'gain over Puppi', unit: '%' }, series });
}

function resolutionBars(
  sources: Evaluation['sources'],
  label: string,
  resolutionOf: (source: SourceEvaluation) => Measurement | null,
): string {
  const shown = weightSources.flatMap((source) => {
    const evaluation = sources[source];
    const resolution = evaluation === undefined ? null : resolutionOf(evaluation);
    return resolution === null ? [] : [{ name: sourceNames[source], ...resolution }];
  });
  return barChart({
    categories: shown.map(({ name }) => name),
    y: { label, min: 0 },
    series: [
      {
        name: 'resolution',
        values: shown.map(({ value }) => value),
        errors: shown.map(({ error }) => error),
        labels: shown.map(({ value }) => value.toFixed(3)),
      },
    ],
  });
}

function seriesOf({ counts }: Distribution): HistogramSeries[] {
  return drawn.flatMap((source) => {
    const own = counts[source];
    return own === undefined ? [] : [{ name: sourceNames[source], style: sourceStyles[source], counts: own }];
  });
}

function edgesOf({ low, high, counts }: Distribution): number[] {
  const bins = Object.values(counts)[0]?.length ?? 1;
  return Array.from({ length: bins + 1 }, (_, k) => low + ((high - low) * k) / bins);
}

function binWidth({ low, high, counts }: Distribution): string {
  const bins = Object.values(counts)[0]?.length ?? 1;
  return String(Number(((high - low) / bins).toPrecision(3)));
}
