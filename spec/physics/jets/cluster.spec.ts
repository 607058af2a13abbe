import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError, ValueError } from '../../../src/errors.ts';
import {
  clusterJets,
  emptyMomenta,
  type FourMomenta,
  type Jet,
  jetPhi,
  jetPt,
  jetRapidity,
} from '../../../src/physics/index.ts';
import { stream } from '../../../src/random/index.ts';
import { bruteForceJets } from './brute-force.ts';

interface Row {
  readonly pt: number;
  readonly rapidity: number;
  readonly phi: number;
  readonly mass: number;
}

const algorithms = ['antikt', 'cambridge', 'kt'] as const;

function momentaOf(rows: readonly Row[]): FourMomenta {
  const momenta = emptyMomenta(rows.length);
  rows.forEach(({ pt, rapidity, phi, mass }, i) => {
    const transverse = Math.hypot(pt, mass);
    momenta.px[i] = pt * Math.cos(phi);
    momenta.py[i] = pt * Math.sin(phi);
    momenta.pz[i] = transverse * Math.sinh(rapidity);
    momenta.energy[i] = transverse * Math.cosh(rapidity);
  });
  return momenta;
}

function momentaFrom(...vectors: readonly (readonly [number, number, number, number])[]): FourMomenta {
  const momenta = emptyMomenta(vectors.length);
  vectors.forEach(([px, py, pz, energy], i) => {
    momenta.px[i] = px;
    momenta.py[i] = py;
    momenta.pz[i] = pz;
    momenta.energy[i] = energy;
  });
  return momenta;
}

/**
 * Rows drawn from a named stream, half of them near one of three directions: doubles in general position, so that no two
 * distances are equal.
 */
function drawRows(name: string | number, count: number): Row[] {
  const source = stream(name);
  const direction = (): Pick<Row, 'rapidity' | 'phi'> => ({
    rapidity: 10 * source.uniform() - 5,
    phi: 2 * Math.PI * source.uniform() - Math.PI,
  });
  const axes = [direction(), direction(), direction()];
  return Array.from({ length: count }, (_, i) => {
    const axis = i % 2 === 0 ? direction() : axes[i % 3]!;
    return {
      pt: -3 * Math.log(1 - source.uniform()),
      rapidity: axis.rapidity + 0.2 * source.normal(0, 1),
      phi: axis.phi + 0.2 * source.normal(0, 1),
      mass: source.uniform() < 0.5 ? 0 : 0.14,
    };
  });
}

const events = fc.record({ seed: fc.integer(), count: fc.integer({ min: 0, max: 60 }) });
const radii = fc.constantFrom(0.1, 0.4, 1, 1.7, 2.5, 6);
const algorithm = fc.constantFrom(...algorithms);

const keyOf = (constituents: Iterable<number>): string => [...constituents].toSorted((a, b) => a - b).join(' ');
const keys = (jets: readonly Jet[]): string[] => jets.map((jet) => keyOf(jet.constituents));

/** Compare four-vectors to a part of their energy. */
function expectClose(found: Jet, momentum: readonly number[], tolerance = 1e-9): void {
  const limit = tolerance * Math.max(found.energy, momentum[3]!);
  [found.px, found.py, found.pz, found.energy].forEach((value, k) => {
    expect(Math.abs(value - momentum[k]!)).toBeLessThanOrEqual(limit);
  });
}

