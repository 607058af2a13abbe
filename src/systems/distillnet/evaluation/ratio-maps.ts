/** Maps over the detector: the transverse momentum that weights leave in a cell of (η, φ), relative to the teacher. */
import type { ReferencedEvent } from '../../../physics/index.ts';
import { type BySource, mapSources, type WeightSets } from './weight-sources.ts';

/** Equal cells between two limits. */
export interface CellAxis {
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/** Ratios of the sums of w·pT to those of the teacher. */
export interface RatioMaps {
  readonly eta: CellAxis;
  readonly phi: CellAxis;
  /** As [φ cell][η cell]; null where the teacher leaves nothing. */
  readonly ratios: BySource<readonly (readonly (number | null)[])[]>;
}

/** The published maps reach as far; their 34 × 34 cells would need more events than a quick run has. */
const eta: CellAxis = { count: 26, min: -5.2, max: 5.2 };
const phi: CellAxis = { count: 16, min: -Math.PI, max: Math.PI };

/**
 * Sum w·pT of all events per cell and divide by the teacher's sums.
 *
 * Particles beyond |η| = 5.2 are in no cell.
 *
 * @param starts - row at which each event starts in the weights
 * @returns no ratios if there is no teacher among the weights
 */
export function ratioMaps(events: readonly ReferencedEvent[], starts: Int32Array, weights: WeightSets): RatioMaps {
  const cells = new Int32Array(starts[events.length]!).fill(-1);
  const momenta = new Float64Array(cells.length);
  events.forEach(({ particles }, e) => {
    for (let i = 0; i < particles.count; i++) {
      const column = Math.floor(((particles.eta[i]! - eta.min) / (eta.max - eta.min)) * eta.count);
      if (column < 0 || column >= eta.count) continue;
      const row = Math.floor(((particles.phi[i]! - phi.min) / (phi.max - phi.min)) * phi.count);
      cells[starts[e]! + i] = Math.min(phi.count - 1, Math.max(0, row)) * eta.count + column;
      momenta[starts[e]! + i] = particles.pt[i]!;
    }
  });
  const sums = mapSources(weights, (set) => {
    const sum = new Float64Array(eta.count * phi.count);
    cells.forEach((cell, row) => {
      if (cell >= 0) sum[cell]! += set[row]! * momenta[row]!;
    });
    return sum;
  });
  const { teacher, ...others } = sums;
  if (teacher === undefined) return { eta, phi, ratios: {} };
  const ratio = (sum: Float64Array, cell: number): number | null =>
    teacher[cell]! > 0 ? sum[cell]! / teacher[cell]! : null;
  return {
    eta,
    phi,
    ratios: mapSources(others, (sum) =>
      Array.from({ length: phi.count }, (_, row) =>
        Array.from({ length: eta.count }, (_, column) => ratio(sum, row * eta.count + column)),
      ),
    ),
  };
}
