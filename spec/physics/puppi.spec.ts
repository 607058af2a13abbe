import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import {
  alphaReference,
  emptyParticles,
  generateEvents,
  type Particles,
  puppi,
  puppiAlpha,
  type PuppiMetric,
  puppiWeight,
  rocCurve,
  vertexCode,
} from '../../src/physics/index.ts';

interface Row {
  pt: number;
  eta: number;
  phi: number;
  vertex: number;
}

function particlesOf(rows: readonly Row[]): Particles {
  const p = emptyParticles(rows.length);
  rows.forEach((row, i) => {
    p.pt[i] = row.pt;
    p.eta[i] = row.eta;
    p.phi[i] = row.phi;
    p.energy[i] = row.pt * 2;
    p.vertex[i] = row.vertex;
    p.charge[i] = row.vertex === vertexCode.none ? 0 : 1;
  });
  return p;
}

const rows = fc.array(
  fc.record({
    pt: fc.double({ min: 0, max: 100, noNaN: true }),
    eta: fc.double({ min: -4.9, max: 4.9, noNaN: true }),
    phi: fc.double({ min: -3.14, max: 3.14, noNaN: true }),
    vertex: fc.constantFrom(0, 1, -1),
  }),
  { maxLength: 60 },
);

describe('puppi', () => {
  it('keeps weights in [0, 1] and subtracts tracks exactly, for any particles', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 200 }), (list, vertices) => {
        const { weights, uncut } = puppi(particlesOf(list), vertices);

        list.forEach((row, i) => {
          expect(weights[i]!).toBeGreaterThanOrEqual(0);
          expect(weights[i]!).toBeLessThanOrEqual(1);
          expect([0, uncut[i]]).toContain(weights[i]);
          if (row.vertex === vertexCode.primary) expect(weights[i]).toBe(1);
          if (row.vertex === vertexCode.pileup) expect(weights[i]).toBe(0);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('gives every neutral 1 when there is no charged pileup', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const kept = list.filter((row) => row.vertex !== vertexCode.pileup);

        expect([...puppi(particlesOf(kept), 10).weights]).toEqual(kept.map(() => 1));
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on the order of particles', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const forth = puppi(particlesOf(list), 20).weights;
        const back = puppi(particlesOf(list.toReversed()), 20).weights.toReversed();

        forth.forEach((w, i) => expect(back[i]).toBeCloseTo(w, 9));
      }),
      { numRuns: 50 },
    );
  });

  it('does not depend on a common rotation in φ', () => {
    fc.assert(
      fc.property(rows, fc.double({ min: -3, max: 3, noNaN: true }), (list, angle) => {
        const turned = list.map((row) => ({ ...row, phi: row.phi + angle }));

        const before = puppi(particlesOf(list), 20);
        const after = puppi(particlesOf(turned), 20);

        // Rounding can move a neighbour across the ring's border; equal α sets must give equal weights.
        const same = before.alpha.every((a, i) => Object.is(a, after.alpha[i]) || Math.abs(a - after.alpha[i]!) < 1e-6);
        if (same && before.central.rms > 1e-3 && before.forward.rms > 1e-3) {
          before.weights.forEach((w, i) =>
            expect(Math.abs(after.weights[i]! - w) < 1e-3 || w < 0.06 || after.weights[i] === 0).toBe(true),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is well defined for no particle and for one', () => {
    expect(puppi(particlesOf([]), 0).weights).toHaveLength(0);
    expect([...puppi(particlesOf([{ pt: 5, eta: 0, phi: 0, vertex: -1 }]), 10).weights]).toEqual([1]);
    expect([...puppi(particlesOf([{ pt: 5, eta: 0, phi: 0, vertex: 1 }]), 10).weights]).toEqual([0]);
  });

  it('gives a neutral without neighbours 0 where there is charged pileup', () => {
    const lonely = { pt: 50, eta: 0, phi: 0, vertex: -1 };
    const pileup = { pt: 1, eta: 2, phi: 2, vertex: 1 };

    expect(puppi(particlesOf([lonely, pileup]), 10).weights[0]).toBe(0);
  });

  it('cuts neutrals whose weighted momentum is below base + slope × pileup', () => {
    const neutral = { pt: 0.5, eta: 0, phi: 0, vertex: -1 };
    const primary = { pt: 20, eta: 0.1, phi: 0, vertex: 0 };
    const pileup = { pt: 1, eta: 2, phi: 2, vertex: 1 };

    expect(puppi(particlesOf([neutral, primary, pileup]), 40).weights[0]).toBe(1);
    expect(puppi(particlesOf([neutral, primary, pileup]), 60).weights[0]).toBe(0);
  });

  it('separates neutrals of generated events', () => {
    const scores: number[] = [];
    const labels: number[] = [];
    for (const event of generateEvents({ meanPileup: 30 }, 'puppi', 20)) {
      const { weights } = puppi(event.particles, event.pileupVertices, { radius: 0.4 });
      event.truth.forEach((truth, i) => {
        if (event.particles.vertex[i] !== vertexCode.none) return;
        scores.push(weights[i]!);
        labels.push(truth >= 0.5 ? 1 : 0);
      });
    }

    expect(rocCurve(scores, labels).area).toBeGreaterThan(0.7);
  });

  it('weights the neutrals of a region in the order of their α', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(0.2, 0.8), (list, radius) => {
        const { alpha, uncut } = puppi(particlesOf(list), 20, { radius });

        for (const central of [true, false]) {
          const order = [...list.keys()]
            .filter((i) => list[i]!.vertex === vertexCode.none && Math.abs(list[i]!.eta) < 4 === central)
            .filter((i) => !Number.isNaN(alpha[i]!))
            .toSorted((a, b) => alpha[a]! - alpha[b]!);
          order.forEach((i, n) => {
            if (n > 0) expect(uncut[i]!).toBeGreaterThanOrEqual(uncut[order[n - 1]!]! - 1e-14);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('weights tracks as neutrals without charged-hadron subtraction, and neutrals as with it', () => {
    const [event] = generateEvents({ meanPileup: 60 }, 'no subtraction', 1);
    const { particles } = event!;
    const subtracted = puppi(particles, 20);

    const { weights, uncut, alpha, central } = puppi(particles, 20, { chargedHadronSubtraction: false });

    let between = 0;
    particles.vertex.forEach((vertex, i) => {
      if (vertex === vertexCode.none) expect(weights[i]).toBe(subtracted.weights[i]);
      else if (Math.abs(particles.eta[i]!) < 4) {
        const expected = Number.isNaN(alpha[i]!) ? 0 : puppiWeight(alpha[i]!, central.median, central.rms);
        expect(uncut[i]).toBe(expected);
        expect(weights[i]).toBe(expected < 0.05 ? 0 : expected);
        if (weights[i]! > 0 && weights[i]! < 1) between++;
      }
    });
    expect(between).toBeGreaterThan(10);
    expect([
      ...puppi(particlesOf([{ pt: 5, eta: 0, phi: 0, vertex: 0 }]), 1, { chargedHadronSubtraction: false }).weights,
    ]).toEqual([1]);
  });

  it('takes median and RMS from charged pileup above rmsMinPt and within rmsMaxEta, and scales the RMS', () => {
    const [event] = generateEvents({ meanPileup: 60 }, 'reference', 1);
    const { particles } = event!;
    const { vertex, pt, eta } = particles;
    const plain = puppi(particles, 20);

    const { alpha, uncut, central } = puppi(particles, 20, { rmsMinPt: 1, rmsMaxEta: 2, rmsScale: 1.5 });

    const kept = [...pt.keys()].filter(
      (i) => vertex[i] === vertexCode.pileup && pt[i]! >= 1 && Math.abs(eta[i]!) < 2 && !Number.isNaN(alpha[i]!),
    );
    expect(kept.length).toBeGreaterThan(5);
    expect(central).toEqual(
      alphaReference(
        kept.map((i) => alpha[i]!),
        true,
      ),
    );
    expect(central.count).toBeLessThan(plain.central.count);
    pt.forEach((_, i) => {
      if (vertex[i] !== vertexCode.none || Math.abs(eta[i]!) >= 4 || Number.isNaN(alpha[i]!)) return;
      expect(uncut[i]).toBe(puppiWeight(alpha[i]!, central.median, central.rms * 1.5));
    });
    expect(puppi(particles, 20, { rmsMinPt: 1e4 }).weights.every((w, i) => w === (vertex[i] === 1 ? 0 : 1))).toBe(true);
  });

  it('keeps hard neutrals: weight 1 from maxNeutralPt, a rising least weight below', () => {
    const neutrals = [250, 200, 125, 50, 10].map((pt, n) => ({ pt, eta: 0, phi: n - 2, vertex: -1 }));
    const pileup = { pt: 1, eta: 2, phi: 3, vertex: 1 };
    const particles = particlesOf([...neutrals, pileup]);

    const { weights } = puppi(particles, 140, { maxNeutralPt: 200, maxNeutralPtStart: 50 });

    expect([...weights]).toEqual([1, 1, 0.5, 0, 0, 0]);
    expect([...puppi(particles, 140).weights]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('rejects unphysical particles and options in one sentence', () => {
    const bad = particlesOf([{ pt: Number.NaN, eta: 0, phi: 0, vertex: -1 }]);
    const negative = particlesOf([{ pt: 1, eta: 0, phi: 0, vertex: -1 }]);
    negative.energy[0] = -3;

    expect(() => puppi(bad, 1)).toThrow(new ValueError('Particle 0 has pt = NaN; it must be a finite number.'));
    expect(() => puppi(negative, 1)).toThrow(new ValueError('Particle 0 has energy = -3 GeV; it must be 0 or more.'));
    expect(() => puppi(particlesOf([]), Number.NaN)).toThrow(
      'The number of pileup vertices is NaN; it must be 0 or more.',
    );
    const none = particlesOf([]);
    expect(() => puppi(none, 1, { radius: 0.001 })).toThrow('The PUPPI cone is 0.01 < ΔR < 0.001');
    expect(() => puppi(none, 1, { metric: 6 as never })).toThrow(
      new ValueError('The PUPPI metric is 6; it must be 0, 1, 2, 3, 4, 5.'),
    );
    expect(() => puppi(none, 1, { rmsMinPt: Number.NaN })).toThrow(
      'The PUPPI option rmsMinPt is NaN; it must be 0 or more.',
    );
    expect(() => puppi(none, 1, { rmsScale: 0 })).toThrow('The PUPPI option rmsScale is 0');
    expect(() => puppi(none, 1, { maxNeutralPt: 5, maxNeutralPtStart: 5 })).toThrow(
      'PUPPI neutrals rise to weight 1 from 5 to 5 GeV',
    );
  });
});

describe('puppiWeight', () => {
  it('is monotone in α and stays in [0, 1]', () => {
    const value = fc.double({ min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(value, value, value, fc.double({ min: 0.01, max: 10, noNaN: true }), (a, b, median, rms) => {
        const low = puppiWeight(Math.min(a, b), median, rms);
        const high = puppiWeight(Math.max(a, b), median, rms);

        expect(low).toBeLessThanOrEqual(high + 1e-14);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('is 0 up to the median and 68.27 % one RMS above it', () => {
    expect(puppiWeight(1, 1, 2)).toBe(0);
    expect(puppiWeight(-5, 1, 2)).toBe(0);
    expect(puppiWeight(3, 1, 2)).toBeCloseTo(0.6826894921370859, 12);
  });
});

describe('puppiAlpha', () => {
  const definitions: readonly (readonly [PuppiMetric, (pt: number, d2: number) => number, boolean])[] = [
    [0, (pt, d2) => pt / d2, true],
    [1, (pt) => pt, false],
    [2, (_, d2) => 1 / d2, false],
    [3, (_, d2) => 1 / d2, true],
    [4, (pt) => pt, false],
    [5, (pt, d2) => pt ** 2 / d2, true],
  ];

  it.each(definitions)('of metric %d equals the sum over all pairs', (metric, term, logarithm) => {
    fc.assert(
      fc.property(rows, (list) => {
        const p = particlesOf(list);
        const sources = Int32Array.from(list.keys());
        const alpha = puppiAlpha(p, sources, { radius: 0.4, minDistance: 0.01 }, { metric });
        list.forEach((a, i) => {
          let sum = metric === 1 ? a.pt : 0;
          list.forEach((b, j) => {
            const turn = Math.abs(a.phi - b.phi);
            const d2 = (a.eta - b.eta) ** 2 + Math.min(turn, 2 * Math.PI - turn) ** 2;
            if (i !== j && d2 < 0.4 ** 2 && d2 > 0.01 ** 2) sum += term(b.pt, d2);
          });
          if (sum > 1e-200) expect(Math.abs(alpha[i]! / (logarithm ? Math.log(sum) : sum) - 1)).toBeLessThan(1e-6);
          else expect(Number.isNaN(alpha[i]!) || sum > 0).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('is asked for targets only', () => {
    const row = { pt: 3, eta: 0, phi: 0, vertex: -1 };
    const p = particlesOf([row, { ...row, eta: 0.1 }, { ...row, eta: 0.2 }]);
    const ring = { radius: 0.4, minDistance: 0.01 };

    const all = puppiAlpha(p, Int32Array.of(0, 1, 2), ring);

    expect(puppiAlpha(p, Int32Array.of(0, 1, 2), ring, { targets: Int32Array.of(0, 2) })).toEqual(
      Float64Array.of(all[0]!, Number.NaN, all[2]!),
    );
  });
});

describe('alphaReference', () => {
  it('takes the RMS about the median, over the lower half with the correction', () => {
    expect(alphaReference([1, 2, 3, 10], false)).toEqual({
      median: 2.5,
      rms: Math.sqrt((2.25 + 0.25 + 0.25 + 56.25) / 4),
      count: 4,
    });
    expect(alphaReference([1, 2, 3, 10, 2.5], true).rms).toBeCloseTo(Math.sqrt((2.25 + 0.25) / 3), 12);
    expect(alphaReference([], true)).toEqual({ median: 0, rms: 1e-5, count: 0 });
  });
});
