import { describe, expect, it } from 'vitest';
import { ValueError } from '../../src/errors.ts';
import { generatorConfiguration } from '../../src/physics/generator/configuration.ts';
import { towerAt, towerCount, towerEta, towerPhi, towersPerLayer } from '../../src/physics/generator/calorimeter.ts';
import {
  detect,
  emptyReadout,
  longitudinalResolution,
  type Readout,
  trackEfficiency,
  transverseResolution,
} from '../../src/physics/generator/detector.ts';
import { energyOf, speciesCode } from '../../src/physics/generator/generated-particle.ts';
import {
  type Collision,
  type GeneratedParticle,
  type GeneratorOptions,
  reconstructEvent,
  vertexCode,
} from '../../src/physics/index.ts';
import { stream } from '../../src/random/index.ts';

const [pion, photon, neutral, muon] = (['positive hadron', 'photon', 'neutral hadron', 'muon'] as const).map(
  speciesCode,
) as [number, number, number, number];
const count = 4000;

/** Read out the same particle many times. */
function readout(p: GeneratedParticle, options: GeneratorOptions = {}, z = 0): Readout {
  const result = emptyReadout(count);
  const random = stream('detector', JSON.stringify(p));
  for (let i = 0; i < count; i++) detect(p, z, generatorConfiguration(options), random, result);
  return result;
}

/** Mean and standard deviation of the first `n` values. */
function moments(values: Float64Array, n: number): { mean: number; sigma: number } {
  let sum = 0;
  let squares = 0;
  for (const v of values.subarray(0, n)) {
    sum += v;
    squares += v * v;
  }
  return { mean: sum / n, sigma: Math.sqrt(squares / n - (sum / n) ** 2) };
}

describe('tracks', () => {
  it.each([-3.9, -2, -0.3, 1, 1.6, 2.6, 3.9])('are found with the efficiency of η = %d', (eta) => {
    const { trackCount } = readout({ pt: 5, eta, phi: 1, species: pion });
    const expected = trackEfficiency(eta);

    expect(Math.abs(trackCount / count - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / count));
  });

  it('end where the tracker does', () => {
    const tracks = (p: Partial<GeneratedParticle>, options?: GeneratorOptions): number =>
      readout({ pt: 5, eta: 1, phi: 1, species: pion, ...p }, options).trackCount;

    expect(tracks({ eta: 4 })).toBe(0);
    expect(tracks({ eta: 2.4 }, { trackerMaxEta: 2.4 })).toBe(0);
    expect(tracks({ pt: 0.29 })).toBe(0);
    expect(tracks({ pt: 0.29 }, { trackMinMomentum: 0.2 })).toBeGreaterThan(0);
    expect(tracks({ species: photon })).toBe(0);
  });

  it.each([
    [0.5, 0.2],
    [0.5, 3.5],
    [20, -2.2],
  ])('have impact parameters with the resolution of pT = %d GeV and η = %d', (pt, eta) => {
    const { tracks, trackCount } = readout({ pt, eta, phi: 1, species: pion, d0: 0.3 }, {}, 7);
    const [d0, dz] = [moments(tracks.d0, trackCount), moments(tracks.dz, trackCount)];
    const [transverse, longitudinal] = [transverseResolution(pt, eta), longitudinalResolution(eta)];

    // A mean of n draws is good to σ/√n, their deviation to σ/√(2n).
    expect(Math.abs(d0.mean - 0.3)).toBeLessThan((4 * transverse) / Math.sqrt(trackCount));
    expect(Math.abs(dz.mean - 7)).toBeLessThan((4 * longitudinal) / Math.sqrt(trackCount));
    expect(Math.abs(d0.sigma / transverse - 1)).toBeLessThan(4 / Math.sqrt(2 * trackCount));
    expect(Math.abs(dz.sigma / longitudinal - 1)).toBeLessThan(4 / Math.sqrt(2 * trackCount));
  });

  it('come from long-lived parents as often as they are told to, where d0 is not given', () => {
    const { tracks, trackCount } = readout(
      { pt: 50, eta: 0, phi: 1, species: pion },
      { displacedShare: 0.3, displacement: 20 },
    );
    const far = tracks.d0.subarray(0, trackCount).filter((d0) => Math.abs(d0) > 0.1).length;

    // Of the exponential distribution of mean 20 mm, e^(−0.1/20) lies beyond 0.1 mm.
    expect(Math.abs(far / trackCount - 0.3 * 0.995)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / trackCount));
    const none = readout({ pt: 50, eta: 0, phi: 1, species: pion }, { displacedShare: 0 });
    expect(moments(none.tracks.d0, none.trackCount).sigma).toBeLessThan(0.012);
  });

  it('lie on the primary vertex within three resolutions', () => {
    const { tracks, trackCount } = readout({ pt: 5, eta: 0, phi: 1, species: pion }, {}, 0.3);
    const primary = tracks.vertex.subarray(0, trackCount).filter((v) => v === vertexCode.primary).length;

    // Three resolutions are 0.3 mm at η = 0: half of the tracks of a vertex there.
    expect(Math.abs(primary / trackCount - 0.5)).toBeLessThan(2 / Math.sqrt(trackCount));
  });
});