describe('clusterJets', () => {
  it('equals clustering with all distances in every step', () => {
    fc.assert(
      fc.property(events, algorithm, radii, ({ seed, count }, algorithm, radius) => {
        const momenta = momentaOf(drawRows(seed, count));

        const jets = clusterJets(momenta, { algorithm, radius });

        const expected = new Map(
          bruteForceJets(momenta, algorithm, radius).map((jet) => [keyOf(jet.constituents), jet.momentum]),
        );
        expect(keys(jets).toSorted()).toEqual([...expected.keys()].toSorted());
        for (const jet of jets) expectClose(jet, expected.get(keyOf(jet.constituents))!);
      }),
      { numRuns: 100 },
    );
  });

  it.each(algorithms)('puts every particle into exactly one %s jet and loses no momentum', (algorithm) => {
    fc.assert(
      fc.property(events, radii, ({ seed, count }, radius) => {
        const momenta = momentaOf(drawRows(seed, count));

        const jets = clusterJets(momenta, { algorithm, radius });

        expect(jets.flatMap((jet) => [...jet.constituents]).toSorted((a, b) => a - b)).toEqual([
          ...Array.from({ length: count }).keys(),
        ]);
        for (const name of ['px', 'py', 'pz', 'energy'] as const) {
          const sum = momenta[name].reduce((a, b) => a + b, 0);
          const total = momenta.energy.reduce((a, b) => a + b, 0);
          expect(Math.abs(jets.reduce((a, jet) => a + jet[name], 0) - sum)).toBeLessThanOrEqual(1e-12 * total);
        }
        for (const jet of jets) expect([...jet.constituents]).toEqual([...jet.constituents].toSorted((a, b) => a - b));
        expect(jets.map(jetPt)).toEqual(jets.map(jetPt).toSorted((a, b) => b - a));
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of particles', () => {
    fc.assert(
      fc.property(events, algorithm, radii, ({ seed, count }, algorithm, radius) => {
        const rows = drawRows(seed, count);

        const forth = clusterJets(momentaOf(rows), { algorithm, radius });
        const back = clusterJets(momentaOf(rows.toReversed()), { algorithm, radius });

        expect(back.map((jet) => keyOf([...jet.constituents].map((i) => count - 1 - i)))).toEqual(keys(forth));
        forth.forEach((jet, k) => expectClose(back[k]!, [jet.px, jet.py, jet.pz, jet.energy], 1e-12));
      }),
      { numRuns: 60 },
    );
  });

  it('is infrared safe: a particle of 1e-30 GeV changes no jet', () => {
    fc.assert(
      fc.property(events, algorithm, radii, ({ seed, count }, algorithm, radius) => {
        const [soft, ...rows] = drawRows(seed, count + 1);
        const before = clusterJets(momentaOf(rows), { algorithm, radius });

        const after = clusterJets(momentaOf([...rows, { ...soft!, pt: 1e-30, mass: 0 }]), { algorithm, radius });

        const hard = after.filter((jet) => jetPt(jet) > 1e-20);
        expect(hard.map((jet) => keyOf(jet.constituents.filter((i) => i !== count)))).toEqual(keys(before));
        before.forEach((jet, k) => expectClose(hard[k]!, [jet.px, jet.py, jet.pz, jet.energy], 1e-12));
      }),
      { numRuns: 60 },
    );
  });

  it('is collinear safe: splitting a particle in two leaves the jets as they were', () => {
    fc.assert(
      fc.property(events, algorithm, radii, fc.nat(), ({ seed, count }, algorithm, radius, which) => {
        fc.pre(count > 0);
        const rows = drawRows(seed, count).map((row) => ({ ...row, mass: 0 }));
        const at = which % count;
        const before = clusterJets(momentaOf(rows), { algorithm, radius });
        const parts = rows.map((row, i) => (i === at ? { ...row, pt: row.pt * 0.3 } : row));

        const after = clusterJets(momentaOf([...parts, { ...rows[at]!, pt: rows[at]!.pt * 0.7 }]), {
          algorithm,
          radius,
        });

        expect(after.map((jet) => keyOf(jet.constituents.filter((i) => i !== count)))).toEqual(keys(before));
        before.forEach((jet, k) => expectClose(after[k]!, [jet.px, jet.py, jet.pz, jet.energy], 1e-9));
      }),
      { numRuns: 60 },
    );
  });

  it.each(algorithms)('joins %s neighbours across φ = ±π', (algorithm) => {
    const near = { pt: 10, rapidity: 1, mass: 0 };
    const momenta = momentaOf([
      { ...near, phi: Math.PI - 0.05 },
      { ...near, phi: -Math.PI + 0.05, pt: 4 },
      { ...near, phi: 0 },
      { ...near, phi: -0.1, pt: 3 },
      { ...near, phi: Math.PI, rapidity: -3 },
      { ...near, phi: -Math.PI, rapidity: -3 },
    ]);

    expect(keys(clusterJets(momenta, { algorithm })).toSorted()).toEqual(['0 1', '2 3', '4 5']);
  });

  it.each(algorithms)('joins %s particles at the same place', (algorithm) => {
    const rows = Array.from({ length: 5 }, () => ({ pt: 2, rapidity: 0.3, phi: 1, mass: 0 }));

    const [jet, ...others] = clusterJets(momentaOf(rows), { algorithm });

    expect(others).toEqual([]);
    expect(jetPt(jet!)).toBeCloseTo(10, 12);
    expect([...jet!.constituents]).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes no jet from no particle, and one from one', () => {
    expect(clusterJets(emptyMomenta(0))).toEqual([]);
    expect(clusterJets(momentaFrom([3, 4, 1, 6]))).toEqual([
      { px: 3, py: 4, pz: 1, energy: 6, constituents: Int32Array.of(0) },
    ]);
  });

  it.each(algorithms)('leaves null four-momenta out, and %s particles along the beam alone', (algorithm) => {
    const momenta = momentaFrom(
      [0, -0, 0, 0],
      [20, 0, 5, 21],
      [0, 0, 0, 0],
      [0, 0, 7, 7],
      [0, 0, -7, 7],
      [0, 0, 7000, 7000],
      [19, 1, 5, 20],
      [0, 0, 0, 0],
    );

    const jets = clusterJets(momenta, { algorithm });

    expect(keys(jets)).toEqual(['1 6', '3', '4', '5']);
    expect(keys(clusterJets(momenta, { algorithm, minPt: 1e-9 }))).toEqual(['1 6']);
  });

  it('has finite jets of any finite momenta, also unphysical ones', () => {
    const component = fc.oneof(
      fc.constantFrom(0, 5e-324, 1e-200, -1e-170, 1e-30, 1, -1, 1e100),
      fc.double({ min: -100, max: 100, noNaN: true }),
    );
    const vector = fc.tuple(
      component,
      component,
      component,
      component.map((e) => Math.abs(e)),
    );
    fc.assert(
      fc.property(fc.array(vector, { maxLength: 20 }), algorithm, radii, (vectors, algorithm, radius) => {
        const jets = clusterJets(momentaFrom(...vectors), { algorithm, radius });

        expect(jets.flatMap((jet) => [...jet.constituents]).toSorted((a, b) => a - b)).toEqual(
          vectors.flatMap((v, i) => (v.every((x) => x === 0) ? [] : [i])),
        );
        for (const jet of jets) expect([jet.px, jet.py, jet.pz, jet.energy].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps jets of exactly the least pT', () => {
    const momenta = momentaFrom([3, 4, 0, 5], [-3, -3.9, 1, 6]);

    expect(keys(clusterJets(momenta, { minPt: 5 }))).toEqual(['0']);
  });

  it.each(algorithms)('clusters 3,000 particles in the same %s jets wherever φ begins', (algorithm) => {
    const rows = drawRows('many', 3000);
    const jets = clusterJets(momentaOf(rows), { algorithm });

    const turned = clusterJets(momentaOf(rows.map((row) => ({ ...row, phi: row.phi + 1.234 }))), { algorithm });

    expect(keys(turned)).toEqual(keys(jets));
    expect(jets.reduce((sum, jet) => sum + jet.constituents.length, 0)).toBe(3000);
  });

  it('leaves no two Cambridge/Aachen jets nearer than R', () => {
    const places = clusterJets(momentaOf(drawRows('apart', 1000)), { algorithm: 'cambridge' }).map((jet) => ({
      rapidity: jetRapidity(jet),
      phi: jetPhi(jet),
    }));

    let least = Infinity;
    places.forEach((a, i) =>
      places.slice(0, i).forEach((b) => {
        const turn = Math.abs(a.phi - b.phi);
        least = Math.min(least, Math.hypot(a.rapidity - b.rapidity, Math.min(turn, 2 * Math.PI - turn)));
      }),
    );
    expect(least).toBeGreaterThanOrEqual(0.4);
    expect(least).toBeLessThan(0.45);
  });

  it('refuses bad momenta and options in one sentence', () => {
    const refused = (vector: readonly [number, number, number, number]) => () => clusterJets(momentaFrom(vector));

    expect(refused([Number.NaN, 0, 0, 1])).toThrow(
      new ValueError('Four-momentum 0 has px = NaN GeV; it must be a finite number of at most 1e+100 GeV.'),
    );
    expect(refused([0, 0, -Infinity, 1])).toThrow('Four-momentum 0 has pz = -Infinity GeV');
    expect(refused([0, 0, 0, -1])).toThrow(
      new ValueError('Four-momentum 0 has energy = -1 GeV; it must be 0 or more.'),
    );
    const none = emptyMomenta(0);
    for (const radius of [0, -1, Number.NaN, Infinity]) {
      expect(() => clusterJets(none, { radius })).toThrow(
        new ValueError(`The jet radius is ${radius}; it must be above 0 and at most 1000.`),
      );
    }
    expect(() => clusterJets(none, { minPt: -1 })).toThrow('The least pT of a jet is -1 GeV; it must be 0 or more.');
    expect(() => clusterJets(none, { algorithm: 'cone' as never })).toThrow(
      'The jet algorithm is "cone"; it must be antikt, cambridge, kt.',
    );
    expect(() => clusterJets({ ...emptyMomenta(2), px: new Float64Array(1) })).toThrow(
      new ShapeError('Array "px" has 1 elements, but there are 2 four-momenta.'),
    );
  });
});
