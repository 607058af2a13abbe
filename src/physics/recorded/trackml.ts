/**
 * TrackML's table of particles: particle_id, vx, vy, vz (mm), px, py, pz (GeV), q, nhits, one charged particle a line.
 *
 * The id is a barcode of 64 bits: primary vertex (12 bits, 1 is the hard collision), secondary vertex (12), particle (16),
 * generation (8), sub-particle (16). Where the last two are not 0 the particle was made in the material of the detector;
 * those are left out, since our own detector comes behind. A particle of a secondary vertex brings its impact parameter.
 * Limits: only charged particles are listed, so there are no neutrals, and no masses, so all are hadrons.
 * Sources: TrackML challenge (arXiv:1904.06778), barcode of the ACTS library.
 */
import { FormatError } from '../../errors.ts';
import { asinhScalar, atan2Scalar } from '../../tensor/index.ts';
import { type GeneratedParticle, speciesCode } from '../generator/generated-particle.ts';
import type { RecordedCollisions, RecordedOptions } from './recorded-collisions.ts';

const columnNames = ['particle_id', 'vx', 'vy', 'vz', 'px', 'py', 'pz', 'q'] as const;

/** Number of the primary vertex of the hard collision. */
const hardVertex = 1;

/** What is known of a collision while its particles are read. */
interface Growing {
  z: number;
  /** Squared distance to the beam of the production vertex that `z` is from. */
  distance: number;
  readonly particles: GeneratedParticle[];
}

/**
 * Read the collisions of one event.
 *
 * The place of a collision is that of its particle made nearest to the beam. Pileup is in the order of vertex numbers.
 *
 * @throws FormatError naming the line or column that is wrong, or if there is no hard collision
 */
export function trackmlCollisions(text: string, options: RecordedOptions = {}): RecordedCollisions {
  const { source = 'The text' } = options;
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const header = lines[0]!.split(',').map((name) => name.trim());
  const missing = columnNames.find((name) => !header.includes(name));
  if (missing !== undefined) {
    throw new FormatError(`${source} has no column "${missing}"; it must have ${columnNames.join(', ')}.`);
  }
  const at = columnNames.map((name) => header.indexOf(name));
  const collisions = new Map<number, Growing>();
  lines.slice(1).forEach((line, index) => {
    if (line.trim() === '') return;
    const cells = line.split(',');
    const where = `${source}, line ${index + 2}`;
    if (cells.length !== header.length) {
      throw new FormatError(`${where} has ${cells.length} cells where ${header.length} are needed.`);
    }
    addParticle(
      collisions,
      at.map((column) => cells[column]!.trim()),
      where,
    );
  });
  const hard = collisions.get(hardVertex);
  if (hard === undefined) {
    throw new FormatError(`${source} has no particle of primary vertex ${hardVertex}, the hard collision.`);
  }
  collisions.delete(hardVertex);
  const pileup = [...collisions].toSorted(([a], [b]) => a - b).map(([, collision]) => collision);
  const plain = ({ z, particles }: Growing) => ({ z, particles });
  return { hard: plain(hard), pileup: pileup.map(plain) };
}

function addParticle(collisions: Map<number, Growing>, cells: readonly string[], where: string): void {
  const { primary, inMaterial } = parseBarcode(cells[0]!, where);
  const [vx, vy, vz, px, py, pz, q] = cells.slice(1).map((cell, k) => {
    const value = cell === '' ? Number.NaN : Number(cell);
    if (!Number.isFinite(value)) {
      throw new FormatError(`${where} has ${columnNames[k + 1]} = "${cell}"; it must be a finite number.`);
    }
    return value;
  }) as [number, number, number, number, number, number, number];
  if (q !== -1 && q !== 0 && q !== 1) throw new FormatError(`${where} has q = ${q}; it must be -1, 0 or 1.`);
  const pt = Math.sqrt(px * px + py * py);
  if (inMaterial || pt === 0) return;
  const distance = vx * vx + vy * vy;
  let collision = collisions.get(primary);
  if (collision === undefined) collisions.set(primary, (collision = { z: vz, distance, particles: [] }));
  if (distance < collision.distance) Object.assign(collision, { z: vz, distance });
  const species = speciesCode(q > 0 ? 'positive hadron' : q < 0 ? 'negative hadron' : 'neutral hadron');
  const d0 = (vy * px - vx * py) / pt;
  collision.particles.push({ pt, eta: asinhScalar(pz / pt), phi: atan2Scalar(py, px), species, d0 });
}

interface Barcode {
  readonly primary: number;
  readonly inMaterial: boolean;
}

function parseBarcode(text: string, where: string): Barcode {
  const barcode = /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
  if (barcode === undefined || barcode >> 64n !== 0n) {
    throw new FormatError(`${where} has particle_id = "${text}"; it must be a whole number of up to 64 bits.`);
  }
  return { primary: Number(barcode >> 52n), inMaterial: (barcode & 0xffffffn) !== 0n };
}
