import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bottomJet } from '../../src/physics/generator/bottom-jets.ts';
import { generatorConfiguration, hardProcesses } from '../../src/physics/generator/configuration.ts';
import { atRapidity, decay, direction, type FourVector, sum } from '../../src/physics/generator/decay.ts';
import { drawSpecies, recoilOf } from '../../src/physics/generator/fragmentation.ts';
import { type HardScatter, hardScatter } from '../../src/physics/generator/hard-scatter.ts';
import { decayTopPair, massTop } from '../../src/physics/generator/top-pairs.ts';
import { massW } from '../../src/physics/generator/w-boson.ts';
import { type HardProcess, magnitude, speciesNames } from '../../src/physics/index.ts';
import { stream } from '../../src/random/index.ts';

const mass = ({ x, y, z, energy }: FourVector): number => Math.sqrt(energy * energy - x * x - y * y - z * z);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const drawn = (process: HardProcess, seed: string, underlyingEvent = 0): HardScatter =>
  hardScatter(generatorConfiguration({ process, underlyingEvent }), stream(seed));
const leptonsOf = ({ visible }: HardScatter): string[] =>
  // Fragments may be leptons too, but only those of the W bosons are exactly prompt.
  visible.filter((p) => p.d0 === 0).map((p) => speciesNames[p.species]!);

const component = fc.double({ min: -300, max: 300, noNaN: true });

describe('decay', () => {
  it('conserves energy and momentum and gives the products their masses', () => {
    fc.assert(
      fc.property(component, component, fc.double({ min: -4, max: 4, noNaN: true }), fc.string(), (x, y, eta, seed) => {
        const parent = atRapidity(x, y, eta, massTop);
        const [a, b] = decay(parent, massTop, [4.8, massW], stream(seed));

        expect(mass(a) / 4.8).toBeCloseTo(1, 3);
        expect(mass(b) / massW).toBeCloseTo(1, 5);
        const whole = sum(a, b);
        for (const k of ['x', 'y', 'z', 'energy'] as const) expect(whole[k]).toBeCloseTo(parent[k], 6);
      }),
    );
  });

  it('is isotropic in the rest frame', () => {
    const random = stream('isotropic');
    const rest = atRapidity(0, 0, 0, massW);
    const products = Array.from({ length: 4000 }, () => decay(rest, massW, [0, 0], random)[0]);

    // Each component of a unit vector has mean 0 and mean square 1/3.
    for (const k of ['x', 'y', 'z'] as const) {
      const cosines = products.map((p) => p[k] / p.energy);
      expect(Math.abs(mean(cosines))).toBeLessThan(4 / Math.sqrt(3 * 4000));
      expect(Math.abs(mean(cosines.map((v) => v * v)) - 1 / 3)).toBeLessThan((4 * 0.3) / Math.sqrt(4000));
    }
  });
});

describe('hardScatter', () => {
  it.each(hardProcesses)('balances neutrinos and all else of %s', (process) => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const { visible, invisible } = drawn(process, seed);
        const recoil = recoilOf(visible);

        expect(recoil.x).toBeCloseTo(invisible.x, 6);
        expect(recoil.y).toBeCloseTo(invisible.y, 6);
      }),
      { numRuns: 40 },
    );
  });

  it.each(hardProcesses)('is unbalanced in %s by its underlying event alone', (process) => {
    const imbalance = (underlying: number, seed: string): number => {
      const { visible, invisible } = drawn(process, seed, underlying);
      const recoil = recoilOf(visible);
      return magnitude({ x: recoil.x - invisible.x, y: recoil.y - invisible.y }) ** 2;
    };
    const seeds = Array.from({ length: 300 }, (_, i) => `underlying ${i}`);

    // A walk of 30 steps in the plane with exponential lengths: mean square 30 · 2 · 0.7².
    const ratio = mean(seeds.map((seed) => imbalance(30, seed))) / (30 * 2 * 0.49);
    expect(Math.abs(ratio - 1)).toBeLessThan(4 / Math.sqrt(300));
  });

  it('has one lepton in W+jets and two of opposite charge in top pairs', () => {
    for (let i = 0; i < 40; i++) {
      expect(leptonsOf(drawn('wjets', `leptons ${i}`))).toHaveLength(1);
      const [positive, negative] = leptonsOf(drawn('ttbar', `leptons ${i}`));
      expect(['positron', 'antimuon']).toContain(positive);
      expect(['electron', 'muon']).toContain(negative);
    }
  });

  it('has no more jets than it is told', () => {
    const alone = hardScatter(generatorConfiguration({ jets: [0, 0], underlyingEvent: 0 }), stream('alone'));

    expect(alone.visible).toHaveLength(1);
    expect(alone.visible[0]!.pt).toBeCloseTo(magnitude(alone.invisible), 9);
    expect(alone.visible[0]!.pt).toBeLessThanOrEqual(massW / 2);
  });
});

