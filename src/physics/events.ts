/** Events with pileup: what is known of one that was recorded or published, and what more is known of a generated one. */
import type { FourMomenta } from './four-momenta.ts';
import type { TransverseVector } from './missing-momentum.ts';
import type { Particles } from './particles.ts';

/** An event with what its reconstruction is measured against. */
export interface ReferencedEvent {
  /** Reconstructed particles, hardest first. */
  readonly particles: Particles;
  /** Visible particles of the hard collision within the calorimeter, before the detector. */
  readonly generated: FourMomenta;
  /** Generator-level missing momentum: −Σ pT of `generated`. */
  readonly missing: TransverseVector;
  /** Number of pileup collisions. */
  readonly pileupVertices: number;
}

/** An event of which the origin of every particle is known. */
export interface PileupEvent extends ReferencedEvent {
  /** Truth weight of each particle: share of the hard collision, in [0, 1]. */
  readonly truth: Float64Array;
  /** The same event reconstructed without pileup. */
  readonly twin: Particles;
  /** Summed transverse momentum of the neutrinos. */
  readonly invisible: TransverseVector;
  /** Places in mm of the pileup collisions along the beam, relative to the hard one; `pileupVertices` elements. */
  readonly vertices: Float64Array;
}
