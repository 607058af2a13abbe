import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  generateEvent,
  generateEvents,
  type GeneratorOptions,
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
      fc.property(fc.string(), fc.integer({ min: 0, max: 30 }), (seed, meanPileup) => {
        const event = generateEvent({ ...small, meanPileup }, stream(seed));

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
      }),
      { numRuns: 15 },
    );
  });

  it('gives the twin the truth-weighted momentum of the full event, tower by tower', () => {
    const event = generateEvent({ meanPileup: 20, towerMinMomentum: 0 }, stream('twin'));
    const share = new Map<string, number>();
    const key = (p: PileupEvent['twin'], i: number): string => `${p.eta[i]} ${p.phi[i]} ${p.species[i]}`;
    for (let i = 0; i < event.particles.count; i++) {
      if (event.truth[i]! > 0) share.set(key(event.particles, i), event.particles.pt[i]! * event.truth[i]!);
    }

    expect(share.size).toBe(event.twin.count);
    for (let i = 0; i < event.twin.count; i++) {
      expect(share.get(key(event.twin, i))).toBeCloseTo(event.twin.pt[i]!, 9);
    }
    const weighted = missingMomentum(event.particles, event.truth);
    const twin = missingMomentum(event.twin);
    expect(weighted.x).toBeCloseTo(twin.x, 8);
    expect(weighted.y).toBeCloseTo(twin.y, 8);
  });

  it('has the same hard collision at any pileup', () => {
    const none = generateEvent({ meanPileup: 0 }, stream(3));
    const busy = generateEvent({ meanPileup: 40 }, stream(3));

    expect(none.pileupVertices).toBe(0);
    expect(busy.pileupVertices).toBeGreaterThan(0);
    expect(none.twin).toEqual(busy.twin);
    expect(none.particles).toEqual(none.twin);
    expect(none.truth.every((w) => w === 1)).toBe(true);
    expect(none.missing).toEqual(busy.missing);
    expect(none.invisible).toEqual(busy.invisible);
  });

  it('balances visible and invisible momentum of jets and W boson', () => {
    const event = generateEvent({ underlyingEvent: 0, calorimeterMaxEta: 10, trackerMaxEta: 4 }, stream('balance'));

    expect(event.missing.x).toBeCloseTo(event.invisible.x, 6);
    expect(event.missing.y).toBeCloseTo(event.invisible.y, 6);
  });

  it('merges pileup into towers of the hard collision, so that some weights are fractional', () => {
    const events = generateEvents({ meanPileup: 60 }, 'merge', 4);

    const fractional = events.reduce((n, e) => n + e.truth.filter((w) => w > 0.02 && w < 0.98).length, 0);
    expect(fractional).toBeGreaterThan(10);
  });

  it('has the charged share and track efficiency that it is given', () => {
    const [allCharged] = generateEvents({ ...small, chargedFraction: 1 }, 1, 1);
    const [noneCharged] = generateEvents({ ...small, chargedFraction: 0 }, 1, 1);

    const tracks = (e: PileupEvent): number => e.particles.vertex.filter((v) => v !== vertexCode.none).length;
    expect(tracks(allCharged!)).toBeGreaterThan(0.6 * allCharged!.particles.count);
    // The lepton of the W decay is the only charged particle left.
    expect(tracks(noneCharged!)).toBeLessThanOrEqual(1);
  });

  it('gives dz a resolution that rises with |η|', () => {
    const spread = { central: [] as number[], forward: [] as number[] };
    for (const e of generateEvents({ meanPileup: 0, underlyingEvent: 200 }, 'dz', 5)) {
      for (let i = 0; i < e.particles.count; i++) {
        if (e.particles.vertex[i] === vertexCode.none) continue;
        const size = Math.abs(e.particles.eta[i]!);
        if (size < 1) spread.central.push(Math.abs(e.particles.dz[i]!));
        if (size > 3) spread.forward.push(Math.abs(e.particles.dz[i]!));
      }
    }
    const mean = (v: number[]): number => v.reduce((a, b) => a + b, 0) / v.length;

    expect(mean(spread.forward)).toBeGreaterThan(3 * mean(spread.central));
  });
});

describe('generateEvents', () => {
  it('freezes its output', () => {
    const [event] = generateEvents({}, 'frozen', 1);

    expect(event!.particles.count).toMatchInlineSnapshot(`465`);
    expect(event!.pileupVertices).toMatchInlineSnapshot(`29`);
    expect(event!.particles.pt[0]).toMatchInlineSnapshot(`58.8459416382935`);
    expect(event!.missing).toMatchInlineSnapshot(`
      {
        "x": -6.963282844689341,
        "y": -27.03737779001837,
      }
    `);
  });

  it('makes event i independent of the number of events', () => {
    expect(generateEvents(small, 9, 3)[1]).toEqual(generateEvents(small, 9, 2)[1]);
  });

  it.each([
    [{ meanPileup: -1 }, 'Generator option meanPileup is -1; it must be from 0 to 1000.'],
    [{ meanPileup: Number.NaN }, 'Generator option meanPileup is NaN; it must be from 0 to 1000.'],
    [{ chargedFraction: 1.5 }, 'Generator option chargedFraction is 1.5; it must be from 0 to 1.'],
    [{ jets: [3, 2] }, 'Generator option jets is 2; it must be from 3 to 20.'],
  ] as [GeneratorOptions, string][])('rejects %j', (options, message) => {
    expect(() => generateEvents(options, 1, 1)).toThrow(new ValueError(message));
  });

  it('rejects a fractional number of events', () => {
    expect(() => generateEvents({}, 1, 1.5)).toThrow(
      'The number of events is 1.5; it must be a whole number of 0 or more.',
    );
  });
});
