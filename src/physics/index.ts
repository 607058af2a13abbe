/** Collision events, pileup weights and the measures of how good they are. */
export { deltaPhi, wrapPhi } from './angles.ts';
export { chiSquareCumulative } from './chi-square.ts';
export {
  type GeneratorConfiguration,
  generatorConfiguration,
  type GeneratorOptions,
  type HardProcess,
  hardProcesses,
} from './generator/configuration.ts';
export type { PileupEvent, ReferencedEvent } from './events.ts';
export { emptyMomenta, type FourMomenta, fourMomenta } from './four-momenta.ts';
export { generateEvent, generateEvents } from './generator/generate.ts';
export type { Collision, GeneratedParticle } from './generator/generated-particle.ts';
export { reconstructEvent } from './generator/reconstruct.ts';
export { type Histogram, histogram, histogramEdges } from './histogram.ts';
export { generateJets, jetClasses, jetFeatures, type JetSample } from './jet-substructure.ts';
export {
  clusterJets,
  type Jet,
  type JetAlgorithm,
  jetEta,
  jetMass,
  type JetMatch,
  type JetOptions,
  jetPhi,
  jetPt,
  jetRapidity,
  matchJets,
} from './jets/index.ts';
export { magnitude, missingMomentum, type TransverseVector } from './missing-momentum.ts';
export { distanceSquared, nearestNeighbours } from './neighbours.ts';
export { emptyParticles, type Particles, speciesNames, validateParticles, vertexCode } from './particles.ts';
export {
  phaseTwoNeutralCuts,
  puppi,
  type PuppiNeutralCut,
  type PuppiOptions,
  type PuppiResult,
  puppiWeight,
} from './puppi.ts';
export { pythiaCollisions } from './recorded/pythia.ts';
export { recordedCollisions } from './recorded/read-recorded.ts';
export type { RecordedCollisions, RecordedOptions } from './recorded/recorded-collisions.ts';
export { trackmlCollisions } from './recorded/trackml.ts';
export {
  type AlphaReference,
  alphaReference,
  puppiAlpha,
  type PuppiMetric,
  puppiMetrics,
  type PuppiRing,
} from './puppi-alpha.ts';
export { type Measurement, quantileOfSorted, resolution, resolutionRatio, resolutionWithError } from './resolution.ts';
export { rocCurve, type RocCurve } from './roc.ts';
