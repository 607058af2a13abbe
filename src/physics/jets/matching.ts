/** Pair jets with reference jets, one to one: each generated jet is found at most once. */
import { ValueError } from '../../errors.ts';
import { planeDistanceSquared, azimuthOf } from './direction.ts';
import { type Jet, jetRapidity } from './jet.ts';

export interface JetMatch {
  /** Index of the jet. */
  readonly jet: number;
  /** Index of the reference jet. */
  readonly reference: number;
  /** ΔR between them. */
  readonly distance: number;
}

/**
 * Match jets with reference jets, nearest pair first; what is matched is no longer there for others.
 *
 * Distances are ΔR = √(Δy² + Δφ²) in rapidity and azimuth, as in the clustering.
 *
 * @param maxDistance - exclusive limit on ΔR, above 0
 * @returns pairs by rising distance (ties by index); jets without a partner are left out
 * @throws ValueError if `maxDistance` is not above 0
 */
export function matchJets(jets: readonly Jet[], reference: readonly Jet[], maxDistance = 0.4): JetMatch[] {
  if (!(maxDistance > 0)) throw new ValueError(`The matching distance is ${maxDistance}; it must be above 0.`);
  const places = reference.map((r) => ({ rapidity: jetRapidity(r), phi: azimuthOf(r.px, r.py) }));
  const pairs: JetMatch[] = [];
  jets.forEach((j, jet) => {
    const rapidity = jetRapidity(j);
    const phi = azimuthOf(j.px, j.py);
    places.forEach((r, k) => {
      const distance = Math.sqrt(planeDistanceSquared(rapidity, phi, r.rapidity, r.phi));
      if (distance < maxDistance) pairs.push({ jet, reference: k, distance });
    });
  });
  pairs.sort((a, b) => a.distance - b.distance || a.jet - b.jet || a.reference - b.reference);
  const matchedJets = new Set<number>();
  const matchedReferences = new Set<number>();
  return pairs.filter((pair) => {
    if (matchedJets.has(pair.jet) || matchedReferences.has(pair.reference)) return false;
    matchedJets.add(pair.jet);
    matchedReferences.add(pair.reference);
    return true;
  });
}