describe('decayTopPair', () => {
  it('keeps the masses of W bosons and tops and takes the recoil', () => {
    fc.assert(
      fc.property(component, component, fc.string(), (x, y, seed) => {
        const decays = decayTopPair({ x, y }, stream(seed));

        for (const { lepton, neutrino, bottom } of decays) {
          expect(mass(sum(lepton, neutrino))).toBeCloseTo(massW, 5);
          expect(mass(sum(sum(lepton, neutrino), bottom))).toBeCloseTo(massTop, 5);
        }
        const parts = decays.flatMap(({ lepton, neutrino, bottom }) => [lepton, neutrino, bottom]);
        expect(parts.reduce((total, p) => total + p.x, 0)).toBeCloseTo(x, 6);
        expect(parts.reduce((total, p) => total + p.y, 0)).toBeCloseTo(y, 6);
      }),
    );
  });

  it('gives tops the momenta of its spectrum', () => {
    const momenta = Array.from({ length: 2000 }, (_, i) => {
      const [top] = decayTopPair({ x: 0, y: 0 }, stream('spectrum', String(i)));
      return direction(sum(top.bottom, sum(top.lepton, top.neutrino))).pt;
    }).toSorted((a, b) => a - b);

    // Median 200·√(∛2 − 1) = 102 GeV; its error from 2000 draws is about 2.
    expect(momenta[1000]!).toBeGreaterThan(94);
    expect(momenta[1000]!).toBeLessThan(110);
  });
});

describe('bottomJet', () => {
  const quark = atRapidity(60, 30, 0.5, 4.8);
  const impacts = (bottomLifetime: number): number[] =>
    Array.from({ length: 200 }, (_, i) => bottomJet(quark, generatorConfiguration({ bottomLifetime }), stream(i)))
      .flat()
      .flatMap((p) => (p.d0 === undefined ? [] : [Math.abs(p.d0)]));

  it('has the transverse momentum of its quark', () => {
    fc.assert(
      fc.property(component, component, fc.string(), (x, y, seed) => {
        fc.pre(Math.abs(x) + Math.abs(y) > 1e-3);
        const recoil = recoilOf(bottomJet(atRapidity(x, y, 0.2, 4.8), generatorConfiguration(), stream(seed)));

        expect(-recoil.x).toBeCloseTo(x, 6);
        expect(-recoil.y).toBeCloseTo(y, 6);
      }),
    );
  });

  it('has tracks that miss the vertex in proportion to the lifetime', () => {
    const [short, long] = [impacts(0.23), impacts(0.46)];

    expect(mean(long) / mean(short)).toBeCloseTo(2, 9);
    // Impact parameters of b decays are about the proper decay length, whatever the momentum.
    expect(mean(long)).toBeGreaterThan(0.2);
    expect(mean(long)).toBeLessThan(1);
    expect(mean(impacts(0))).toBe(0);
  });
});

describe('drawSpecies', () => {
  it.each([0, 0.6, 1])('gives the charged share %d, and each species its part of it', (chargedFraction) => {
    const random = stream('species');
    const draws = 40000;
    const counts = new Array<number>(speciesNames.length).fill(0);
    for (let i = 0; i < draws; i++) counts[drawSpecies(chargedFraction, random)]!++;

    const shares: Record<(typeof speciesNames)[number], number> = {
      'positive hadron': 0.495 * chargedFraction,
      'negative hadron': 0.495 * chargedFraction,
      electron: 0.0025 * chargedFraction,
      positron: 0.0025 * chargedFraction,
      muon: 0.0025 * chargedFraction,
      antimuon: 0.0025 * chargedFraction,
      photon: 0.75 * (1 - chargedFraction),
      'neutral hadron': 0.25 * (1 - chargedFraction),
    };
    speciesNames.forEach((name, code) => {
      const share = shares[name];
      expect(Math.abs(counts[code]! / draws - share)).toBeLessThanOrEqual(4 * Math.sqrt((share * (1 - share)) / draws));
    });
  });
});
