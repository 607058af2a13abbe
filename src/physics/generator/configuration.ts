/**
 * What defines a generated event: every number that a study may vary, with its default, unit and range.
 *
 * The defaults are the density of the HL-LHC, 140 pileup collisions; a study that has to run in seconds takes 20 to 40.
 * Shapes follow the Delphes Phase-II card where it states them.
 */
import { ValueError } from '../../errors.ts';
import { calorimeterEdge } from './calorimeter.ts';

/** Hard processes that can be generated: W(ℓν) + jets and tt̄ → bℓν bℓν. */
export const hardProcesses = ['wjets', 'ttbar'] as const;
export type HardProcess = (typeof hardProcesses)[number];

export interface GeneratorOptions {
  /** The hard collision. @defaultValue 'wjets' */
  readonly process?: HardProcess;
  /** Mean number of pileup collisions (Poisson), from 0 to 200. @defaultValue 140 */
  readonly meanPileup?: number;
  /** Mean number of particles per pileup collision within the acceptance (Poisson). @defaultValue 25 */
  readonly particlesPerCollision?: number;
  /** Mean pT in GeV of soft particles (exponential). @defaultValue 0.7 */
  readonly softMomentum?: number;
  /** Share of charged particles in [0, 1]. @defaultValue 0.6 */
  readonly chargedFraction?: number;
  /** Chance that a pileup collision has a small jet of its own, in [0, 1]. @defaultValue 0.08 */
  readonly pileupJetChance?: number;
  /** Standard deviation in mm of collision vertices along the beam. @defaultValue 53 */
  readonly beamSpread?: number;
  /** Mean number of underlying-event particles of the hard collision (Poisson). @defaultValue 30 */
  readonly underlyingEvent?: number;
  /**
   * Fewest and most jets that the W boson or the top pair recoils against, both inclusive and from 0 to 20.
   *
   * @defaultValue [2, 4] for W+jets, [0, 2] for top pairs
   */
  readonly jets?: readonly [number, number];
  /** Lowest and highest jet pT in GeV; in between the spectrum falls as pT⁻³. @defaultValue [30, 300] */
  readonly jetMomentum?: readonly [number, number];
  /** |η| up to which particles are seen by the calorimeter, which ends at 5. @defaultValue 5 */
  readonly calorimeterMaxEta?: number;
  /** |η| up to which charged particles are tracked. @defaultValue 4 */
  readonly trackerMaxEta?: number;
  /** Lowest pT in GeV of a track. @defaultValue 0.3 */
  readonly trackMinMomentum?: number;
  /** Lowest pT in GeV of a calorimeter tower. @defaultValue 0.5 */
  readonly towerMinMomentum?: number;
  /** Mean proper decay length cτ in mm of b hadrons. @defaultValue 0.46 */
  readonly bottomLifetime?: number;
  /** Share of tracks from long-lived decays other than those of b hadrons, in [0, 1]. @defaultValue 0.05 */
  readonly displacedShare?: number;
  /** Mean true |d0| in mm of these tracks (exponential). @defaultValue 0.4 */
  readonly displacement?: number;
}

/** Options with every default filled in. */
export type GeneratorConfiguration = Required<GeneratorOptions>;

/** Lowest and highest values, both inclusive, of options that do not depend on others. */
const ranges = {
  meanPileup: [0, 200],
  particlesPerCollision: [0, 1000],
  softMomentum: [0.01, 100],
  chargedFraction: [0, 1],
  pileupJetChance: [0, 1],
  beamSpread: [0, 1000],
  underlyingEvent: [0, 1000],
  calorimeterMaxEta: [0.1, calorimeterEdge],
  trackMinMomentum: [0, 100],
  towerMinMomentum: [0, 100],
  bottomLifetime: [0, 100],
  displacedShare: [0, 1],
  displacement: [0, 100],
} as const satisfies Partial<Record<keyof GeneratorConfiguration, readonly [number, number]>>;

/**
 * Fill in defaults and check ranges.
 *
 * @throws ValueError naming the option, its value and its range
 */
export function generatorConfiguration(options: GeneratorOptions = {}): GeneratorConfiguration {
  const c: GeneratorConfiguration = {
    process: 'wjets',
    meanPileup: 140,
    particlesPerCollision: 25,
    softMomentum: 0.7,
    chargedFraction: 0.6,
    pileupJetChance: 0.08,
    beamSpread: 53,
    underlyingEvent: 30,
    jets: options.process === 'ttbar' ? [0, 2] : [2, 4],
    jetMomentum: [30, 300],
    calorimeterMaxEta: 5,
    trackerMaxEta: 4,
    trackMinMomentum: 0.3,
    towerMinMomentum: 0.5,
    bottomLifetime: 0.46,
    displacedShare: 0.05,
    displacement: 0.4,
    ...options,
  };
  if (!hardProcesses.includes(c.process)) {
    throw new ValueError(
      `Generator option process is ${JSON.stringify(c.process)}; it must be one of ${hardProcesses.join(', ')}.`,
    );
  }
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) {
    const [low, high] = ranges[name];
    requireWithin(name, c[name], low, high);
  }
  requireWithin('trackerMaxEta', c.trackerMaxEta, 0, c.calorimeterMaxEta);
  for (const count of c.jets) {
    if (!Number.isInteger(count))
      throw new ValueError(`Generator option jets has ${count}; it must be two whole numbers.`);
  }
  requireWithin('jets', c.jets[0], 0, 20);
  requireWithin('jets', c.jets[1], c.jets[0], 20);
  requireWithin('jetMomentum', c.jetMomentum[0], 1, 10000);
  requireWithin('jetMomentum', c.jetMomentum[1], c.jetMomentum[0], 10000);
  return c;
}

function requireWithin(name: keyof GeneratorConfiguration, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new ValueError(`Generator option ${name} is ${value}; it must be from ${low} to ${high}.`);
}
