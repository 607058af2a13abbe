/**
 * Sequential recombination: anti-kt, Cambridge/Aachen and kt jets with the E-scheme.
 *
 * Again and again the least of d_ij = min(pT_i^2p, pT_j^2p)·ΔR²/R² (two particles become their sum) and d_iB = pT_i^2p
 * (a particle becomes a jet) is taken, with p = −1, 0 or 1 and ΔR in rapidity and azimuth.
 *
 * Jets are those of FastJet 3.4 (arXiv:1111.6097): the same plane, the same distances, the same sums. What has no
 * momentum and no energy, such as a particle of weight 0, takes no part and is in no jet; a particle along the beam
 * is a jet of pT 0. Equal distances, which have no physical meaning, go to the particle that comes first.
 */
import { ShapeError, ValueError } from '../../errors.ts';
import type { FourMomenta } from '../four-momenta.ts';
import { type Jet, jetPt } from './jet.ts';
import { recombine } from './recombination.ts';

/** What distances weigh pT with: 1/pT² (anti-kt), nothing (Cambridge/Aachen) or pT² (kt). */
export type JetAlgorithm = 'antikt' | 'cambridge' | 'kt';

export interface JetOptions {
  /** @defaultValue 'antikt' */
  readonly algorithm?: JetAlgorithm;
  /** R, above 0 and at most 1000, as in FastJet. @defaultValue 0.4 */
  readonly radius?: number;
  /** Least pT of a jet in GeV, inclusive, at least 0. @defaultValue 0 */
  readonly minPt?: number;
}

/** pT^2p of each algorithm from pT²; a pT of 0 stays finite for anti-kt. */
const scales: Readonly<Record<JetAlgorithm, (ptSquared: number) => number>> = {
  antikt: (ptSquared) => (ptSquared > 1e-300 ? 1 / ptSquared : 1e300),
  cambridge: () => 1,
  kt: (ptSquared) => ptSquared,
};

const maxRadius = 1000;

/** Momenta beyond this, in GeV, would overflow when squared. */
const maxMomentum = 1e100;

/**
 * Cluster the inclusive jets of an event.
 *
 * @returns jets of pT ≥ `minPt`, hardest first; with `minPt` 0 every particle that is not null is in exactly one
 * @throws ValueError for a momentum that is not finite, a negative energy, or an option outside its range; ShapeError
 * for arrays that have not `count` elements
 */
export function clusterJets(momenta: FourMomenta, options: JetOptions = {}): Jet[] {
  const { algorithm = 'antikt', radius = 0.4, minPt = 0 } = options;
  if (!Object.hasOwn(scales, algorithm)) {
    throw new ValueError(`The jet algorithm is "${algorithm}"; it must be ${Object.keys(scales).join(', ')}.`);
  }
  if (!(radius > 0 && radius <= maxRadius)) {
    throw new ValueError(`The jet radius is ${radius}; it must be above 0 and at most ${maxRadius}.`);
  }
  if (!(minPt >= 0)) throw new ValueError(`The least pT of a jet is ${minPt} GeV; it must be 0 or more.`);
  validateMomenta(momenta);
  const entered = enteredParticles(momenta);
  const px = gather(momenta.px, entered);
  const py = gather(momenta.py, entered);
  const pz = gather(momenta.pz, entered);
  const energy = gather(momenta.energy, entered);
  const { jets, following } = recombine({ px, py, pz, energy }, scales[algorithm], radius);
  const found: { readonly pt: number; readonly jet: Jet }[] = [];
  for (const slot of jets) {
    const sum = { px: px[slot]!, py: py[slot]!, pz: pz[slot]!, energy: energy[slot]! };
    const pt = jetPt(sum);
    if (pt >= minPt) found.push({ pt, jet: { ...sum, constituents: listed(slot, following, entered) } });
  }
  found.sort((a, b) => b.pt - a.pt || a.jet.constituents[0]! - b.jet.constituents[0]!);
  return found.map(({ jet }) => jet);
}

/** Give the particles of the list that starts at a place, ascending. */
function listed(start: number, following: Int32Array, entered: Int32Array): Int32Array {
  let size = 0;
  for (let member = start; member >= 0; member = following[member]!) size++;
  const constituents = new Int32Array(size);
  for (let member = start, at = 0; member >= 0; member = following[member]!) constituents[at++] = entered[member]!;
  return size === 1 ? constituents : constituents.toSorted();
}

function validateMomenta(momenta: FourMomenta): void {
  const { count } = momenta;
  for (const name of ['px', 'py', 'pz', 'energy'] as const) {
    const values = momenta[name];
    if (values.length !== count) {
      throw new ShapeError(`Array "${name}" has ${values.length} elements, but there are ${count} four-momenta.`);
    }
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (!(Math.abs(value) <= maxMomentum)) {
        throw new ValueError(
          `Four-momentum ${i} has ${name} = ${value} GeV; it must be a finite number of at most ${maxMomentum} GeV.`,
        );
      }
      if (name === 'energy' && value < 0) {
        throw new ValueError(`Four-momentum ${i} has energy = ${value} GeV; it must be 0 or more.`);
      }
    }
  }
}

/** List the particles that have momentum or energy. */
function enteredParticles({ count, px, py, pz, energy }: FourMomenta): Int32Array {
  const entered = new Int32Array(count);
  let used = 0;
  for (let i = 0; i < count; i++) {
    if (energy[i] !== 0 || px[i] !== 0 || py[i] !== 0 || pz[i] !== 0) entered[used++] = i;
  }
  return entered.subarray(0, used);
}

function gather(values: Float64Array, indices: Int32Array): Float64Array {
  const gathered = new Float64Array(indices.length);
  for (let k = 0; k < indices.length; k++) gathered[k] = values[indices[k]!]!;
  return gathered;
}
