/** Sequential recombination as it is written in the papers: all distances anew in every step, O(N³). */
import type { FourMomenta, JetAlgorithm } from '../../../src/physics/index.ts';

export interface PlainJet {
  readonly momentum: readonly [number, number, number, number];
  readonly constituents: readonly number[];
}

interface Cluster extends PlainJet {
  readonly pt2: number;
  readonly rapidity: number;
  readonly phi: number;
}

function cluster(momentum: PlainJet['momentum'], constituents: readonly number[]): Cluster {
  const [px, py, pz, energy] = momentum;
  return {
    momentum,
    constituents,
    pt2: px * px + py * py,
    rapidity: 0.5 * Math.log((energy + pz) / (energy - pz)),
    phi: Math.atan2(py, px),
  };
}

function squaredDistance(a: Cluster, b: Cluster): number {
  let turn = Math.abs(a.phi - b.phi);
  if (turn > Math.PI) turn = 2 * Math.PI - turn;
  return (a.rapidity - b.rapidity) ** 2 + turn ** 2;
}

/** Cluster particles with transverse momentum; jets in the order in which they are found. */
export function bruteForceJets(momenta: FourMomenta, algorithm: JetAlgorithm, radius: number): PlainJet[] {
  const power = { antikt: -1, cambridge: 0, kt: 1 }[algorithm];
  let rest = Array.from({ length: momenta.count }, (_, i) =>
    cluster([momenta.px[i]!, momenta.py[i]!, momenta.pz[i]!, momenta.energy[i]!], [i]),
  );
  const jets: PlainJet[] = [];
  while (rest.length > 0) {
    let least = Infinity;
    let pair: readonly [Cluster, Cluster | null] = [rest[0]!, null];
    rest.forEach((a, i) => {
      if (a.pt2 ** power < least) {
        least = a.pt2 ** power;
        pair = [a, null];
      }
      rest.slice(0, i).forEach((b) => {
        const distance = (Math.min(a.pt2 ** power, b.pt2 ** power) * squaredDistance(a, b)) / radius ** 2;
        if (distance < least) {
          least = distance;
          pair = [a, b];
        }
      });
    });
    const [a, b] = pair;
    rest = rest.filter((c) => c !== a && c !== b);
    if (b === null) jets.push(a);
    else {
      const sum = a.momentum.map((x, k) => x + b.momentum[k]!) as unknown as PlainJet['momentum'];
      rest.push(cluster(sum, [...a.constituents, ...b.constituents]));
    }
  }
  return jets;
}
