import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import { longitudinalResolution } from '../../src/physics/generator/detector.ts';
import {
  generateEvent,
  generateEvents,
  type GeneratorOptions,
  hardProcesses,
  magnitude,
  missingMomentum,
  type PileupEvent,
  validateParticles,
  vertexCode,
} from '../../src/physics/index.ts';
import { stream } from '../../src/random/index.ts';

const small: GeneratorOptions = { meanPileup: 8, particlesPerCollision: 15, underlyingEvent: 10 };

describe('generateEvent', () => {
  it('keeps its laws for any seed', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom(...hardProcesses),
        fc.integer({ min: 0, max: 30 }),
        (seed, process, meanPileup) => {
          const event = generateEvent({ ...small, process, meanPileup }, stream(seed));

          validateParticles(event.particles);
          validateParticles(event.twin);
          const p = event.particles;
          for (let i = 0; i < p.count; i++) {
            const tracked = p.vertex[i] !== vertexCode.none;
            expect(Math.abs(p.charge[i]!)).toBe(tracked ? 1 : 0);
            expect(Math.abs(p.eta[i]!)).toBeLessThan(tracked ? 4 : 5);
            expect(p.pt[i]!).toBeGreaterThan(tracked ? 0.2 : 0.5 - 1e-12);
            expect(p.phi[i]!).toBeGreaterThanOrEqual(-Math.PI);
            expect(p.phi[i]!).toBeLessThan(Math.PI);
            expect(p.energy[i]!).toBeGreaterThanOrEqual(p.pt[i]! * (1 - 1e-12));
            expect(event.truth[i]!).toBeGreaterThanOrEqual(0);
            expect(event.truth[i]!).toBeLessThanOrEqual(1);
            if (tracked) expect([0, 1]).toContain(event.truth[i]);
            else expect([p.d0[i], p.dz[i]]).toEqual([0, 0]);
            if (i > 0) expect(p.pt[i]!).toBeLessThanOrEqual(p.pt[i - 1]!);
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('gives the twin the truth-weighted momentum of the full event, tower by tower', () => {
    const key = (p: PileupEvent['twin'], i: number): string => `${p.eta[i]} ${p.phi[i]} ${p.species[i]}`;
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...hardProcesses), (seed, process) => {
        const event = generateEvent({ process, meanPileup: 20, towerMinMomentum: 0 }, stream(seed));
        const share = new Map<string, number>();
        for (let i = 0; i < event.particles.count; i++) {
          if (event.truth[i]! > 0) share.set(key(event.particles, i), event.particles.pt[i]! * event.truth[i]!);
        }

        expect(share.size).toBe(event.twin.count);
        for (let i = 0; i < event.twin.count; i++) {
          expect(share.get(key(event.twin, i))! / event.twin.pt[i]!).toBeCloseTo(1, 12);
        }
        const weighted = missingMomentum(event.particles, event.truth);
        const twin = missingMomentum(event.twin);
        expect(weighted.x).toBeCloseTo(twin.x, 8);
        expect(weighted.y).toBeCloseTo(twin.y, 8);
      }),
      { numRuns: 12 },
    );
  });

  it('has the same hard collision at any pileup, and without pileup nothing else', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom(...hardProcesses),
        fc.integer({ min: 1, max: 40 }),
        (seed, process, meanPileup) => {
          const none = generateEvent({ ...small, process, meanPileup: 0 }, stream(seed));
          const busy = generateEvent({ ...small, process, meanPileup }, stream(seed));

          expect(none.pileupVertices).toBe(0);
          expect(none.vertices).toHaveLength(0);
          expect(none.twin).toEqual(busy.twin);
          expect(none.particles).toEqual(none.twin);
          expect(none.truth.every((w) => w === 1)).toBe(true);
          expect(none.generated).toEqual(busy.generated);
          expect(none.missing).toEqual(busy.missing);
          expect(none.invisible).toEqual(busy.invisible);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('has the missing momentum of its generated particles, which its neutrinos explain', () => {
    const events = generateEvents({ ...small, process: 'ttbar', underlyingEvent: 0, jets: [0, 0] }, 'missing', 20);
    const differences = events.map(({ missing, invisible, generated }) => {
      expect(missing.x).toBeCloseTo(-generated.px.reduce((sum, p) => sum + p, 0), 6);
      return magnitude({ x: missing.x - invisible.x, y: missing.y - invisible.y });
    });

    // What flies past the calorimeter is missing too, but tops are central: most events have nothing there.
    expect(differences.filter((d) => d < 1e-6).length).toBeGreaterThan(10);
  });

  it.each([
    [30, 0.04],
    [140, 0.18],
  ])('merges pileup of %d into towers of the hard collision, so that weights are fractional', (meanPileup, least) => {
    const weights = generateEvents({ meanPileup }, 'merge', 12).flatMap(({ truth, particles }) =>
      [...truth].filter((w, i) => particles.vertex[i] === vertexCode.none && w > 0),
    );

    // Measured over 40 events: 0.07 of the towers with primary energy at a pileup of 30, 0.27 at 140.
    expect(weights.filter((w) => w < 1).length / weights.length).toBeGreaterThan(least);
  });

  it.each([0.5, 140])('has a Poisson number of pileup collisions of mean %d', (meanPileup) => {
    const runs = 400;
    const options: GeneratorOptions = { meanPileup, particlesPerCollision: 0, pileupJetChance: 0, jets: [0, 0] };
    const events = generateEvents(options, 'poisson', runs);
    const numbers = events.map(({ pileupVertices }) => pileupVertices);
    const mean = numbers.reduce((a, b) => a + b, 0) / runs;
    const variance = numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / (runs - 1);

    expect(events.map(({ vertices }) => vertices.length)).toEqual(numbers);
    // The variance of a Poisson number is its mean μ; that of the measured variance is (2μ² + μ)/n.
    expect(Math.abs(mean - meanPileup)).toBeLessThan(4 * Math.sqrt(meanPileup / runs));
    expect(Math.abs(variance - meanPileup)).toBeLessThan(4 * Math.sqrt((2 * meanPileup ** 2 + meanPileup) / runs));
  });

  it('tracks pileup to its vertices, which spread along the beam', () => {
    const vertices: number[] = [];
    const pulls: number[] = [];
    for (const event of generateEvents({ meanPileup: 20, beamSpread: 50 }, 'vertices', 60)) {
      const { particles, truth } = event;
      vertices.push(...event.vertices);
      for (let i = 0; i < particles.count; i++) {
        if (particles.vertex[i] === vertexCode.none || truth[i] === 1) continue;
        const nearest = Math.min(...event.vertices.map((z) => Math.abs(z - particles.dz[i]!)));
        pulls.push(nearest / longitudinalResolution(particles.eta[i]!));
      }
    }

    expect(Math.max(...pulls)).toBeLessThan(6);
    // The distance of two collisions of spread 50 mm has √2 times that; 60 primary vertices leave an error of a tenth.
    const rms = Math.sqrt(vertices.reduce((sum, z) => sum + z * z, 0) / vertices.length);
    expect(rms / (50 * Math.SQRT2)).toBeGreaterThan(0.7);
    expect(rms / (50 * Math.SQRT2)).toBeLessThan(1.3);
  });

  it('displaces tracks of b hadrons', () => {
    const far = (options: GeneratorOptions): number => {
      const events = generateEvents({ ...options, meanPileup: 0, underlyingEvent: 0, displacedShare: 0 }, 'far', 40);
      const impacts = events.flatMap(({ twin }) => [...twin.d0].filter((d0) => d0 !== 0).map((d0) => Math.abs(d0)));
      return impacts.filter((d0) => d0 > 0.3).length / impacts.length;
    };

    expect(far({ process: 'wjets' })).toBeLessThan(0.02);
    expect(far({ process: 'ttbar' })).toBeGreaterThan(0.1);
    expect(far({ process: 'ttbar', bottomLifetime: 0 })).toBeLessThan(0.02);
  });

  it('has the charged share and track efficiency that it is given', () => {
    const [allCharged] = generateEvents({ ...small, chargedFraction: 1 }, 1, 1);
    const [noneCharged] = generateEvents({ ...small, chargedFraction: 0 }, 1, 1);

    const tracks = (e: PileupEvent): number => e.particles.vertex.filter((v) => v !== vertexCode.none).length;
    expect(tracks(allCharged!)).toBeGreaterThan(0.6 * allCharged!.particles.count);
    // The lepton of the W decay is the only charged particle left.
    expect(tracks(noneCharged!)).toBeLessThanOrEqual(1);
  });
});

describe('generateEvents', () => {
  it('freezes its output', () => {
    const [event] = generateEvents({}, 'frozen', 1);
    const [tops] = generateEvents({ process: 'ttbar', meanPileup: 30 }, 'frozen', 1);

    expect(tops!.particles.count).toMatchInlineSnapshot(`487`);
    expect(tops!.particles.pt[0]).toMatchInlineSnapshot(`68.84813232233843`);
    expect(tops!.missing).toMatchInlineSnapshot(`
      {
        "x": -50.54705361761067,
        "y": -112.35189581878157,
      }
    `);
    expect(event!.particles.count).toMatchInlineSnapshot(`2018`);
    expect(event!.pileupVertices).toMatchInlineSnapshot(`138`);
    expect(event!.particles.pt[0]).toMatchInlineSnapshot(`53.64688869647324`);
    expect(event!.missing).toMatchInlineSnapshot(`
      {
        "x": -33.48256237217121,
        "y": -21.325100879904944,
      }
    `);
  });

  it('makes event i independent of the number of events', () => {
    expect(generateEvents(small, 9, 3)[1]).toEqual(generateEvents(small, 9, 2)[1]);
  });

  it.each([
    ['meanPileup', 0, 200],
    ['particlesPerCollision', 0, 1000],
    ['softMomentum', 0.01, 100],
    ['chargedFraction', 0, 1],
    ['pileupJetChance', 0, 1],
    ['beamSpread', 0, 1000],
    ['underlyingEvent', 0, 1000],
    ['calorimeterMaxEta', 0.1, 5],
    ['trackerMaxEta', 0, 5],
    ['trackMinMomentum', 0, 100],
    ['towerMinMomentum', 0, 100],
    ['bottomLifetime', 0, 100],
    ['displacedShare', 0, 1],
    ['displacement', 0, 100],
  ] as [keyof GeneratorOptions, number, number][])('rejects %s outside %d to %d', (name, low, high) => {
    for (const value of [low - 0.001, high + 0.001, Number.NaN]) {
      expect(() => generateEvents({ [name]: value }, 1, 1)).toThrow(
        new ValueError(`Generator option ${name} is ${value}; it must be from ${low} to ${high}.`),
      );
    }
  });

  it.each([
    [{ trackerMaxEta: 3, calorimeterMaxEta: 2 }, 'Generator option trackerMaxEta is 3; it must be from 0 to 2.'],
    [{ jets: [3, 2] }, 'Generator option jets is 2; it must be from 3 to 20.'],
    [{ jets: [-1, 2] }, 'Generator option jets is -1; it must be from 0 to 20.'],
    [{ jets: [0.5, 2] }, 'Generator option jets has 0.5; it must be two whole numbers.'],
    [{ jetMomentum: [0.5, 2] }, 'Generator option jetMomentum is 0.5; it must be from 1 to 10000.'],
    [{ jetMomentum: [30, 20] }, 'Generator option jetMomentum is 20; it must be from 30 to 10000.'],
    [{ process: 'zjets' }, 'Generator option process is "zjets"; it must be one of wjets, ttbar.'],
  ] as [GeneratorOptions, string][])('rejects %j', (options, message) => {
    expect(() => generateEvents(options, 1, 1)).toThrow(new ValueError(message));
  });

  it('rejects a fractional number of events', () => {
    expect(() => generateEvents({}, 1, 1.5)).toThrow(
      'The number of events is 1.5; it must be a whole number of 0 or more.',
    );
  });
});
