/**
 * What defines a generated event: every number of the toy generator in one place, with its default and unit.
 *
 * The defaults scale the HL-LHC down to a mean pileup of 30 so that a study runs in seconds on a laptop; set
 * `meanPileup` to 140 or 200 for the real density. Shapes follow the Delphes Phase-II card where it states them.
 */
import { ValueError } from '../../errors.ts';

export interface GeneratorOptions {
  /** Mean number of pileup collisions (Poisson). @defaultValue 30 */
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
  /** Fewest and most jets of the hard collision, both inclusive. @defaultValue [2, 4] */
  readonly jets?: readonly [number, number];
  /** Lowest and highest jet pT in GeV; in between the spectrum falls as pT⁻³. @defaultValue [30, 300] */
  readonly jetMomentum?: readonly [number, number];
  /** |η| up to which particles are seen by the calorimeter. @defaultValue 5 */
  readonly calorimeterMaxEta?: number;
  /** |η| up to which charged particles are tracked. @defaultValue 4 */
  readonly trackerMaxEta?: number;
  /** Lowest pT in GeV of a track. @defaultValue 0.3 */
  readonly trackMinMomentum?: number;
  /** Lowest pT in GeV of a calorimeter tower. @defaultValue 0.5 */
  readonly towerMinMomentum?: number;
  /** Share of tracks from long-lived decays other than those of b hadrons, in [0, 1]. @defaultValue 0.05 */
  readonly displacedShare?: number;
  /** Mean true |d0| in mm of these tracks (exponential). @defaultValue 0.4 */
  readonly displacement?: number;
}

/** Options with every default filled in. */
export type GeneratorConfiguration = Required<GeneratorOptions>;

/**
 * Fill in defaults and check ranges.
 *
 * @throws ValueError naming the option, its value and its range
 */
export function generatorConfiguration(options: GeneratorOptions = {}): GeneratorConfiguration {
  const c: GeneratorConfiguration = {
    meanPileup: 30,
    particlesPerCollision: 25,
    softMomentum: 0.7,
    chargedFraction: 0.6,
    pileupJetChance: 0.08,
    beamSpread: 53,
    underlyingEvent: 30,
    jets: [2, 4],
    jetMomentum: [30, 300],
    calorimeterMaxEta: 5,
    trackerMaxEta: 4,
    trackMinMomentum: 0.3,
    towerMinMomentum: 0.5,
    displacedShare: 0.05,
    displacement: 0.4,
    ...options,
  };
  const within = (name: keyof GeneratorConfiguration, value: number, low: number, high: number): void => {
    if (!(value >= low && value <= high)) {
      throw new ValueError(`Generator option ${name} is ${value}; it must be from ${low} to ${high}.`);
    }
  };
  within('meanPileup', c.meanPileup, 0, 1000);
  within('particlesPerCollision', c.particlesPerCollision, 0, 1000);
  within('softMomentum', c.softMomentum, 0.01, 100);
  within('chargedFraction', c.chargedFraction, 0, 1);
  within('pileupJetChance', c.pileupJetChance, 0, 1);
  within('beamSpread', c.beamSpread, 0, 1000);
  within('underlyingEvent', c.underlyingEvent, 0, 1000);
  within('calorimeterMaxEta', c.calorimeterMaxEta, 0.1, 10);
  within('trackerMaxEta', c.trackerMaxEta, 0, c.calorimeterMaxEta);
  within('trackMinMomentum', c.trackMinMomentum, 0, 100);
  within('towerMinMomentum', c.towerMinMomentum, 0, 100);
  within('displacedShare', c.displacedShare, 0, 1);
  within('displacement', c.displacement, 0, 100);
  within('jets', c.jets[0], 1, 20);
  within('jets', c.jets[1], c.jets[0], 20);
  within('jetMomentum', c.jetMomentum[0], 1, 10000);
  within('jetMomentum', c.jetMomentum[1], c.jetMomentum[0], 10000);
  return c;
}
