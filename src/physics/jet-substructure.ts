/**
 * A toy of the jet-substructure task: from 16 observables of a jet, tell light quark, gluon, W, Z and top.
 *
 * It imitates the public hls4ml set (Zenodo 3602260; E. Coleman et al., arXiv:1709.08705; J. Duarte et al.,
 * arXiv:1804.06913): the names and the number of features, five classes in equal shares, features that are standardised,
 * strongly correlated and long-tailed, and what makes classes alike: quarks and gluons differ by radiation alone, W and Z
 * by eleven GeV of mass. The noise is set so that a float 16-64-32-32-5 reaches the 75 % or so of the published models.
 *
 * A jet has four hidden numbers: groomed mass, number of prongs, radiation off the prongs, and multiplicity. Every
 * observable is a formula of them plus noise of its own; nothing is simulated, and no number here says anything about
 * real jets.
 */
import { ValueError } from '../errors.ts';
import type { RandomStream } from '../random/index.ts';
import { expScalar, logScalar, tanhScalar } from '../tensor/index.ts';

/** Classes in the order of their numbers. */
export const jetClasses: readonly string[] = ['quark', 'gluon', 'W', 'Z', 'top'];

/** Observables in column order: generalised energy correlations, the groomed mass and the multiplicity. */
export const jetFeatures: readonly string[] = [
  'zlogz',
  'c1_b0',
  'c1_b1',
  'c1_b2',
  'c2_b1',
  'c2_b2',
  'd2_b1',
  'd2_b2',
  'd2_a1_b1',
  'd2_a1_b2',
  'm2_b1',
  'm2_b2',
  'n2_b1',
  'n2_b2',
  'mass',
  'multiplicity',
];

/** Jets as rows. */
export interface JetSample {
  /** Row-major [jets, 16], each column of about mean 0 and spread 1. */
  readonly features: Float32Array;
  /** Class of every jet. */
  readonly labels: Int32Array;
}

/** What a class is like: peak of the mass and its relative width (null: falling), prongs, colour of the radiation. */
interface JetKind {
  readonly mass: number | null;
  readonly prongs: number;
  readonly radiation: number;
}

const kinds: readonly JetKind[] = [
  { mass: null, prongs: 1, radiation: 0.9 },
  { mass: null, prongs: 1, radiation: 1.5 },
  { mass: 80.4, prongs: 2, radiation: 0.75 },
  { mass: 91.2, prongs: 2, radiation: 0.75 },
  { mass: 172.5, prongs: 3, radiation: 1 },
];

/** Relative resolution of the groomed mass. */
const massResolution = 0.06;
/** Share of jets of heavy particles whose decay is not contained: they look like fewer prongs and less mass. */
const lost = 0.14;
/** Spread of the noise of a single observable, in units of its own spread. */
const observableNoise = 0.45;

/**
 * Draw jets, classes at random in equal shares.
 *
 * @param jets at least 1
 * @param random it is advanced
 */
export const generateJets = (jets: number, random: RandomStream): JetSample => {
  if (!(Number.isSafeInteger(jets) && jets >= 1))
    throw new ValueError(`There are to be ${jets} jets; the number must be an integer of at least 1.`);
  const features = new Float32Array(jets * jetFeatures.length);
  const labels = new Int32Array(jets);
  for (let jet = 0; jet < jets; jet++) {
    const label = random.integer(0, kinds.length);
    labels[jet] = label;
    features.set(observables(kinds[label]!, random), jet * jetFeatures.length);
  }
  return { features, labels };
};

/** Draw the observables of one jet. */
const observables = (kind: JetKind, random: RandomStream): number[] => {
  const isLost = kind.mass !== null && random.uniform() < lost;
  const prongs = isLost ? Math.max(1, kind.prongs - 1) : kind.prongs;
  // QCD jets get their mass from radiation: a broad falling spectrum.
  const qcd = 18 + random.exponential(28 * kind.radiation);
  const hard = kind.mass === null || (isLost && prongs === 1) ? qcd : isLost ? 0.5 * kind.mass + 0.3 * qcd : kind.mass;
  const mass = hard * (1 + massResolution * random.normal());
  const radiation = kind.radiation * expScalar(0.35 * random.normal());
  const multiplicity = 22 * radiation ** 0.5 + 9 * prongs + 5 * random.normal();
  // How much a jet looks like having two, and three, cores: smooth, and smeared by radiation.
  const smear = (): number => 0.28 * radiation * random.normal();
  const two = tanhScalar(1.1 * (prongs - 1) + smear());
  const three = tanhScalar(1.1 * (prongs - 2) + smear());
  const logMass = logScalar(Math.max(mass, 5) / 60);
  const logRadiation = logScalar(radiation);
  const noisy = (value: number): number => value + observableNoise * random.normal();
  return [
    noisy(0.9 * logRadiation + 0.5 * two),
    noisy(0.7 * logRadiation + 0.8 * two - 0.3 * three),
    noisy(1.1 * logMass + 0.4 * two),
    noisy(1.4 * logMass - 0.2 * logRadiation),
    noisy(0.9 * three + 0.5 * logRadiation),
    noisy(0.8 * three + 0.5 * logMass),
    noisy(-0.9 * two + 0.4 * logRadiation),
    noisy(-1.1 * two + 0.3 * logMass),
    noisy(-0.8 * two + 0.4 * three),
    noisy(-0.7 * two * logMass + 0.3 * logRadiation),
    noisy(0.6 * three - 0.6 * two),
    noisy(0.5 * three * two + 0.6 * logMass),
    noisy(-0.6 * two + 0.5 * logRadiation),
    noisy(-0.7 * two + 0.2 * three * logMass),
    (mass - 80) / 45,
    (multiplicity - 38) / 11,
  ];
};
