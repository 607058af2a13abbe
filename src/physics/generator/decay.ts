/**
 * Two-body decays of what is too short-lived to be seen: isotropic in the rest frame, since spins are left out, and on
 * the mass shell, since widths are.
 */
import type { RandomStream } from '../../random/index.ts';
import { asinhScalar, atan2Scalar, cosScalar, sinhScalar, sinScalar } from '../../tensor/index.ts';

/** Energy and momentum of one particle in GeV; z runs along the beam. */
export interface FourVector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly energy: number;
}

/** Make the four-vector of a particle from its transverse momentum, its rapidity and its mass. */
export function atRapidity(x: number, y: number, rapidity: number, mass: number): FourVector {
  const transverseMass = Math.sqrt(mass * mass + x * x + y * y);
  const z = transverseMass * sinhScalar(rapidity);
  return { x, y, z, energy: Math.sqrt(transverseMass * transverseMass + z * z) };
}

/** Add two four-vectors. */
export function sum(a: FourVector, b: FourVector): FourVector {
  return { x: a.x + b.x, y: a.y + b.y, z: a.z + b.z, energy: a.energy + b.energy };
}

/** Give the direction of a four-vector and its transverse momentum, which must be above 0. */
export function direction(v: FourVector): { readonly pt: number; readonly eta: number; readonly phi: number } {
  const pt = Math.sqrt(v.x * v.x + v.y * v.y);
  return { pt, eta: asinhScalar(v.z / pt), phi: atan2Scalar(v.y, v.x) };
}

/**
 * Decay a particle into two.
 *
 * @param mass - of the parent, in GeV; at least the sum of the products' masses
 * @param masses - of the products, in GeV
 * @returns the products in the order of their masses; their sum is the parent
 */
export function decay(
  parent: FourVector,
  mass: number,
  masses: readonly [number, number],
  stream: RandomStream,
): [FourVector, FourVector] {
  const [a, b] = masses;
  const momentum = Math.sqrt((mass * mass - (a + b) * (a + b)) * (mass * mass - (a - b) * (a - b))) / (2 * mass);
  const restEnergy = (mass * mass + a * a - b * b) / (2 * mass);
  const cosTheta = stream.uniform(-1, 1);
  const transverse = momentum * Math.sqrt(1 - cosTheta * cosTheta);
  const phi = stream.uniform(-Math.PI, Math.PI);
  const rest = { x: transverse * cosScalar(phi), y: transverse * sinScalar(phi), z: momentum * cosTheta };
  // Boost from the rest frame of the parent P: E = (E*·P_E + r·P)/m and p = r + P·(E + E*)/(P_E + m).
  const along = rest.x * parent.x + rest.y * parent.y + rest.z * parent.z;
  const energy = (restEnergy * parent.energy + along) / mass;
  const share = (energy + restEnergy) / (parent.energy + mass);
  const first = {
    x: rest.x + parent.x * share,
    y: rest.y + parent.y * share,
    z: rest.z + parent.z * share,
    energy,
  };
  return [
    first,
    { x: parent.x - first.x, y: parent.y - first.y, z: parent.z - first.z, energy: parent.energy - energy },
  ];
}
