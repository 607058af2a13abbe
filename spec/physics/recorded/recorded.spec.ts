/** Collisions that others simulated: read from small texts, and from whole files where they are at hand. */
import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, UnsupportedError } from '../../../src/errors.ts';
import {
  type Collision,
  magnitude,
  missingMomentum,
  puppi,
  pythiaCollisions,
  reconstructEvent,
  recordedCollisions,
  speciesNames,
  trackmlCollisions,
  validateParticles,
} from '../../../src/physics/index.ts';
import { stream } from '../../../src/random/index.ts';

const source = { source: 'x.dat' };
const read = (text: string, seed = 'recorded') => pythiaCollisions(text, stream(seed), source);
const namesOf = ({ particles }: Collision): string[] => particles.map(({ species }) => speciesNames[species]!);
/** A particle of a mass, printed as FastJet's examples are. */
const line = (mass: number, px = 1.5, py = -0.25, pz = 40): string =>
  [px, py, pz, Math.sqrt(mass * mass + px * px + py * py + pz * pz)].map((x) => x.toFixed(10)).join('  ');

describe('pythiaCollisions', () => {
  it('begins a collision at each #SUBSTART, the hard one first', () => {
    const text = `# seed 7\n#SUBSTART\n 3 4 0 5\n1 0 -1 1.5\n\n#SUBSTART\n#SUBSTART\r\n0 2 0 2\n#END\n`;

    const { hard, pileup } = read(text);

    expect(hard.particles.map(({ pt }) => pt)).toEqual([5, 1]);
    expect(hard.particles[0]).toMatchObject({ eta: 0, species: speciesNames.indexOf('photon') });
    expect(hard.particles[0]!.phi).toBeCloseTo(Math.atan2(4, 3), 12);
    expect(hard.particles[1]!.eta).toBeCloseTo(-Math.asinh(1), 12);
    expect(pileup.map(({ particles }) => particles.length)).toEqual([0, 1]);
  });

  it('takes a text without #SUBSTART for one collision, and leaves out what flies along the beam', () => {
    const { hard, pileup } = read('0 0 70 70\n3 4 0 5\n');

    expect(hard.particles).toHaveLength(1);
    expect(pileup).toEqual([]);
  });

  it('tells species by their mass, and draws the sign', () => {
    const kinds: readonly (readonly [number, RegExp])[] = [
      [0, /^photon$/],
      [0.000511, /^(electron|positron)$/],
      [0.10566, /^(anti)?muon$/],
      [0.13957, /^(positive|negative) hadron$/],
      [0.4936, /^(positive|negative) hadron$/],
      [0.49767, /^neutral hadron$/],
      [0.93827, /^(positive|negative) hadron$/],
      [0.93957, /^neutral hadron$/],
      [1.11568, /^neutral hadron$/],
    ];
    const text = kinds.map(([mass]) => line(mass, 0.2, 0.1, 0.3)).join('\n');

    for (const seed of ['a', 'b', 'c']) {
      namesOf(read(text, seed).hard).forEach((name, k) => expect(name).toMatch(kinds[k]![1]));
    }
    const signs = new Set(namesOf(read(Array.from({ length: 40 }, () => line(0.13957)).join('\n')).hard));
    expect(signs).toEqual(new Set(['positive hadron', 'negative hadron']));
  });

  it('draws where the print does not tell a proton from a neutron, and takes what may be massless for a photon', () => {
    const coarse = (mass: number): string =>
      [30, 40, 500, Math.sqrt(252500 + mass * mass)].map((x) => x.toFixed(5)).join(' ');
    const text = (mass: number): string => Array.from({ length: 60 }, () => coarse(mass)).join('\n');

    expect(new Set(namesOf(read(text(0.938)).hard))).toEqual(
      new Set(['positive hadron', 'negative hadron', 'neutral hadron']),
    );
    expect(new Set(namesOf(read(text(0.000511)).hard))).toEqual(new Set(['photon']));
  });

  it('draws places along the beam and species from the stream alone', () => {
    const text = `#SUBSTART\n${line(0.13957)}\n#SUBSTART\n${line(0.93827)}\n`;

    expect(read(text, 'one')).toEqual(read(text, 'one'));
    expect(read(text, 'one').hard.z).not.toBe(read(text, 'two').hard.z);
    expect(pythiaCollisions(text, stream('one'), { beamSpread: 0 }).pileup[0]!.z).toBe(0);
  });

  it('keeps momenta of any printed particle', () => {
    const number = fc.double({ min: -500, max: 500, noNaN: true });
    const mass = fc.constantFrom(0, 0.13957, 0.49368, 0.93827, 0.93957);
    fc.assert(
      fc.property(fc.array(fc.tuple(mass, number, number, number), { minLength: 1, maxLength: 8 }), (rows) => {
        const text = rows.map(([m, px, py, pz]) => line(m, px, py, pz)).join('\n');

        const { hard } = read(text);

        const printed = text.split('\n').map((row) => row.split(/\s+/).map(Number));
        const seen = printed.filter(([px, py]) => px !== 0 || py !== 0);
        expect(hard.particles).toHaveLength(seen.length);
        hard.particles.forEach(({ pt, phi, eta }, i) => {
          const [px, py, pz] = seen[i]!;
          const size = 1e-12 * Math.hypot(px!, py!, pz!) + 1e-300;
          expect(Math.abs(pt * Math.cos(phi) - px!)).toBeLessThanOrEqual(size);
          expect(Math.abs(pt * Math.sin(phi) - py!)).toBeLessThanOrEqual(size);
          expect(Math.abs(pt * Math.sinh(eta) - pz!)).toBeLessThanOrEqual(100 * size);
        });
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['', FormatError, 'x.dat holds no particles; each is a line of px py pz E.'],
    ['# only comments\n', FormatError, 'x.dat holds no particles'],
    ['1 2 3\n', FormatError, 'x.dat, line 1 is "1 2 3"; it must be four finite numbers px py pz E.'],
    ['#SUBSTART\n1 2 3 nan\n', FormatError, 'x.dat, line 2 is "1 2 3 nan"'],
    ['1 2 3 1e999\n', FormatError, 'x.dat, line 1 is "1 2 3 1e999"'],
    ['1 2 3 -4\n', FormatError, 'x.dat, line 1 has E = -4 GeV; it must be 0 or more.'],
    ['3 4 0 5\n3.00 4.00 0.00 4.50\n', FormatError, 'x.dat, line 2 has E² − p² = -4.75 GeV²'],
    ['3 4 0 5\n#END\n#SUBSTART\n3 4 0 5\n', UnsupportedError, 'x.dat, line 3 begins a second event behind #END'],
  ])('refuses %j', (text, kind, message) => {
    expect(() => read(text)).toThrow(kind);
    expect(() => read(text)).toThrow(message);
  });
});

const header = 'particle_id,vx,vy,vz,px,py,pz,q,nhits';
const barcode = (primary: number, secondary = 0, particle = 1, generation = 0, sub = 0): bigint =>
  (BigInt(primary) << 52n) |
  (BigInt(secondary) << 40n) |
  (BigInt(particle) << 24n) |
  (BigInt(generation) << 16n) |
  BigInt(sub);
const table = (...rows: string[]): string => [header, ...rows, ''].join('\n');

describe('trackmlCollisions', () => {
  it('groups particles by primary vertex, takes its place from what was made nearest to the beam', () => {
    const text = table(
      `${barcode(7)},0.01,0,-12.5,1,0,0,-1,9`,
      `${barcode(1, 3)},2,1,40,0,5,-5,1,4`,
      `${barcode(4)},0,0.02,3.25,0,-2,0,1,0`,
      `${barcode(1)},-0.009,0.01,-0.078,3,4,0,1,12`,
    );

    const { hard, pileup } = trackmlCollisions(text);

    expect(hard.z).toBe(-0.078);
    expect(pileup.map(({ z }) => z)).toEqual([3.25, -12.5]);
    expect(hard.particles.map(({ pt }) => pt)).toEqual([5, 5]);
    expect(namesOf(pileup[1]!)).toEqual(['negative hadron']);
    // A straight track through (2, 1) that flies along y passes the beam at a distance of 2.
    expect(hard.particles[0]!.d0).toBe(-2);
  });

  it('leaves out what was made in the material, and reads barcodes beyond 2^53 exactly', () => {
    const text = table(
      `${barcode(1)},0,0,0,3,4,0,1,12`,
      `${barcode(1, 2, 9, 1)},30,0,5,3,4,0,1,12`,
      `${barcode(1, 2, 9, 0, 1)},30,0,5,3,4,0,1,12`,
      `${barcode(4095, 4095, 65535)},0,0,9,3,4,0,-1,12`,
    );

    const { hard, pileup } = trackmlCollisions(text);

    expect(hard.particles).toHaveLength(1);
    expect(pileup).toHaveLength(1);
  });

  it('finds columns by their names', () => {
    const text = `q,px,py,pz,vz,vy,vx,particle_id\n-1,3,4,0,7,0,0,${barcode(1)}\n`;

    expect(recordedCollisions(text, stream('any')).hard).toMatchObject({ z: 7, particles: [{ pt: 5 }] });
  });

  it.each([
    ['particle_id,vx,vy,vz,px,py,pz\n', 'x.csv has no column "q"; it must have particle_id, vx'],
    [table(), 'x.csv has no particle of primary vertex 1, the hard collision.'],
    [table(`${barcode(1)},0,0,0,3,4,0,1`), 'x.csv, line 2 has 8 cells where 9 are needed.'],
    [table(`${barcode(1)},0,0,0,3,nan,0,1,2`), 'x.csv, line 2 has py = "nan"; it must be a finite number.'],
    [table(`${barcode(1)},0,,0,3,4,0,1,2`), 'x.csv, line 2 has vy = ""; it must be a finite number.'],
    [table(`4.5e15,0,0,0,3,4,0,1,2`), 'x.csv, line 2 has particle_id = "4.5e15"; it must be a whole number'],
    [table(`${1n << 64n},0,0,0,3,4,0,1,2`), 'x.csv, line 2 has particle_id = "18446744073709551616"'],
    [table(`${barcode(1)},0,0,0,3,4,0,2,2`), 'x.csv, line 2 has q = 2; it must be -1, 0 or 1.'],
  ])('refuses %j', (text, message) => {
    expect(() => trackmlCollisions(text, { source: 'x.csv' })).toThrow(FormatError);
    expect(() => trackmlCollisions(text, { source: 'x.csv' })).toThrow(message);
  });
});

const events = '../shared/data/events';
/** Hard particles, collisions of pileup, and charged particles of all. */
const files: readonly (readonly [string, number, number, number])[] = [
  ['Pythia-Z2jets-lhc-pileup-1ev.dat', 655, 20, 1694],
  ['Pythia-Zp2jets-lhc-pileup-1ev.dat', 309, 20, 1492],
  ['single-event.dat', 354, 0, 162],
  ['trackml-event000001000-particles.csv', 270, 158, 9431],
];

describe.skipIf(!existsSync(events))('the files of others', () => {
  it.each(files)('become events that can be weighted: %s', (name, particles, collisions, charged) => {
    const text = readFileSync(`${events}/${name}`, 'utf8');

    const { hard, pileup } = recordedCollisions(text, stream('files'), { source: name });
    const event = reconstructEvent(hard, pileup, {}, stream('detector'));
    const { weights } = puppi(event.particles, event.pileupVertices);

    expect(hard.particles).toHaveLength(particles);
    expect(pileup).toHaveLength(collisions);
    const isCharged = (species: string): boolean => species !== 'photon' && species !== 'neutral hadron';
    expect([hard, ...pileup].flatMap(namesOf).filter(isCharged)).toHaveLength(charged);
    validateParticles(event.particles);
    expect(event.particles.count).toBeGreaterThan(100);
    expect(magnitude(missingMomentum(event.twin))).toBeLessThan(100);
    expect(weights.every((w) => w >= 0 && w <= 1 + 1e-12)).toBe(true);
    const kept = weights.reduce((sum, w, i) => sum + w * event.particles.pt[i]!, 0);
    const all = event.particles.pt.reduce((sum, pt) => sum + pt, 0);
    if (collisions > 0) expect(kept).toBeLessThan(0.8 * all);
    else expect(kept).toBe(all);
  });
});