describe('towers', () => {
  it.each([
    ['photon', photon, 10, 0.01, 0.0001],
    ['photon', photon, 1, 0.01, 0.0001],
    ['neutral hadron', neutral, 10, 0.25, 0.0025],
  ])('smear the energy of a %s', (_, species, pt, stochastic, constant) => {
    const p = { pt, eta: 0.7, phi: 1, species };
    const energy = energyOf(pt, 0.7, species);
    const random = stream('smearing');
    const result = emptyReadout(count);
    const tower = towerAt(0.7, 1) + (species === neutral ? towersPerLayer : 0);
    const ratios = Float64Array.from({ length: count }, () => {
      result.towers[tower] = 0;
      detect(p, 0, generatorConfiguration(), random, result);
      return result.towers[tower]! / energy;
    });
    const { mean, sigma } = moments(ratios, count);
    const expected = Math.sqrt(stochastic / energy + constant);

    expect(Math.abs(mean - 1)).toBeLessThan((4 * expected) / Math.sqrt(count));
    expect(sigma / expected).toBeGreaterThan(0.94);
    expect(sigma / expected).toBeLessThan(1.06);
  });

  it('contain their own centres and differ from each other', () => {
    const towers = Array.from({ length: towersPerLayer }, (_, tower) => tower);

    expect(towers.map((tower) => towerAt(towerEta(tower), towerPhi(tower)))).toEqual(towers);
    expect(new Set(towers.map((tower) => `${towerEta(tower)} ${towerPhi(tower)}`)).size).toBe(towersPerLayer);
    expect(towerEta(towerCount - 1)).toBe(towerEta(towersPerLayer - 1));
  });

  it('lie no further from a particle than half their size', () => {
    const random = stream('towers');
    const distances = Array.from({ length: 2000 }, () => {
      const [eta, phi] = [random.uniform(-5, 5), random.uniform(-Math.PI, Math.PI)];
      const tower = towerAt(eta, phi);
      const [height, width] = Math.abs(eta) < 3 ? [3 / 34, Math.PI / 36] : [2 / 12, Math.PI / 18];
      return Math.max(Math.abs(towerEta(tower) - eta) / (height / 2), Math.abs(towerPhi(tower) - phi) / (width / 2));
    });

    expect(Math.max(...distances)).toBeLessThanOrEqual(1 + 1e-12);
    expect(Math.max(...distances)).toBeGreaterThan(0.99);
  });

  it('see nothing of muons and nothing beyond their edge', () => {
    const seen = (p: Partial<GeneratedParticle>, options?: GeneratorOptions): number => {
      const { hitCount, trackCount } = readout({ pt: 5, eta: 1, phi: 1, species: photon, ...p }, options);
      return trackCount + hitCount;
    };

    expect(seen({})).toBe(1);
    expect(seen({ eta: -4.999 })).toBe(1);
    expect(seen({ eta: 5 })).toBe(0);
    expect(seen({ eta: 1 }, { calorimeterMaxEta: 1, trackerMaxEta: 1 })).toBe(0);
    expect(seen({ eta: 4.5, species: muon })).toBe(0);
    expect(seen({ pt: 0 })).toBe(0);
  });
});

