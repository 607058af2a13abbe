/** Figures of the weights themselves: their distribution, and what they leave where in the detector. */
import { heatMap, type ReportFigure, stepHistogram } from '../../../report/index.ts';
import type { Distributions } from '../evaluation/distributions.ts';
import { accuracyBins } from '../evaluation/agreement.ts';
import { sourceNames, sourceStyles, type WeightSource } from '../evaluation/weight-sources.ts';

/** Sources that are compared with the teacher, who comes first where it is there. */
const drawn: readonly WeightSource[] = ['teacher', 'puppi', 'student', 'fixed', 'compact'];

/** Distribution of the weights of all test particles, in the bins of the accuracy. */
export function weightsFigure({ weights }: Distributions): ReportFigure {
  const shown = drawn.filter((source) => weights.counts[source] !== undefined);
  return {
    svg: stepHistogram({
      x: { label: 'weight' },
      y: { label: `particles per ${1 / accuracyBins}`, scale: 'log' },
      edges: Array.from({ length: accuracyBins + 1 }, (_, k) => k / accuracyBins),
      series: shown.map((source) => ({
        name: sourceNames[source],
        style: sourceStyles[source],
        counts: weights.counts[source]!,
      })),
      ...(shown[0] === 'teacher' && { ratio: { label: 'ratio', reference: 0, min: 0, max: 2 } }),
    }),
    caption:
      '**Weights of all test particles.** Most particles are pileup, so the first bin is the highest; the last holds the tracks of the collision of interest. The accuracy is the mean over these 20 bins of the ratio ρ in the lower panel, as the paper prints it, and of min(ρ, 1/ρ), in which over-filled bins cannot make up for under-filled ones.',
  };
}

/** What a source leaves in each cell of the detector relative to the teacher; null where one of both is not there. */
export function mapFigure({ maps }: Distributions, source: WeightSource): ReportFigure | null {
  const ratios = maps.ratios[source];
  if (ratios === undefined || !ratios.flat().some((ratio) => ratio !== null)) return null;
  return {
    svg: heatMap({
      height: 320,
      x: 'pseudorapidity η',
      y: 'azimuth φ',
      columns: maps.eta,
      rows: maps.phi,
      values: ratios.map((row) => row.map((ratio) => ratio ?? undefined)),
      value: { label: 'Σ w·pT, ratio to teacher', min: 0, max: 2 },
      palette: 'diverging',
    }),
    caption: `**${sourceNames[source]} over teacher in (η, φ).** Summed over all test events, the transverse momentum that the weights leave in a cell, divided by what the teacher leaves there. White cells agree, blue ones hold more, red ones less; beyond 2 the colour stays. Tracks end at |η| = 4, and from there on weights have only the calorimeter to go by.`,
  };
}
