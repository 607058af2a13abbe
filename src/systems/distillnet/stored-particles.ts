/**
 * Particles of one event of an event file: where they stand, that they are physical, and what they are.
 *
 * Where a file does not say which vertex a track was put on, its PUPPI weight does: charged hadron subtraction gives 1 to
 * tracks of the primary vertex and 0 to those of others; what lies between belongs to neither and is treated as what has
 * no track. The columns of the eight species keep their places, whatever each means in the file.
 */
import { ValueError } from '../../errors.ts';
import { emptyParticles, type Particles, speciesNames, vertexCode, wrapPhi } from '../../physics/index.ts';
import { asinhScalar, atan2Scalar } from '../../tensor/index.ts';
import { type ArrayName, type EventShape, inputRows, weightRounding } from './event-layout.ts';

/** Part of an event file: `read` gives all rows of some consecutive events of an array, row-major. */
export interface EventPart {
  /** Name of the file, for messages. */
  readonly source: string;
  /** Number in the file of the first event of the part, for messages. */
  readonly first: number;
  readonly shape: EventShape;
  /** Number of events in the part. */
  readonly count: number;
  readonly arrays: ReadonlyMap<ArrayName, ArrayLike<number>>;
}

/** One event of a part, where its rows are found, and how it is named in messages. */
export interface Place {
  readonly part: EventPart;
  readonly index: number;
}

/** Read element `column` of a row of an event. */
export function element({ part, index }: Place, name: ArrayName, width: number, row: number, column: number): number {
  return part.arrays.get(name)![(row * part.count + index) * width + column]!;
}

export function refuse({ part, index }: Place, name: ArrayName, column: number, what: string): never {
  throw new ValueError(`${part.source}, event ${part.first + index}, column ${column} of "${name}" ${what}.`);
}

export interface ReadParticles {
  readonly particles: Particles;
  /** Column of each particle. */
  readonly columns: Int32Array;
  readonly weights: Float64Array;
  readonly px: Float64Array;
  readonly py: Float64Array;
}

/** Columns of an array whose vectors are not zero. */
export function filledColumns(place: Place, name: ArrayName, width: number): Int32Array {
  const all = Int32Array.from({ length: width }, (_, column) => column);
  return all.filter((column) => [0, 1, 2, 3].some((row) => element(place, name, width, row, column) !== 0));
}

export function readParticles(place: Place, name: ArrayName, vertexName: ArrayName | null): ReadParticles {
  const width = place.part.shape.widths[name === 'twin_inputs' ? 'twin' : 'particles'];
  const columns = filledColumns(place, name, width);
  const particles = emptyParticles(columns.length);
  const weights = new Float64Array(columns.length);
  const px = new Float64Array(columns.length);
  const py = new Float64Array(columns.length);
  columns.forEach((column, i) => {
    const row = inputRows.map((_, r) => element(place, name, width, r, column));
    checkFinite(place, name, column, row, inputRows);
    px[i] = row[0]!;
    py[i] = row[1]!;
    const pt = Math.sqrt(px[i]! * px[i]! + py[i]! * py[i]!);
    if (pt === 0 && row[2] !== 0) refuse(place, name, column, 'flies along the beam: px and py are 0, but pz is not');
    particles.pt[i] = pt;
    particles.eta[i] = pt === 0 ? 0 : asinhScalar(row[2]! / pt);
    particles.phi[i] = wrapPhi(atan2Scalar(py[i]!, px[i]!));
    particles.energy[i] = row[3]!;
    particles.d0[i] = row[4]!;
    particles.dz[i] = row[5]!;
    weights[i] = weightOf(place, name, column, row[6]!);
    const charge = row[7]!;
    if (charge !== -1 && charge !== 0 && charge !== 1) {
      refuse(place, name, column, `has charge = ${charge}; it must be -1, 0 or 1`);
    }
    particles.charge[i] = charge;
    const code = row.slice(8);
    particles.species[i] = code.indexOf(1);
    if (code.filter((x) => x === 1).length !== 1 || code.filter((x) => x === 0).length !== speciesNames.length - 1) {
      refuse(place, name, column, `has the species code ${code.join(' ')}; one of the numbers must be 1, the others 0`);
    }
    particles.vertex[i] =
      vertexName === null ? subtractedVertex(charge, weights[i]!) : readVertex(place, vertexName, width, column);
  });
  return { particles, columns, weights, px, py };
}

/** The vertex of a track by charged hadron subtraction. */
function subtractedVertex(charge: number, weight: number): number {
  if (charge === 0) return vertexCode.none;
  if (weight > 1 - weightRounding) return vertexCode.primary;
  return weight < weightRounding ? vertexCode.pileup : vertexCode.none;
}

function readVertex(place: Place, name: ArrayName, width: number, column: number): number {
  const code = element(place, name, width, 0, column);
  if (code === -1 || code === 0 || code === 1) return code;
  return refuse(place, name, column, `is ${code}; it must be 0 (primary), 1 (pileup) or -1 (none)`);
}

export function checkFinite(
  place: Place,
  name: ArrayName,
  column: number,
  row: readonly number[],
  names: readonly string[],
): void {
  const bad = row.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuse(place, name, column, `has ${names[bad]} = ${row[bad]}; it must be a finite number`);
  if (row[3]! < 0) refuse(place, name, column, `has energy = ${row[3]} GeV; it must be 0 or more`);
}

export function weightOf(place: Place, name: ArrayName, column: number, value: number): number {
  if (!(value >= -weightRounding && value <= 1 + weightRounding)) {
    refuse(place, name, column, `has weight = ${value}; it must be from 0 to 1`);
  }
  return Math.max(0, Math.min(1, value));
}