describe('reconstructEvent', () => {
  const particle = (values: Partial<GeneratedParticle>): GeneratedParticle => ({
    pt: 10,
    eta: 0.5,
    phi: 0.5,
    species: photon,
    ...values,
  });
  const hard: Collision = { z: 12, particles: [particle({}), particle({ eta: 2, species: pion, d0: 0 })] };
  const pileup: Collision[] = [
    { z: -30, particles: [particle({}), particle({ eta: 3.5, species: neutral })] },
    { z: 40, particles: [particle({ eta: -1, species: pion, d0: 0 })] },
  ];

  it('merges collisions in towers and tells what was merged', () => {
    const event = reconstructEvent(hard, pileup, {}, stream('given'));
    const { particles, truth, twin, vertices } = event;

    const merged = truth.findIndex((w) => w > 0 && w < 1);
    expect(truth[merged]! * particles.pt[merged]!).toBeCloseTo(twin.pt[twin.vertex.indexOf(vertexCode.none)]!, 12);
    expect(truth.filter((w) => w > 0 && w < 1)).toHaveLength(1);
    expect(vertices).toEqual(Float64Array.of(-42, 28));
    expect(event.pileupVertices).toBe(2);
    expect(event.generated.count).toBe(2);
    expect(event.invisible).toEqual({ x: 0, y: 0 });
    expect(reconstructEvent(hard, pileup, {}, stream('given'), { x: 3, y: -4 }).invisible).toEqual({ x: 3, y: -4 });
  });

  it('knows no absolute place along the beam', () => {
    const moved = ({ z, particles }: Collision): Collision => ({ z: z + 8, particles });

    expect(reconstructEvent(moved(hard), pileup.map(moved), {}, stream('z'))).toEqual(
      reconstructEvent(hard, pileup, {}, stream('z')),
    );
  });

  it('brings any azimuth into its interval', () => {
    const turned = reconstructEvent(
      { z: 0, particles: [particle({ phi: 0.5 + 6 * Math.PI, species: muon })] },
      [],
      {},
      stream('turn'),
    );

    expect(turned.particles.phi[0]).toBeCloseTo(0.5, 9);
  });

  it.each([
    [{ pt: Number.NaN }, 'A generated particle has pt = NaN GeV, eta = 0.5, phi = 0.5, d0 = 0 mm; all must be finite'],
    [{ pt: -1 }, 'A generated particle has pt = -1 GeV, eta = 0.5, phi = 0.5, d0 = 0 mm; all must be finite'],
    [{ eta: Infinity }, 'A generated particle has pt = 10 GeV, eta = Infinity'],
    [{ d0: Infinity }, 'd0 = Infinity mm'],
    [{ species: 8 }, 'A generated particle has species = 8; it must be a whole number from 0 to 7.'],
    [{ species: 1.5 }, 'A generated particle has species = 1.5; it must be a whole number from 0 to 7.'],
  ])('refuses a particle with %j', (values, message) => {
    const bad = { z: 0, particles: [particle(values)] };

    expect(() => reconstructEvent(bad, [], {}, stream(1))).toThrow(ValueError);
    expect(() => reconstructEvent(hard, [bad], {}, stream(1))).toThrow(message);
  });

  it('refuses a collision nowhere', () => {
    expect(() => reconstructEvent(hard, [{ z: Number.NaN, particles: [] }], {}, stream(1))).toThrow(
      new ValueError('A collision has z = NaN mm; it must be a finite number.'),
    );
  });
});
