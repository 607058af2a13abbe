import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/errors.ts';
import { type Jet, jetEta, jetMass, jetPhi, jetPt, jetRapidity, matchJets } from '../../../src/physics/index.ts';

const constituents = new Int32Array(0);

function jetAt(pt: number, rapidity: number, phi: number, mass = 0): Jet {
  const transverse = Math.hypot(pt, mass);
  return {
    px: pt * Math.cos(phi),
    py: pt * Math.sin(phi),
    pz: transverse * Math.sinh(rapidity),
    energy: transverse * Math.cosh(rapidity),
    constituents,
  };
}

const jets = fc.array(
  fc
    .tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }))
    .map(([rapidity, phi]) => jetAt(30, rapidity, phi)),
  { maxLength: 15 },
);

describe('the kinematics of a jet', () => {
  it('are those it was made with', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1000, noNaN: true }),
        fc.double({ min: -6, max: 6, noNaN: true }),
        fc.double({ min: -3.14, max: 3.14, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (pt, rapidity, phi, mass) => {
          const jet = jetAt(pt, rapidity, phi, mass);

          expect(jetPt(jet) / pt).toBeCloseTo(1, 12);
          expect(jetRapidity(jet)).toBeCloseTo(rapidity, 9);
          expect(jetPhi(jet)).toBeCloseTo(phi, 9);
          expect(jetEta(jet)).toBeCloseTo(Math.asinh((Math.hypot(pt, mass) * Math.sinh(rapidity)) / pt), 9);
          expect(Math.abs(jetMass(jet) ** 2 - mass ** 2)).toBeLessThanOrEqual(1e-12 * jet.energy ** 2);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are finite along the beam', () => {
    const beam = { px: 0, py: 0, pz: -7000, energy: 7000, constituents };

    expect([jetPt(beam), jetPhi(beam), jetRapidity(beam), jetEta(beam), jetMass(beam)]).toEqual([
      0, 0, -107_000, -107_000, 0,
    ]);
    expect(jetPhi(jetAt(1, 0, -Math.PI))).toBeCloseTo(-Math.PI, 12);
  });
});

describe('matchJets', () => {
  it('pairs one to one within the distance, and leaves no pair that could still be made', () => {
    fc.assert(
      fc.property(jets, jets, fc.double({ min: 0.05, max: 2, noNaN: true }), (found, reference, maxDistance) => {
        const pairs = matchJets(found, reference, maxDistance);

        const usedJets = new Set(pairs.map((pair) => pair.jet));
        const usedReferences = new Set(pairs.map((pair) => pair.reference));
        expect([usedJets.size, usedReferences.size]).toEqual([pairs.length, pairs.length]);
        const distance = (a: Jet, b: Jet): number => {
          const turn = Math.abs(Math.atan2(a.py, a.px) - Math.atan2(b.py, b.px));
          return Math.hypot(jetRapidity(a) - jetRapidity(b), Math.min(turn, 2 * Math.PI - turn));
        };
        pairs.forEach((pair, k) => {
          expect(pair.distance).toBeLessThan(maxDistance);
          expect(pair.distance).toBeCloseTo(distance(found[pair.jet]!, reference[pair.reference]!), 9);
          if (k > 0) expect(pair.distance).toBeGreaterThanOrEqual(pairs[k - 1]!.distance);
        });
        found.forEach((a, i) =>
          reference.forEach((b, j) => {
            if (usedJets.has(i) || usedReferences.has(j)) return;
            expect(distance(a, b)).toBeGreaterThan(maxDistance - 1e-9);
          }),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('takes the nearest pair first, across φ = ±π', () => {
    const found = [jetAt(50, 0, 3.1), jetAt(40, 0, -3.05)];
    const reference = [jetAt(45, 0, -3.1), jetAt(45, 0, 2.9)];

    const pairs = matchJets(found, reference);

    expect(pairs.map(({ jet, reference }) => [jet, reference])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(pairs[0]!.distance).toBeCloseTo(0.05, 9);
  });

  it('refuses a distance that is not above 0', () => {
    expect(() => matchJets([], [], 0)).toThrow(new ValueError('The matching distance is 0; it must be above 0.'));
    expect(() => matchJets([], [], Number.NaN)).toThrow('The matching distance is NaN');
  });
});
